/** Thrown for the middleware's own "no". The connection stands, and asking the same again gives the same answer. */
export class TruenasError extends Error {
  readonly reason: 'no_method' | 'not_authorized' | 'invalid' | 'not_found' | 'busy' | 'too_many' | 'failed';
  readonly errno: number | null;

  constructor(reason: TruenasError['reason'], message: string, errno: number | null = null) {
    super(message);
    this.name = 'TruenasError';
    this.reason = reason;
    this.errno = errno;
  }
}
