import type { TruenasView } from '../core/views';
import type { TruenasNas } from '../nas/truenas/open-truenas-nas';

/** The TrueNAS middleware of a NAS, as its engine uses it. */
export interface Middleware extends TruenasNas {
  readonly view: TruenasView;
  /** True where a host without the middleware is no TrueNAS, and not a TrueNAS that does not answer. */
  readonly isOptional: boolean;
  /** Calls back when something changed on the NAS; the returned function ends that. */
  onHint(listener: () => void): () => void;
  /** Calls back on each change of `view`. */
  onChange(listener: () => void): () => void;
}
