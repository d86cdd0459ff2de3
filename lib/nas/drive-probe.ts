import type { DriveIdentity, ProbeReport } from '../core/drive';
import type { SmartReading, SmartRound } from '../core/smart';

/** Facts about the drives of one NAS. Every method rejects with UnreachableError without a usable answer. */
export interface DriveProbe {
  /** Every drive with its safety locks, in one round trip. */
  probe(): Promise<ProbeReport>;
  /** Finds the drive by its identity, not by a name, and reads its SMART data. */
  readSmart(drive: DriveIdentity): Promise<SmartReading>;
  /**
   * The same for several drives in one round trip, up to eight or so: a few at a time, each within a bound of its own. A
   * drive in standby is not woken.
   */
  readSmartOfAll(drives: readonly DriveIdentity[]): Promise<SmartRound>;
}
