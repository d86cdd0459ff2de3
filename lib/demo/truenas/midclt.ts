import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

import { putFile } from '../put-file';
import { authorize, runMethod } from './dispatch';
import { buildTrace } from './errors';
import { asMiddlewareError } from './json-rpc';
import type { Session, World } from './world';

const lookEveryMs = 25;

/** Answers the `midclt` of the NAS, which leaves each call in a file; ends with the returned function. */
export function answerMidclt(root: string, world: () => World | null): () => void {
  const dir = path.join(root, 'rehearsal/midclt');
  const timer = setInterval(() => {
    const now = world();
    if (now === null) rmSync(dir, { recursive: true, force: true });
    else for (const call of takeCalls(dir)) void answer(call, now);
  }, lookEveryMs);
  timer.unref();
  if (world() !== null) mkdirSync(dir, { recursive: true });
  return () => clearInterval(timer);
}

interface FileCall {
  readonly file: string;
  readonly words: readonly string[];
}

function takeCalls(dir: string): readonly FileCall[] {
  try {
    if (!existsSync(dir)) mkdirSync(dir, { recursive: true });
    const names = readdirSync(dir).filter((name) => name.endsWith('.request'));
    return names.map((name) => {
      const file = path.join(dir, name);
      const words = readFileSync(file, 'utf8').split('\0').slice(0, -1);
      rmSync(file);
      return { file: file.slice(0, -'.request'.length), words };
    });
  } catch {
    // The directory is being taken away, or the caller has.
    return [];
  }
}

async function answer({ file, words }: FileCall, world: World): Promise<void> {
  const [name = '', ...params] = words;
  const session = buildLocalSession();
  let text: string;
  try {
    const method = await authorize(world, session, name);
    const result = await runMethod(world, method, { session, params: params.map(readWord) });
    text = `0\n${printValue(result ?? null)}\n`;
  } catch (error) {
    const failure = asMiddlewareError(error);
    const { formatted } = buildTrace(failure, world.release) as { readonly formatted: string };
    text = `1\n${failure.facts.reason}\n${formatted}`;
  }
  try {
    putFile(`${file}.answer`, text);
  } catch {
    // The directory has gone, and whoever asked with it.
  }
}

/** JSON where it is, else the bare word. */
function readWord(word: string): unknown {
  try {
    return JSON.parse(word) as unknown;
  } catch {
    return word;
  }
}

/** As the real one prints: text as it is, and Python's names of the truth values. */
function printValue(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return JSON.stringify(value);
}

function buildLocalSession(): Session {
  return {
    id: 'local',
    way: 'midclt',
    address: '',
    isSecure: true,
    apiVersion: null,
    roles: ['FULL_ADMIN'],
    hasExpired: false,
    hasFailed: false,
    scram: null,
    subscriptions: new Map(),
  };
}
