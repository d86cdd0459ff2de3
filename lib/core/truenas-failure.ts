import type { LinkState } from './views';

/**
 * Why there is no session with the middleware, which decides how soon to try again. `lost`: with time it may come back.
 * `rate_limited`: too many logins. `expired`: only a new login is needed. `untrusted`: not the certificate that is wanted.
 * `refused`: a person has to change something, and each try may be held against us.
 */
export interface TruenasFailure {
  readonly kind: 'lost' | 'rate_limited' | 'expired' | 'untrusted' | 'refused';
  /** Plain words, without secrets. */
  readonly message: string;
}

/** What one step on the way to a session gives. */
export type TruenasStep<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: TruenasFailure };

/** A step that failed. */
export function failStep(kind: TruenasFailure['kind'], message: string): TruenasStep<never> {
  return { ok: false, failure: { kind, message } };
}

/** How a failure looks to others. */
export function readFailureState(failure: TruenasFailure): LinkState {
  return failure.kind === 'untrusted' || failure.kind === 'refused' ? 'refused' : 'disconnected';
}
