import { z } from 'zod';
import { profiles } from './build-plan';
import { cleanText } from './clean-text';
import { stageKinds, type StageKind } from './job';
import { isPlainObject } from './plain-data';
import type { Refusal } from './refusal';

interface RequestHead {
  readonly transaction: string;
  readonly operator: string;
}

/** A request to start the drives it names; or to tell whether that would be done, and change nothing. */
export interface StartRequest extends RequestHead {
  readonly verb: 'start' | 'check';
  readonly serials: readonly string[];
  /** Null: as the wires say. */
  readonly stages: readonly StageKind[] | null;
}

export interface CancelRequest extends RequestHead {
  readonly verb: 'cancel';
  readonly serials: readonly string[];
}

/** A request to override the safety locks of one drive for a while. */
export interface UnlockRequest extends RequestHead {
  readonly verb: 'unlock';
  readonly serials: readonly [string];
  /** As it was typed. Never to be logged: a wrong one may be a password. */
  readonly phrase: string;
}

/** A request to end that permission. */
export interface LockRequest extends RequestHead {
  readonly verb: 'lock';
  readonly serials: readonly [string];
}

/** A request whose shape is right; nothing about the drives has been checked yet. */
export type BurninRequest = StartRequest | CancelRequest | UnlockRequest | LockRequest;

export type RequestResult =
  | { readonly ok: true; readonly request: BurninRequest }
  | { readonly ok: false; readonly transaction: string | null; readonly refusal: Refusal };

const maxSerials = 256;
const maxFields = 32;
const maxIssues = 5;
const maxMessageLength = 500;

/** They go into mails, logs and screens as they are: one line, nothing invisible that could pose as something else. */
const text = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u, 'must not hold control characters or line breaks')
    .trim()
    .min(1);
const head = { transaction: text(128), operator: text(64) };
const drives = {
  serial: text(128).optional(),
  serials: z.array(text(128)).min(1).max(maxSerials).optional(),
};
const startShape = z.strictObject({
  ...head,
  ...drives,
  stages: z.array(z.enum(stageKinds)).min(1).max(12).optional(),
  profile: z.enum(Object.keys(profiles)).optional(),
});
const schemas = {
  start: startShape,
  check: startShape,
  cancel: z.strictObject({ ...head, ...drives }),
  unlock: z.strictObject({ ...head, serial: text(128), phrase: text(512) }),
  lock: z.strictObject({ ...head, serial: text(128) }),
};

/** What can be asked for. */
export type RequestVerb = keyof typeof schemas;

/** All verbs of requests. */
export const requestVerbs = Object.keys(schemas) as readonly RequestVerb[];

/** The request, or in words what is wrong with it. */
type Reading = BurninRequest | string;

const readers: Readonly<Record<RequestVerb, (payload: unknown) => Reading>> = {
  start: (payload) => readWith('start', payload, (data) => readStart('start', data)),
  check: (payload) => readWith('check', payload, (data) => readStart('check', data)),
  cancel: (payload) =>
    readWith('cancel', payload, ({ serial, serials, ...rest }) => {
      const named = readSerials('cancel', { serial, serials });
      return typeof named === 'string' ? named : { verb: 'cancel', ...rest, serials: named };
    }),
  unlock: (payload) =>
    readWith('unlock', payload, ({ serial, ...rest }) => ({ verb: 'unlock', ...rest, serials: [serial] })),
  lock: (payload) =>
    readWith('lock', payload, ({ serial, ...rest }) => ({ verb: 'lock', ...rest, serials: [serial] })),
};

/**
 * Reads the payload of a request. A refusal names the first fields that are wrong, never repeats a value and is at most
 * 500 characters long, whatever came.
 */
export function readRequest(verb: string, payload: unknown): RequestResult {
  const transaction = readTransaction(payload);
  const refuse = (code: Refusal['code'], message: string): RequestResult => {
    return { ok: false, transaction, refusal: { code, message } };
  };
  const known = requestVerbs.find((name) => name === verb);
  if (known === undefined) {
    const names = requestVerbs.map((name) => `"${name}"`).join(', ');
    return refuse('unknown_verb', `There is no such request. This version knows ${names}.`);
  }
  const oddity = describeOddity(payload);
  if (oddity !== null) return refuse('malformed', `${oddity} ${describeShape(known)}`);
  const reading = readers[known](payload);
  return typeof reading === 'string' ? refuse('malformed', reading) : { ok: true, request: reading };
}

function readWith<V extends RequestVerb>(
  verb: V,
  payload: unknown,
  build: (data: z.output<(typeof schemas)[V]>) => Reading,
): Reading {
  const parsed = schemas[verb].safeParse(payload);
  if (!parsed.success) return describeIssues(parsed.error, verb);
  return build(parsed.data as z.output<(typeof schemas)[V]>);
}

function readStart(verb: StartRequest['verb'], data: z.output<typeof startShape>): Reading {
  const { serial, serials, stages, profile, ...rest } = data;
  const named = readSerials(verb, { serial, serials });
  if (typeof named === 'string') return named;
  if (stages !== undefined && profile !== undefined) return 'Give either "stages" or "profile", not both.';
  return { verb, ...rest, serials: named, stages: stages ?? profiles[profile ?? ''] ?? null };
}

/** The drives, each once; or what is wrong. */
function readSerials(
  verb: RequestVerb,
  { serial, serials }: { serial: string | undefined; serials: readonly string[] | undefined },
): readonly string[] | string {
  if (serial !== undefined && serials === undefined) return [serial];
  if (serial === undefined && serials !== undefined) return [...new Set(serials)];
  return `Give either "serial" or "serials". ${describeShape(verb)}`;
}

function readTransaction(payload: unknown): string | null {
  if (!isPlainObject(payload)) return null;
  return head.transaction.safeParse(payload['transaction']).data ?? null;
}

/** What is wrong with the payload as a whole; looked at first, since a check of each byte of a buffer has no end. */
function describeOddity(payload: unknown): string | null {
  if (payload instanceof ArrayBuffer || ArrayBuffer.isView(payload)) {
    return 'The payload is raw bytes. Set the output of the mqtt in node to "a parsed JSON object".';
  }
  if (!isPlainObject(payload)) return 'The payload is not a JSON object.';
  if (Object.keys(payload).length > maxFields) return `The payload has more than ${maxFields} fields.`;
  const isLong = Object.values(payload).some((value) => Array.isArray(value) && value.length > maxSerials);
  return isLong ? `A list in the payload has more than ${maxSerials} entries.` : null;
}

function describeIssues({ issues }: z.ZodError, verb: RequestVerb): string {
  const shape = describeShape(verb);
  const shown = issues
    .slice(0, maxIssues)
    .map(({ path, message }) => (path.length === 0 ? `${message}.` : `${path.join('.')}: ${message}.`));
  const more = issues.length > shown.length ? [`And ${issues.length - shown.length} more.`] : [];
  return `${cleanText([...shown, ...more].join(' '), maxMessageLength - shape.length - 1)} ${shape}`;
}

const fields: Readonly<Record<RequestVerb, string>> = {
  start: 'serial (or serials), and optionally stages or profile',
  check: 'serial (or serials), and optionally stages or profile',
  cancel: 'serial (or serials)',
  unlock: 'serial (one drive only) and phrase',
  lock: 'serial (one drive only)',
};

function describeShape(verb: RequestVerb): string {
  return `Expected a JSON object with transaction, operator, ${fields[verb]}.`;
}
