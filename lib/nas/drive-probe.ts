import type { DriveIdentity, ProbeReport } from '../core/drive';
import type { SmartReading } from '../core/read-smart';

export type { SmartReading };

/** Facts about the drives of one NAS. Every method rejects with UnreachableError without a usable answer. */
export interface DriveProbe {
  /** Every drive with its safety locks, in one round trip. */
  probe(): Promise<ProbeReport>;
  /** Finds the drive by its identity, not by a name, and reads its SMART data. */
  readSmart(drive: DriveIdentity): Promise<SmartReading>;
}
