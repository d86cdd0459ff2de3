import type { DriveIdentity, ProbeReport } from '../core/drive';

/** What `smartctl` had to say about one drive. */
export type SmartReading =
  | {
      readonly kind: 'read';
      /** Parsed `smartctl -x --json=o`; its shape differs by protocol and version. */
      readonly json: unknown;
    }
  | {
      /** No smartctl, or a device without SMART (loop, virtio, some USB bridges): a stated gap, not a failure. */
      readonly kind: 'not_available';
      readonly reason: string;
    }
  | { readonly kind: 'no_such_drive'; readonly reason: string };

/** Facts about the drives of one NAS. Every method rejects with UnreachableError without a usable answer. */
export interface DriveProbe {
  /** Every drive with its safety locks, in one round trip. */
  probe(): Promise<ProbeReport>;
  /** Finds the drive by its identity, not by a name, and reads its SMART data. */
  readSmart(drive: DriveIdentity): Promise<SmartReading>;
}
