import { isPlainObject } from './plain-data';
import type { Reading } from './read-host-answer';
import type { Redact } from './truenas-secrets';

/** A longer answer is no answer. `disk.query` of a thousand drives takes less than 2 MiB. */
export const maxAnswerLength = 16 * 2 ** 20;

/** A thousand drives with their partitions are some 150,000 values; 16 MiB of the smallest ones would take gigabytes. */
const mostValues = 500_000;

const maxDepth = 64;

/** Thrown inside this reader only. */
class FormatError extends Error {}

/**
 * Reads TrueNAS's extended JSON: `{"$date": ms}` becomes milliseconds since the epoch, `{"$set": […]}` an array, date and
 * time their text. Every other object stays as it is. Secrets are taken out of every text and name. A huge or deeply
 * nested text, and one that names `__proto__`, is a problem.
 */
export function readTruenasJson(text: string, redact: Redact): Reading<unknown> {
  if (text.length > maxAnswerLength) return { ok: false, problem: `an answer of ${text.length} characters` };
  if (text.length > mostValues && countValues(text) > mostValues) {
    return { ok: false, problem: `an answer of more than ${mostValues} values` };
  }
  try {
    return { ok: true, value: decode(JSON.parse(text), redact, 0) };
  } catch (error) {
    // The parser's own words repeat the text, and with it perhaps a secret.
    return { ok: false, problem: error instanceof FormatError ? error.message : 'the text is not JSON' };
  }
}

/** By the characters in front of values, also where they stand inside texts: near enough, and without taking memory. */
function countValues(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length && count <= mostValues; index += 1) {
    const code = text.charCodeAt(index);
    if (code === comma || code === bracket || code === brace) count += 1;
  }
  return count;
}

const [comma, bracket, brace] = [0x2c, 0x5b, 0x7b];

function decode(value: unknown, redact: Redact, depth: number): unknown {
  if (typeof value === 'string') return redact(value);
  if (depth > maxDepth) throw new FormatError('the answer is nested too deeply');
  if (Array.isArray(value)) return value.map((item) => decode(item, redact, depth + 1));
  if (!isPlainObject(value)) return value;
  const members = Object.entries(value);
  if (Object.hasOwn(value, '__proto__')) throw new FormatError('the answer names __proto__');
  const inner = unwrap(value, members.length);
  if (inner !== undefined) return decode(inner, redact, depth + 1);
  return Object.fromEntries(members.map(([name, item]) => [redact(name), decode(item, redact, depth + 1)]));
}

/** The value behind one of the marks, undefined for any other object. */
function unwrap(object: Readonly<Record<string, unknown>>, size: number): unknown {
  if (size === 1) {
    if (typeof object['$date'] === 'number') return object['$date'];
    if (Array.isArray(object['$set'])) return object['$set'];
    for (const name of ['$time', '$ipv4_interface', '$ipv6_interface']) {
      if (typeof object[name] === 'string') return object[name];
    }
  }
  if (size === 2 && typeof object['$type'] === 'string' && typeof object['$value'] === 'string') {
    return object['$value'];
  }
  return undefined;
}
