import { readRecords } from './read-host-answer';
import type { HostRecord, Reading } from './read-host-answer';

/** What `smartctl` had to say about one drive. */
export type SmartReading =
  | {
      readonly kind: 'read';
      /** Parsed `smartctl -x --json=o`; its shape differs by protocol and version. */
      readonly json: unknown;
    }
  | {
      /** No smartctl, or a device without SMART (loop, virtio, some USB bridges): a stated gap, not a failure. */
      readonly kind: 'not_available';
      readonly reason: string;
    }
  | { readonly kind: 'no_such_drive'; readonly reason: string };

/**
 * Reads the answer of the SMART script. smartctl prints JSON also when it fails; only "no such program", "no such kind
 * of device" (exit bit 0) and a version without JSON are a stated absence. A drive that does not answer is not: its
 * JSON lacks the members, and whoever needs them misses them.
 */
export function readSmartAnswer(records: readonly HostRecord[]): Reading<SmartReading> {
  const answers: SmartReading[] = [];
  const lines: string[] = [];
  const statuses: number[] = [];
  const reading = readRecords(records, {
    no_drive: (fields) => answers.push({ kind: 'no_such_drive', reason: fields.text() }),
    no_smart: (fields) => answers.push({ kind: 'not_available', reason: fields.text() }),
    smart: (fields) => {
      fields.text();
      statuses.push(fields.count());
    },
    json: (fields) => lines.push(fields.text()),
  });
  if (!reading.ok) return reading;
  const [status] = statuses;
  if (status !== undefined) return readSmartJson(lines.join('\n'), status);
  const [answer] = answers;
  return answer === undefined
    ? { ok: false, problem: 'the SMART answer is empty' }
    : { ok: true, value: answer };
}

function readSmartJson(text: string, status: number): Reading<SmartReading> {
  const hasBadUsage = status < 128 && (status & 1) === 1;
  const json = parseJson(text);
  if (json === undefined) {
    if (!hasBadUsage) return { ok: false, problem: `smartctl gave no JSON and exit status ${status}` };
    return { ok: true, value: { kind: 'not_available', reason: 'this smartctl gives no JSON' } };
  }
  if (!hasBadUsage) return { ok: true, value: { kind: 'read', json } };
  return { ok: true, value: { kind: 'not_available', reason: readMessages(json) } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The sentences of `smartctl.messages[]`. */
function readMessages(json: unknown): string {
  const messages = member(member(json, 'smartctl'), 'messages');
  const sentences = (Array.isArray(messages) ? messages : [])
    .map((message) => member(message, 'string'))
    .filter((sentence) => typeof sentence === 'string');
  return sentences.join('; ') || 'smartctl does not know this kind of device';
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
