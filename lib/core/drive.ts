/** What makes a drive itself. Its device name is not part of it: names change on any reboot or re-plug. */
export interface DriveIdentity {
  /** Trimmed serial number, as `lsblk` prints it. Always text, also when it looks like a number. */
  readonly serial: string;
  /** World wide name as `lsblk` prints it (`0x5000c500…`, `eui.…`), or null where the drive has none. */
  readonly wwn: string | null;
  readonly sizeBytes: number;
}

/** One drive as the last probe of its NAS saw it. */
export interface DriveFacts extends DriveIdentity {
  /** Kernel name (`sda`), valid at the moment of the probe only. */
  readonly name: string;
  /** `major:minor` of the device node. */
  readonly deviceNumber: string;
  /** `lsblk` type: `disk`, or `loop` on a test bench. */
  readonly type: string;
  readonly model: string | null;
  readonly physicalSectorBytes: number;
  readonly isRotational: boolean;
  /** `sata`, `sas`, `nvme`, `usb`, … or null. */
  readonly transport: string | null;
  /** From the kernel's drive temperature sensor, which does not wake a sleeping drive. */
  readonly temperatureC: number | null;
}

/**
 * Why a drive must not be written to, the strongest first. `root_filesystem`: the running system stands on it. `holder`: LVM,
 * md, dm, a loop device, a virtual machine, an iSCSI extent. `self_test`: the drive runs a self-test that no job of ours
 * started. `ambiguous`: it cannot be told from another device. `unproven`: a source of facts failed, so nothing is known to
 * be free.
 */
export const safetyLockKinds = [
  'root_filesystem',
  'swap',
  'boot_pool',
  'active_pool',
  'mounted',
  'exported_pool',
  'holder',
  'claimed',
  'self_test',
  'ambiguous',
  'unproven',
] as const;
export type SafetyLockKind = (typeof safetyLockKinds)[number];

/** A fact that the drive is in use. */
export interface SafetyLock {
  readonly kind: SafetyLockKind;
  /** Pool name, mount point, holder name, … : what a person needs to recognise the use. */
  readonly detail: string;
}

/** A drive with the safety locks found on it; none found means free. */
export interface ProbedDrive {
  readonly drive: DriveFacts;
  readonly locks: readonly SafetyLock[];
}

/** A device of an accepted type that cannot be burned in, because nothing makes it known again or it has no size. */
export interface UnfitDevice {
  /** Kernel name, all there is to find it by. */
  readonly name: string;
  readonly reason: 'no_serial' | 'no_size';
  readonly model: string | null;
  readonly sizeBytes: number;
}

/** A pool at work on its drives: it shares the cables and the bandwidth with every run. */
export interface PoolActivity {
  readonly pool: string;
  readonly kind: 'scrub' | 'resilver';
  /** 0…100, null when it was not told. */
  readonly percent: number | null;
}

/** Everything one probe of a NAS told. */
export interface ProbeReport {
  /** `/proc/sys/kernel/random/boot_id`: another value is another boot. */
  readonly bootId: string;
  /** Seconds since boot, the NAS's own monotonic clock. */
  readonly uptimeS: number;
  readonly drives: readonly ProbedDrive[];
  /** Sources of facts that failed, in words; while there are any, every drive carries an `unproven` lock. */
  readonly gaps: readonly string[];
  readonly unfit: readonly UnfitDevice[];
  readonly activities: readonly PoolActivity[];
  /** The host has `midclt`: it is a TrueNAS, whose middleware has a say as well. */
  readonly hasMiddleware: boolean;
}
