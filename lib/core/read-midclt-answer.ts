import { readRecords } from './read-host-answer';
import type { HostRecord, Reading } from './read-host-answer';
import { readMidcltError } from './read-truenas-error';
import { readTruenasJson } from './read-truenas-json';
import type { TruenasError } from './truenas-error';
import { redactNothing } from './truenas-secrets';

/** What one of several calls was answered with. */
export type TruenasAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: TruenasError }
  /** Nobody knows what came of it. */
  | { readonly ok: false; readonly error: null; readonly message: string };

/** Null: there is no midclt on this host. */
export type MidcltAnswers = readonly TruenasAnswer[] | null;

/**
 * Reads the answer of the midclt script: for each call the lines of its standard output, then its standard error as one
 * line and its exit status. One call that failed says nothing about the others.
 */
export function readMidcltAnswers(records: readonly HostRecord[], count: number): Reading<MidcltAnswers> {
  const missing: boolean[] = [];
  const blocks: string[][] = [];
  const reading = readRecords(records, {
    missing: () => missing.push(true),
    call: () => blocks.push([]),
    out: (fields) => blocks.at(-1)?.push(fields.text()),
  });
  if (!reading.ok) return reading;
  if (missing.length > 0) return { ok: true, value: null };
  if (blocks.length !== count) return { ok: false, problem: `${blocks.length} answers to ${count} calls` };
  return { ok: true, value: blocks.map(readBlock) };
}

function readBlock(lines: readonly string[]): TruenasAnswer {
  const [said = '', status = ''] = lines.slice(-2);
  if (!/^\d{1,3}$/.test(status)) return lose('midclt left no exit status');
  if (status === '0') return readValue(lines.slice(0, -2).join('\n').trim());
  if (status === '124' || status === '137') return lose('midclt gave no answer in time');
  if (/Daemon not running|CallTimeout|Failed to run middleware call|ConnectionRefused/.test(said)) {
    return lose('the middleware of TrueNAS does not run or does not answer');
  }
  return { ok: false, error: readMidcltError(said) };
}

/** midclt prints a text without quotes and Python's own True and False. */
function readValue(text: string): TruenasAnswer {
  if (text === 'True' || text === 'False') return { ok: true, value: text === 'True' };
  const json = readTruenasJson(text, redactNothing);
  if (json.ok) return json;
  if (text === '' || /^[[{"]/.test(text)) return lose(`midclt gave no usable answer: ${json.problem}`);
  return { ok: true, value: text };
}

function lose(message: string): TruenasAnswer {
  return { ok: false, error: null, message };
}
