import { UnreachableError } from '../core/refusal';
import type { DriveProbe } from './drive-probe';
import type { RemoteRuns } from './remote-runs';

const why = 'no SSH login to the NAS is set, so its drives can only be watched';

/**
 * Runs on a NAS without an SSH login: none can be started, and of those that another setup started nothing is known. A
 * look that said "no runs" would end their jobs as lost.
 */
export const watchOnlyRuns: RemoteRuns = {
  start: () => Promise.resolve({ kind: 'refused', code: 'not_root', detail: why }),
  look: reject,
  collect: reject,
  stop: reject,
  clear: reject,
};

/** Drives of such a NAS: nothing can be asked of the host itself. */
export const watchOnlyDrives: DriveProbe = { probe: reject, readSmart: reject, readSmartOfAll: reject };

function reject(): Promise<never> {
  return Promise.reject(new UnreachableError(why));
}
