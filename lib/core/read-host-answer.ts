/** A value read from text, or what is wrong with the text. */
export type Reading<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/** One line of an answer: its kind and the fields behind it, as text. */
export interface HostRecord {
  readonly kind: string;
  readonly fields: readonly string[];
}

/**
 * Reads the answer of a script on the NAS: TAB-separated records between the lines `burnin-begin` and `burnin-end`.
 * What stands before them is noise of the login. Without the last line the answer was cut off and says nothing.
 */
export function readHostAnswer(stdout: string): Reading<readonly HostRecord[]> {
  const lines = stdout.split('\n');
  const begin = lines.indexOf('burnin-begin');
  if (begin < 0) return { ok: false, problem: 'the answer has no beginning' };
  const end = lines.indexOf('burnin-end', begin);
  if (end < 0) return { ok: false, problem: 'the answer was cut off' };
  const records = lines
    .slice(begin + 1, end)
    .filter((line) => line !== '')
    .map(readRecord);
  return { ok: true, value: records };
}

function readRecord(line: string): HostRecord {
  const [kind = '', ...fields] = line.split('\t');
  return { kind, fields };
}

/** Thrown inside the readers of this format only, and turned into a `problem` by `readRecords`. */
class FormatError extends Error {}

/** How the fields of one record are taken, in order, each with its own demand. */
export interface FieldReader {
  /** Any text; `-` stands for none and gives the empty text. */
  text(): string;
  /** Any text; `-` gives null. */
  textOrNull(): string | null;
  /** A number, not below zero. */
  number(): number;
  /** A number, or `-` for null. */
  numberOrNull(): number | null;
  /** A whole number without loss. */
  count(): number;
  countOrNull(): number | null;
  flag(): boolean;
  /** One of a fixed list. */
  word<T extends string>(words: readonly T[]): T;
}

/** What to do with each kind of record. Kinds that are not named are ignored. */
export type RecordHandlers = Readonly<Record<string, (fields: FieldReader) => void>>;

/** Runs every record through the handler of its kind. A wrong field or a wrong number of fields is a problem. */
export function readRecords(records: readonly HostRecord[], handlers: RecordHandlers): Reading<undefined> {
  try {
    for (const record of records) readOne(record, handlers);
    return { ok: true, value: undefined };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { ok: false, problem: error.message };
  }
}

function readOne(record: HostRecord, handlers: RecordHandlers): void {
  const handler = Object.hasOwn(handlers, record.kind) ? handlers[record.kind] : undefined;
  if (handler === undefined) return;
  let taken = 0;
  const next = () => {
    const field = record.fields[taken++];
    if (field === undefined) throw new FormatError(`a ${record.kind} record has too few fields`);
    return field;
  };
  handler(openFields(record.kind, next));
  if (taken !== record.fields.length) throw new FormatError(`a ${record.kind} record has too many fields`);
}

function openFields(kind: string, next: () => string): FieldReader {
  const orNull =
    <T>(read: (field: string) => T) =>
    () => {
      const field = next();
      return field === '-' ? null : read(field);
    };
  const number = (field: string) => {
    if (!/^\d{1,18}(\.\d{1,9})?$/.test(field)) throw badField(kind, field);
    return Number(field);
  };
  const count = (field: string) => {
    const value = number(field);
    if (!Number.isSafeInteger(value)) throw badField(kind, field);
    return value;
  };
  return {
    text: () => orNull((field) => field)() ?? '',
    textOrNull: orNull((field) => field),
    number: () => number(next()),
    numberOrNull: orNull(number),
    count: () => count(next()),
    countOrNull: orNull(count),
    flag: () => readFlag(kind, next()),
    word: (words) => readWord(kind, next(), words),
  };
}

function readFlag(kind: string, field: string): boolean {
  if (field !== '0' && field !== '1') throw badField(kind, field);
  return field === '1';
}

function readWord<T extends string>(kind: string, field: string, words: readonly T[]): T {
  const word = words.find((candidate) => candidate === field);
  if (word === undefined) throw badField(kind, field);
  return word;
}

function badField(kind: string, field: string): FormatError {
  return new FormatError(`a ${kind} record holds "${field.slice(0, 40)}"`);
}
