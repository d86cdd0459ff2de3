import { readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';

/** Nothing longer reaches a parser: the doors cut off at this size, and the scripts bound what they send. */
export const maxLength = 65_536;

/** Texts on which parsers stumble: names of the prototype, marks of our own formats, broken and invisible characters. */
const edgeTexts = [
  '',
  ' ',
  '-',
  '\0',
  '\t',
  '\n',
  '\r\n',
  '\b',
  '\u2028',
  '\u202e',
  '\ud800',
  '\udc00',
  '\ufeff',
  '😀',
  'é',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'burnin-begin',
  'burnin-end',
  '\nburnin-end\n',
  '\nburnin-begin\n',
  'null',
  'true',
  'NaN',
  'Infinity',
  '-1',
  '-0',
  '0x50',
  '1e3',
  '1e999',
  '00',
  '9'.repeat(18),
  '9'.repeat(19),
  '9'.repeat(400),
  '9007199254740993',
  '0.000000001',
  `${'9'.repeat(400)} (7 8 9)`,
  '{"a":1}',
  '[',
  '/../',
  '${x}',
  "'; rm -rf /",
];

/** Numbers at the edges of what a double, a whole number and 32 bits hold. */
const edgeNumbers = [
  0,
  -0,
  1,
  -1,
  0.5,
  100,
  101,
  240,
  249,
  255,
  256,
  2 ** 31,
  2 ** 32,
  Number.MAX_SAFE_INTEGER,
  2 ** 53,
  -(2 ** 53),
  Number.MAX_VALUE,
  Number.MIN_VALUE,
  1e308,
  Number.NaN,
  Infinity,
  -Infinity,
];

export const edgeText = fc.constantFrom(...edgeTexts);
export const edgeNumber = fc.constantFrom(...edgeNumbers);
export const anyText = fc.oneof(
  edgeText,
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.array(fc.oneof(edgeText, fc.string({ maxLength: 8 })), { maxLength: 40 }).map((parts) => parts.join('')),
  fc.tuple(edgeText, fc.integer({ min: 1, max: 3000 })).map(([text, times]) => bound(text.repeat(times))),
);

/** Any value that a program may hand over, also what JSON cannot hold. */
export const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  anyText,
  edgeNumber,
  fc.anything({
    key: fc.oneof(edgeText, fc.string({ maxLength: 8 })),
    maxDepth: 4,
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withNullPrototype: true,
    withObjectString: true,
    withSparseArray: true,
    withTypedArray: true,
  }),
  fc.integer({ min: 1, max: 20_000 }).map(buildDeep),
  fc.integer({ min: 1, max: 20_000 }).map((size) => Array.from({ length: size }, (_, index) => index)),
  fc.constantFrom<unknown>(
    () => 1,
    Symbol('x'),
    /x/,
    new Error('x'),
    new Date(Number.NaN),
    new Proxy({}, {}),
    Buffer.from('{}'),
  ),
);

/** Objects in objects, this deep: a walk by recursion ends at some thousands. */
export function buildDeep(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? { a: value } : [value];
  // Whoever reports a failure walks it by recursion, too.
  return Object.defineProperty(value as object, fc.toStringMethod, { value: () => `buildDeep(${depth})` });
}

/** Any JSON, with names of the prototype among its members. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 5, stringUnit: 'grapheme' }),
  edgeNumber,
  edgeText,
  fc
    .dictionary(fc.oneof(edgeText, fc.string({ maxLength: 8 })), fc.jsonValue({ maxDepth: 3 }), {
      maxKeys: 8,
    })
    .map((value) => JSON.parse(JSON.stringify(value)) as unknown),
  fc.integer({ min: 1, max: 5_000 }).map(buildDeep),
  fc.constantFrom<unknown>(
    JSON.parse('{"__proto__":{"isAdmin":true},"constructor":{"prototype":{}}}'),
    JSON.parse('{"toString":1,"valueOf":null,"length":-1}'),
  ),
);

function bound(text: string): string {
  return text.slice(0, maxLength);
}

interface Edit {
  readonly kind: 'cut' | 'drop' | 'double' | 'flip' | 'insert' | 'fields' | 'lines';
  /** Where, as shares of the whole. */
  readonly at: number;
  readonly to: number;
  readonly text: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom('cut', 'drop', 'double', 'flip', 'insert', 'fields', 'lines'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  to: fc.double({ min: 0, max: 1, noNaN: true }),
  text: fc.oneof(edgeText, fc.string({ maxLength: 5 })),
});

/** Real texts with a few things done to them: cut off, spliced, doubled, bytes flipped, fields and lines swapped. */
export function mutated(samples: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...samples), fc.array(edit, { maxLength: 5 }))
    .map(([sample, edits]) => bound(edits.reduce(applyEdit, sample)));
}

function applyEdit(text: string, { kind, at, to, text: piece }: Edit): string {
  const [from, end] = [Math.min(at, to), Math.max(at, to)].map((share) =>
    Math.round(share * text.length),
  ) as [number, number];
  const [head, middle, tail] = [text.slice(0, from), text.slice(from, end), text.slice(end)];
  switch (kind) {
    case 'cut':
      return head;
    case 'drop':
      return head + tail;
    case 'double':
      return bound(head + middle + middle + tail);
    case 'flip':
      return (
        head + String.fromCharCode((text.charCodeAt(from) || 0) ^ (1 << (end % 8))) + text.slice(from + 1)
      );
    case 'insert':
      return head + piece + text.slice(from);
    case 'fields':
      return swap(text, '\t', at, to);
    case 'lines':
      return swap(text, '\n', at, to);
  }
}

function swap(text: string, separator: string, at: number, to: number): string {
  const parts = text.split(separator);
  const [one, other] = [at, to].map((share) =>
    Math.min(parts.length - 1, Math.floor(share * parts.length)),
  ) as [number, number];
  [parts[one], parts[other]] = [parts[other] ?? '', parts[one] ?? ''];
  return parts.join(separator);
}

interface Graft {
  readonly way: readonly number[];
  readonly kind: 'set' | 'remove' | 'rename' | 'double';
  readonly value: unknown;
  readonly name: string;
}

const graft: fc.Arbitrary<Graft> = fc.record({
  way: fc.array(fc.nat(60), { minLength: 1, maxLength: 6 }),
  kind: fc.constantFrom('set', 'remove', 'rename', 'double'),
  value: fc.oneof(edgeNumber, edgeText, fc.constantFrom(null, true, [], {}), fc.jsonValue({ maxDepth: 1 })),
  name: edgeText,
});

/** Real JSON with members replaced, taken away, renamed or doubled. */
export function grafted(samples: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc
    .tuple(fc.nat(samples.length - 1), fc.array(graft, { maxLength: 4 }))
    .map(([index, grafts]) => grafts.reduce(applyGraft, structuredClone(samples[index])));
}

function applyGraft(json: unknown, { way, kind, value, name }: Graft): unknown {
  let place: unknown = json;
  for (const [depth, step] of way.entries()) {
    if (typeof place !== 'object' || place === null) return json;
    const keys = Object.keys(place);
    const key = keys[step % Math.max(1, keys.length)];
    if (key === undefined) return json;
    const members = place as Record<string, unknown>;
    const next = members[key];
    const isEnd = depth === way.length - 1 || typeof next !== 'object' || next === null;
    if (isEnd) {
      change(members, key, { kind, value, name });
      return json;
    }
    place = next;
  }
  return json;
}

function change(
  members: Record<string, unknown>,
  key: string,
  { kind, value, name }: Omit<Graft, 'way'>,
): void {
  const define = (member: string, content: unknown) =>
    Object.defineProperty(members, member, {
      value: content,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  if (kind === 'set') members[key] = value;
  else if (kind === 'double' && Array.isArray(members)) members.push(members[Number(key)]);
  else if (kind === 'double') define(name, members[key]);
  else if (Array.isArray(members)) members.splice(Number(key), 1);
  else {
    const content = members[key];
    Reflect.deleteProperty(members, key);
    if (kind === 'rename') define(name, content);
  }
}

const fixtures = new URL('../fixtures/', import.meta.url);

function readFolder(folder: string, pattern: RegExp): readonly string[] {
  const at = new URL(`${folder}/`, fixtures);
  return readdirSync(at)
    .filter((name) => pattern.test(name))
    .map((name) => readFileSync(new URL(name, at), 'utf8'));
}

export const smartTexts = readFolder('smartctl', /\.json$/);
export const smartCaptures = smartTexts.map((text) => JSON.parse(text) as unknown);
const long = '9'.repeat(400);
const longNumbers = [
  `From block 0 to ${long}\n`,
  `Interrupted at block ${long}\n`,
  `Pass completed, 0 bad blocks found. (${long}/-${long}/0 errors)\n`,
];
export const badblocksTexts = [
  ...longNumbers,
  ...readFolder('badblocks', /\.(stderr|merged)$/).map((text) => bound(text)),
];
