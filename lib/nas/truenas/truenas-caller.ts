import type { TruenasVersion } from '../../core/truenas-version';
import type { TruenasView } from '../../core/views';

export interface TruenasCallOptions {
  /** Everything together: waiting for a connection, for a free place and for the answer. Default: a minute. */
  readonly timeoutMs?: number;
  /**
   * True for a call that may be made twice, as every read may: only such a one is made again when the middleware turned it
   * away for a passing reason. Default: false.
   */
  readonly isRepeatable?: boolean;
}

/** The one way to the TrueNAS middleware of a NAS. */
export interface TruenasCaller {
  readonly view: TruenasView;
  /** Null before the first login, and for a release that is not known. */
  readonly version: TruenasVersion | null;
  /**
   * Calls a method. Dates come as milliseconds since the epoch, sets as arrays. Rejects with TruenasError, the middleware's
   * own "no", or with UnreachableError: what came of the call is then not known.
   */
  call(method: string, params: readonly unknown[], options?: TruenasCallOptions): Promise<unknown>;
  /**
   * Something in this collection changed on the NAS (`disk.query`, `pool.query`, `alert.list`), or may have while there was
   * no connection: ask again. midclt never tells, and a key without the role for it never gets told.
   */
  onHint(listener: (collection: string) => void): () => void;
  /** Calls back on each change of `view`; the returned function ends that. */
  onChange(listener: () => void): () => void;
  /** Ends the connection; calls under way reject. */
  close(): Promise<void>;
}
