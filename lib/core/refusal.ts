/** Why a request was not done. One table, so that topics, help and tests name the same codes. */
export const refusalCodes = [
  'retained',
  'replayed',
  'malformed',
  'unknown_verb',
  'unknown_drive',
  'not_ready',
  'stale',
  'locked',
  'no_override',
  'wrong_phrase',
  'too_many_tries',
  'already_live',
  'not_live',
  'stage_unavailable',
  'no_gate',
  'not_admitted',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/** A refusal as people and programs read it: what is wrong and what to do. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
}

/** Thrown for "not allowed, and here is why". Nothing has changed when it is thrown. */
export class RefusedError extends Error implements Refusal {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.name = 'RefusedError';
    this.code = code;
  }
}

/** Thrown for "cannot reach it now, try later". The state of the other side is not known. */
export class UnreachableError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnreachableError';
  }
}

/** The same for the controller's own files. Nothing has changed in them when it is thrown. */
export class StoreUnreachableError extends UnreachableError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreUnreachableError';
  }
}
