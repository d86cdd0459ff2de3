import type { JobState } from './job';
import type { Reading } from './read-host-answer';

const maxLength = 120;
const noRoom = `the description there leaves no room: ${maxLength} characters is the limit`;
const machinePart = /\s*\[burn-in (?:passed|failed|cancelled|unknown|queued|running) \d{4}-\d{2}-\d{2}\]\s*/g;

/**
 * The description of a drive in TrueNAS with the result of its burn-in in front, `[burn-in passed 2026-11-22] old text`, in
 * place of an earlier result. `atMs` is in milliseconds since the epoch. A problem instead of a text that would not be one
 * line of at most 120 ASCII characters: the operator's words are never cut or changed.
 */
export function buildTruenasDescription(old: string, result: JobState, atMs: number): Reading<string> {
  // Far more than an earlier result and the words that still fit; the search below takes the square of the length.
  if (old.length > 1000) return { ok: false, problem: noRoom };
  const words = old.replace(machinePart, ' ').trim();
  const date = new Date(atMs).toISOString().slice(0, 10);
  const text = `[burn-in ${result} ${date}] ${words}`.trim();
  if (!/^[ -~]*$/.test(text)) {
    return { ok: false, problem: 'the description there holds more than one line of ASCII characters' };
  }
  return text.length > maxLength ? { ok: false, problem: noRoom } : { ok: true, value: text };
}
