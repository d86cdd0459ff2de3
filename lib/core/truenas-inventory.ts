import type { TruenasVersion } from './truenas-version';

/** What an `identifier` of TrueNAS is made of. Only `serial_lunid` and `serial` stay with a drive through a wipe and a reboot. */
export interface TruenasIdentifier {
  readonly kind: 'serial_lunid' | 'serial' | 'uuid' | 'label' | 'devicename' | 'unknown';
  readonly serial: string | null;
  readonly lunid: string | null;
}

/** One row of `disk.query`: the middleware's own list, kept up to date by hot-plug events and therefore sometimes late. */
export interface TruenasDisk {
  /** To the letter, as `disk.update` wants it. */
  readonly identifier: string;
  readonly identity: TruenasIdentifier;
  /** Kernel name as the middleware last saw it. */
  readonly name: string;
  /** What it writes to: `multipath/disk1` on CORE, else the name again. */
  readonly devname: string;
  readonly serial: string | null;
  /** WWN or EUI without `0x`, `naa.` or `eui.`. */
  readonly lunid: string | null;
  /** Null or 0 for a drive that did not spin up. */
  readonly sizeBytes: number | null;
  /** The operator's note, to the letter. */
  readonly description: string;
  readonly model: string | null;
  readonly isRotational: boolean;
  /** `ATA`, `SCSI`, `NVME`, `USB`, … */
  readonly bus: string | null;
  /** The ZFS member on it, as the middleware last saw it. */
  readonly zfsGuid: string | null;
  /** Null proves nothing: a pool made in a shell can be missing. */
  readonly pool: string | null;
  /** The drive has vanished; its row is kept for seven days. */
  readonly isExpired: boolean;
  /** `ALWAYS ON`, or minutes until it spins down. */
  readonly standby: string | null;
  /** `DISABLED`, or a level of power management. */
  readonly powerManagement: string | null;
  /** `enclosure:slot`, both as TrueNAS counts them. */
  readonly slot: string | null;
  /** Multipath device that it is a leg of (CORE). */
  readonly multipath: string | null;
}

/** A member of a pool: a leaf of its topology. */
export interface TruenasMember {
  /** Null where the middleware cannot tell the drive, which may be attached all the same. */
  readonly disk: string | null;
  readonly guid: string | null;
  readonly status: string;
  /** The row of the drive that once was this member. */
  readonly lost: { readonly name: string | null; readonly serial: string | null } | null;
}

/** One pool of `pool.query`; the boot pool is not among them. */
export interface TruenasPool {
  readonly name: string;
  readonly status: string;
  /** Null for a pool that failed to import: it has members, and nobody tells which. */
  readonly members: readonly TruenasMember[] | null;
  /** Of every vdev, the groups too. */
  readonly guids: readonly string[];
  /** What the pool works at now. */
  readonly scan: { readonly kind: 'scrub' | 'resilver'; readonly percent: number | null } | null;
}

/** A drive as the middleware's own search for free drives saw it just now. */
export interface TruenasUsage {
  readonly name: string;
  readonly serial: string | null;
  readonly lunid: string | null;
  readonly isUnused: boolean;
  readonly importedPool: string | null;
  readonly exportedPool: string | null;
  /** Other devices with the same serial and WWN. */
  readonly duplicates: readonly string[];
  /** Formatted with T10 protection information; null where nobody tells. */
  readonly isDif: boolean | null;
  readonly partitionCount: number | null;
  /** Bay number and the enclosure's own id. */
  readonly bay: { readonly enclosure: string; readonly number: number } | null;
}

/** The answer of `disk.details`, or of `disk.get_unused`, which lists the free drives alone and looks for no exported pools on CORE. */
export interface TruenasUsageList {
  readonly scope: 'all' | 'unused';
  readonly drives: readonly TruenasUsage[];
}

/** A device as `device.get_info` finds it live. */
export interface TruenasDevice {
  readonly name: string;
  readonly serial: string | null;
  readonly lunid: string | null;
  readonly sizeBytes: number | null;
}

/** An iSCSI extent on a whole drive (CORE). */
export interface TruenasExtent {
  readonly name: string;
  /** Names, paths and identifiers by which it means its drive, without `/dev/`. */
  readonly targets: readonly string[];
}

export interface TruenasTemperature {
  readonly name: string;
  readonly temperatureC: number;
  /** The drive's own limit, where it is told. */
  readonly limitC: number | null;
}

/** The fields of a cron entry. */
export interface TruenasSchedule {
  readonly minute: string;
  readonly hour: string;
  readonly dom: string;
  readonly month: string;
  readonly dow: string;
}

/** A self-test that starts by itself. */
export interface TruenasSmartTask {
  /** `long`, `short`, … */
  readonly test: string;
  /** Identifiers of the drives, null for all of them or where they cannot be read. */
  readonly identifiers: readonly string[] | null;
  readonly schedule: TruenasSchedule;
  /** Cron takes either of two restricted day fields, smartd wants both. */
  readonly dayRule: 'either' | 'both';
}

/** A scrub that starts by itself when the last one is old enough. */
export interface TruenasScrubTask {
  readonly pool: string;
  readonly thresholdDays: number | null;
  readonly schedule: TruenasSchedule;
}

export interface TruenasAlert {
  readonly level: string;
  readonly text: string;
  readonly serial: string | null;
  /** Device name, without `/dev/`. */
  readonly name: string | null;
}

/** Everything that can be asked. Null: not asked, or asked and not told. */
export interface TruenasFacts {
  readonly disks: readonly TruenasDisk[] | null;
  readonly pools: readonly TruenasPool[] | null;
  readonly usage: TruenasUsageList | null;
  readonly devices: readonly TruenasDevice[] | null;
  readonly bootDisks: readonly string[] | null;
  readonly poolDisks: readonly string[] | null;
  readonly extents: readonly TruenasExtent[] | null;
  readonly temperatures: readonly TruenasTemperature[] | null;
  readonly alerts: readonly TruenasAlert[] | null;
  readonly smartTasks: readonly TruenasSmartTask[] | null;
  readonly scrubTasks: readonly TruenasScrubTask[] | null;
  /** IANA name, by which the schedules are meant. */
  readonly timeZone: string | null;
}

/** `inventory` is cheap and for showing; only `preflight` asks everything that a drive must pass before it counts as free. */
export type TruenasDepth = 'inventory' | 'preflight';

/** What the TrueNAS middleware knows of its drives, as of one reading. Plain data. */
export interface TruenasInventory extends TruenasFacts {
  readonly depth: TruenasDepth;
  readonly version: TruenasVersion | null;
  /** Questions about the use of drives without an answer, in words: while there are any, no drive is proved free. */
  readonly gaps: readonly string[];
  /** The same for questions that decide nothing: alerts, schedules, temperatures. */
  readonly unread: readonly string[];
}

/** Nothing asked yet. */
export const noTruenasFacts: TruenasFacts = {
  disks: null,
  pools: null,
  usage: null,
  devices: null,
  bootDisks: null,
  poolDisks: null,
  extents: null,
  temperatures: null,
  alerts: null,
  smartTasks: null,
  scrubTasks: null,
  timeZone: null,
};
