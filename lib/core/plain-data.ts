/** True for what JSON calls an object. Objects of a function node come from another realm, with an `Object` of its own. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * Whether a value is plain data (text, numbers, lists, plain objects, dates) that is at most `limit` characters long as
 * JSON, near enough. Looks at no more than about that much of it: a buffer of 20 MB would take a second to be written out.
 */
export function isSmallData(value: unknown, limit: number): boolean {
  return measure(value, limit, 0) <= limit;
}

/** Data deeper than this overflows the stack of whoever walks it; nobody means to send it. */
const maxDepth = 100;

/** Infinity for what is not plain data or too deep; anything above `limit` for what is too long. */
function measure(value: unknown, limit: number, depth: number): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null || isDate(value)) return 1;
  const isList = Array.isArray(value);
  if (depth > maxDepth) return Infinity;
  if (isList ? value.length > limit : !isPlainObject(value)) return Infinity;
  let length = 1;
  // A cycle ends here too: each round is longer.
  for (const [key, item] of Object.entries(value as Record<string, unknown>)) {
    length += isList ? 1 : key.length;
    if (length <= limit) length += measure(item, limit - length, depth + 1);
    if (length > limit) break;
  }
  return length;
}

function isDate(value: object): boolean {
  return Object.prototype.toString.call(value) === '[object Date]';
}
