/** Why the middleware did not do what it was asked. */
export type TruenasErrorReason =
  'no_method' | 'not_authorized' | 'invalid' | 'not_found' | 'busy' | 'too_many' | 'failed';

/** The middleware's own "no" to one call. Nothing is wrong with the way to it. */
export class TruenasError extends Error {
  readonly reason: TruenasErrorReason;
  /** As the NAS counts them: FreeBSD's numbers on CORE, Linux's on the others, 201 to 210 TrueNAS's own; null when not told. */
  readonly errno: number | null;

  constructor(reason: TruenasErrorReason, message: string, errno: number | null = null) {
    super(message);
    this.name = 'TruenasError';
    this.reason = reason;
    this.errno = errno;
  }
}
