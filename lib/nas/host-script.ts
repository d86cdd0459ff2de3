import { readFileSync } from 'node:fs';
import path from 'node:path';

import { readHostAnswer } from '../core/read-host-answer';
import type { HostRecord, Reading } from '../core/read-host-answer';
import { UnreachableError } from '../core/refusal';
import type { Shell } from './shell';

/** Everything that finds the drives and judges what uses them; it wants `run-files` for the claims of runs. */
export const judgeParts: readonly string[] = [
  'drive-uses',
  'drive-pools',
  'drive-identity',
  'drive-judge',
  'drive-facts',
  'drive-find',
];

/** A call of a function that the given parts define. */
export interface HostCall<T> {
  /** File names beside this file, without `.sh`, in order. */
  readonly parts: readonly string[];
  readonly call: string;
  readonly args: readonly string[];
  readonly timeoutMs: number;
  readonly isSupervisor?: boolean;
  readonly read: (records: readonly HostRecord[]) => Reading<T>;
}

/**
 * Quotes one argument for sh. Control characters have no business in any argument here; a line break could become a
 * record of its own on the way back.
 */
export function quoteArgument(argument: string): string {
  if (/\p{Cc}/u.test(argument)) throw new Error('a control character in an argument for the NAS');
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}

/**
 * Functions first, then one call in braces: a script that was cut off on its way ends in an open function or an open
 * brace, and sh runs nothing of it.
 */
export function buildScript({
  parts,
  call,
  args,
}: Pick<HostCall<unknown>, 'parts' | 'call' | 'args'>): string {
  const texts = parts.map((part) => readFileSync(path.join(__dirname, `${part}.sh`), 'utf8'));
  return `${texts.join('\n')}\n{ ${[call, ...args.map(quoteArgument)].join(' ')}; exit; }\n`;
}

/** Runs a call on the NAS. Rejects with UnreachableError when there is no whole and readable answer. */
export async function runHostCall<T>(shell: Shell, call: HostCall<T>): Promise<T> {
  const { timeoutMs, isSupervisor = false } = call;
  const result = await shell.run({ script: buildScript(call), timeoutMs, isSupervisor });
  const answer = readHostAnswer(result.stdout);
  const reading = answer.ok ? call.read(answer.value) : answer;
  if (reading.ok) return reading.value;
  const said = result.stderr.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
  const exit = result.exitCode === null ? 'ended by a signal' : `exit status ${result.exitCode}`;
  throw new UnreachableError(
    `no usable answer from the NAS: ${reading.problem} (${[exit, said].filter(Boolean).join(', ')})`,
  );
}
