import { z } from 'zod';
import { profiles } from './build-plan';
import { cleanText } from './clean-text';
import { stageKinds, type StageKind } from './job';
import { isPlainObject } from './plain-data';
import type { Refusal } from './refusal';

/** A request whose shape is right; nothing about the drives has been checked yet. */
export interface BurninRequest {
  readonly verb: 'start' | 'cancel';
  readonly transaction: string;
  readonly operator: string;
  readonly serials: readonly string[];
  /** Null: as the wires say. */
  readonly stages: readonly StageKind[] | null;
}

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
const common = {
  transaction: text(128),
  operator: text(64),
  serial: text(128).optional(),
  serials: z.array(text(128)).min(1).max(maxSerials).optional(),
};
const schemas = {
  cancel: z.strictObject(common),
  start: z.strictObject({
    ...common,
    stages: z.array(z.enum(stageKinds)).min(1).max(12).optional(),
    profile: z.enum(Object.keys(profiles)).optional(),
  }),
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
  if (verb !== 'start' && verb !== 'cancel') {
    return refuse('unknown_verb', 'There is no such request. This version knows "start" and "cancel".');
  }
  const oddity = describeOddity(payload);
  if (oddity !== null) return refuse('malformed', `${oddity} ${describeShape(verb)}`);
  const parsed = (verb === 'start' ? schemas.start : schemas.cancel).safeParse(payload);
  if (!parsed.success) return refuse('malformed', describeIssues(parsed.error, verb));
  const { serial, serials, ...rest } = parsed.data;
  const named = [...new Set(serials ?? []), ...(serial === undefined ? [] : [serial])];
  if ((serial === undefined) === (serials === undefined)) {
    return refuse('malformed', `Give either "serial" or "serials". ${describeShape(verb)}`);
  }
  const stages = readStages(rest);
  if (stages === 'both') return refuse('malformed', 'Give either "stages" or "profile", not both.');
  const { transaction: id, operator } = rest;
  return { ok: true, request: { verb, transaction: id, operator, serials: named, stages } };
}

function readStages(data: object): readonly StageKind[] | null | 'both' {
  const { stages, profile } = data as { stages?: StageKind[]; profile?: string };
  if (stages !== undefined && profile !== undefined) return 'both';
  return stages ?? profiles[profile ?? ''] ?? null;
}

function readTransaction(payload: unknown): string | null {
  if (!isPlainObject(payload)) return null;
  return common.transaction.safeParse(payload['transaction']).data ?? null;
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

function describeIssues({ issues }: z.ZodError, verb: 'start' | 'cancel'): string {
  const shape = describeShape(verb);
  const shown = issues
    .slice(0, maxIssues)
    .map(({ path, message }) => (path.length === 0 ? `${message}.` : `${path.join('.')}: ${message}.`));
  const more = issues.length > shown.length ? [`And ${issues.length - shown.length} more.`] : [];
  return `${cleanText([...shown, ...more].join(' '), maxMessageLength - shape.length - 1)} ${shape}`;
}

function describeShape(verb: 'start' | 'cancel'): string {
  const extra = verb === 'start' ? ', and optionally stages or profile' : '';
  return `Expected a JSON object with transaction, operator, serial (or serials)${extra}.`;
}
