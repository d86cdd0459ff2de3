import type { TruenasVersion } from '../../core/truenas-version';
import type { TruenasView } from '../../core/views';

/** One way to call the TrueNAS middleware. */
export interface TruenasCaller {
  readonly view: TruenasView;
  /** Null before the first login. */
  readonly version: TruenasVersion | null;
  /** Rejects with TruenasError (the middleware's own "no") or UnreachableError. */
  call(
    method: string,
    params: readonly unknown[],
    options?: { readonly timeoutMs?: number },
  ): Promise<unknown>;
  /** Something in this collection changed on the NAS (`disk.query`, `pool.query`, `alert.list`): ask again. midclt never tells. */
  onHint(listener: (collection: string) => void): () => void;
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}
