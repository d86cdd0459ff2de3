import { z } from 'zod';
import { profiles } from './build-plan';
import { stageKinds, type StageKind } from './job';
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

const text = (max: number) => z.string().trim().min(1).max(max);
const common = {
  transaction: text(128),
  operator: text(64),
  serial: text(128).optional(),
  serials: z.array(text(128)).min(1).max(256).optional(),
};
const schemas = {
  cancel: z.strictObject(common),
  start: z.strictObject({
    ...common,
    stages: z.array(z.enum(stageKinds)).min(1).max(12).optional(),
    profile: z.enum(Object.keys(profiles)).optional(),
  }),
};

/** Reads the payload of a request. A refusal names every field that is wrong and never repeats a value. */
export function readRequest(verb: string, payload: unknown): RequestResult {
  const transaction = readTransaction(payload);
  const refuse = (code: Refusal['code'], message: string): RequestResult => {
    return { ok: false, transaction, refusal: { code, message } };
  };
  if (verb !== 'start' && verb !== 'cancel') {
    return refuse('unknown_verb', 'There is no such request. This version knows "start" and "cancel".');
  }
  const parsed = (verb === 'start' ? schemas.start : schemas.cancel).safeParse(payload);
  if (!parsed.success) return refuse('malformed', `${describeIssues(parsed.error)} ${describeShape(verb)}`);
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
  const parsed = z.object({ transaction: common.transaction }).safeParse(payload);
  return parsed.success ? parsed.data.transaction : null;
}

function describeIssues(error: z.ZodError): string {
  return error.issues
    .map((issue) =>
      issue.path.length === 0 ? `${issue.message}.` : `${issue.path.join('.')}: ${issue.message}.`,
    )
    .join(' ');
}

function describeShape(verb: 'start' | 'cancel'): string {
  const extra = verb === 'start' ? ', and optionally stages or profile' : '';
  return `Expected a JSON object with transaction, operator, serial (or serials)${extra}.`;
}
