import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import {
  openRehearsalNas,
  type RehearsalNas,
  type RehearsalNasOptions,
} from '../../dist/lib/demo/rehearsal-nas.js';
import { buildEnvironment } from '../../dist/lib/demo/run-command.js';
import { killWriters } from '../../dist/lib/demo/writers.js';

export interface Bench {
  readonly root: string;
  readonly nas: RehearsalNas;
  /** Runs sh text with the fakes first in PATH, as a command of the NAS. */
  sh(script: string): Promise<Done>;
  read(file: string): string;
  /** Opens the same directory again; the bench closes that one as well. */
  reopen(): Promise<RehearsalNas>;
  close(): Promise<void>;
}

export interface Done {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export async function openBench(
  speed?: number,
  more: Omit<RehearsalNasOptions, 'dir' | 'speed'> = {},
): Promise<Bench> {
  // A blank in the path, to see every quote.
  const root = path.join(mkdtempSync(path.join(tmpdir(), 'rehearsal-')), 'my nas');
  const open = () => openRehearsalNas({ dir: root, ...more, ...(speed !== undefined && { speed }) });
  const opened = [await open()];
  return {
    root,
    get nas() {
      return opened.at(-1) ?? fail('no NAS');
    },
    sh: (script) => runShell(root, script),
    read: (file) => readFileSync(path.join(root, file), 'utf8'),
    reopen: async () => {
      const nas = await open();
      opened.push(nas);
      return nas;
    },
    close: async () => {
      await killWriters(root);
      for (const nas of opened) await nas.close();
      rmSync(path.dirname(root), { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    },
  };
}

export function runShell(root: string, script: string, shell = '/bin/sh'): Promise<Done> {
  const [program = '/bin/sh', ...options] = shell.split(' ');
  const child = spawn(program, [...options, '-c', script], {
    env: buildEnvironment(root),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** Waits until a condition holds, with a limit. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 15_000;
  while (!(await holds())) {
    if (Date.now() > giveUpAt) throw new Error(`waited in vain: ${what}`);
    await wait(20);
  }
}

/** Pids in the NAS's `/proc` whose name is badblocks. */
export function writersOf(root: string): readonly number[] {
  return readdirSync(path.join(root, 'proc'))
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      const comm = path.join(root, 'proc', name, 'comm');
      return existsSync(comm) && readFileSync(comm, 'utf8') === 'badblocks\n';
    })
    .map(Number);
}

export function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/badblocks/${name}`, import.meta.url), 'utf8');
}

/** A capture made with `-s`, without its progress ticks. */
export function withoutTicks(text: string): string {
  return text
    .replaceAll('\b', '')
    .replace(/ *\d+\.\d\d% done, [\d:]+ elapsed\. \(\d+\/\d+\/\d+ errors\)/g, ' ')
    .replace(/: {2,}/g, ': ');
}

export function fail(message: string): never {
  throw new Error(message);
}
