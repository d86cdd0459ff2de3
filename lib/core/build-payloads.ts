import { buildTimestamp } from './published-words';
import type { RefusalCode } from './refusal';
import type { Answer, BurninEvent, CheckFindings } from './views';

/** The payload of `…/event`. */
export interface EventPayload {
  readonly event_type: string;
  readonly at: string | null;
  readonly serial: string | null;
  readonly job: string | null;
  readonly message: string;
}

/** The payload of `burnin/<nas>/response`. */
export type ResponsePayload = {
  /** Of the request, null when it had none that could be read. */
  readonly transaction: string | null;
  readonly verb: string;
  readonly serial: string | null;
} & (
  | { readonly ok: true; readonly job: string | null; readonly message: string }
  | { readonly ok: false; readonly error: { readonly code: RefusalCode; readonly message: string } }
) &
  Partial<CheckFindings>;

/** Builds the payload of an event. */
export function buildEventPayload(event: BurninEvent): EventPayload {
  const { type, at, serial, job, message } = event;
  return { event_type: type, at: buildTimestamp(at), serial, job, message };
}

/** Builds the answer to a request. */
export function buildResponse(answer: Answer): ResponsePayload {
  const { transaction, verb, serial } = answer;
  const findings = buildFindings(answer);
  if (answer.ok) {
    return { transaction, verb, serial, ok: true, job: answer.job, message: answer.message, ...findings };
  }
  const { code, message } = answer.error;
  return { transaction, verb, serial, ok: false, error: { code, message }, ...findings };
}

function buildFindings({ reasons, notes, phrase }: Answer): Partial<CheckFindings> {
  return {
    ...(reasons !== undefined && { reasons }),
    ...(notes !== undefined && { notes }),
    ...(phrase !== undefined && { phrase }),
  };
}
