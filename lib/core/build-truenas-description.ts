import type { JobState } from './job';
import type { Reading } from './read-host-answer';

const maxLength = 120;
const machinePart = /\s*\[burn-in (?:passed|failed|cancelled|unknown|queued|running) \d{4}-\d{2}-\d{2}\]\s*/g;

/**
 * The description of a drive in TrueNAS with the result of its burn-in in front, `[burn-in passed 2026-11-22] old text`, in
 * place of an earlier result. `atMs` is in milliseconds since the epoch. A problem instead of a text that would not be one
 * line of at most 120 ASCII characters: the operator's words are never cut or changed.
 */
export function buildTruenasDescription(old: string, result: JobState, atMs: number): Reading<string> {
  const words = old.replace(machinePart, ' ').trim();
  const date = new Date(atMs).toISOString().slice(0, 10);
  const text = `[burn-in ${result} ${date}] ${words}`.trim();
  if (!/^[ -~]*$/.test(text)) {
    return { ok: false, problem: 'the description there holds more than one line of ASCII characters' };
  }
  if (text.length > maxLength) {
    return {
      ok: false,
      problem: `the description there leaves no room: ${maxLength} characters is the limit`,
    };
  }
  return { ok: true, value: text };
}
