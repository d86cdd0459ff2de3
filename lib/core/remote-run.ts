import type { DriveIdentity, SafetyLock } from './drive';

/** What badblocks is to do. `compare` reads only; it is the mode whose block numbers are exact. */
export interface BadblocksSpec {
  readonly mode: 'write' | 'compare';
  readonly blockBytes: number;
  /** `-c`: blocks per request. */
  readonly blocksPerRequest: number;
  /** `-e`: stop after this many bad blocks. A vanished device would otherwise list every block. */
  readonly errorLimit: number;
  /** `-t`, in order: `0xaa`, … One only in compare mode. */
  readonly patterns: readonly string[];
  /** Inclusive block numbers; null means the whole device. */
  readonly range: { readonly first: number; readonly last: number } | null;
}

/** Everything the host needs to start a run by itself. */
export interface RunSpec {
  /** Also the name of its directory: a second start with the same id is refused by the host. */
  readonly runId: string;
  /** Who started it, e.g. the controller's installation id: an orphan can be traced. */
  readonly owner: string;
  readonly drive: DriveIdentity;
  /** `lsblk` types accepted as drives. */
  readonly deviceTypes: readonly string[];
  readonly badblocks: BadblocksSpec;
  /** The host ends the run after this long, whatever the controller does. */
  readonly deadlineS: number;
  /** The host refuses the start later than this, in seconds since the epoch on its own clock: no start arrives late. */
  readonly notAfterClockS: number;
  /**
   * Safety locks that a person has overridden, exactly as they were seen. The host starts over these and over no others, and
   * over none of a kind without an override.
   */
  readonly grants: readonly SafetyLock[];
  /** Boot of the NAS that the sender saw: after a restart the host refuses the start, as its clock proves nothing then. */
  readonly bootId: string;
}

export const startRefusals = [
  'unknown_drive',
  'ambiguous_drive',
  'wrong_drive',
  'locked',
  'claimed',
  'already_running',
  'run_exists',
  'expired',
  'tool_missing',
  'not_root',
  'launch_failed',
] as const;
export type StartRefusal = (typeof startRefusals)[number];

/** The host's answer to a start. `refused` proves that nothing was written. */
export type StartAnswer =
  | {
      readonly kind: 'started';
      /** Kernel name at the moment of the start. */
      readonly name: string;
      readonly pid: number;
      readonly bootId: string;
      /** `systemd` for a transient unit, `setsid` for a supervisor. */
      readonly form: 'systemd' | 'setsid';
    }
  | { readonly kind: 'refused'; readonly code: StartRefusal; readonly detail: string };

/** One run directory as one look saw it. */
export interface RunLook {
  readonly runId: string;
  readonly owner: string;
  readonly serial: string;
  /** Boot in which it was started. */
  readonly bootId: string;
  /** The lock file is held: the only truth about running. */
  readonly isHeld: boolean;
  /** How the writer ended (`exit 0`, `signal 9`, `timeout`), or null while there is no result. */
  readonly result: string | null;
  /** Highest byte offset among the writer's descriptors: its position in the current phase. */
  readonly positionBytes: number | null;
  /** Bytes read and written by the writer so far (`/proc/PID/io`), over all phases. */
  readonly movedBytes: number | null;
  /** Bytes read and written by the device since the start (`/sys/block/…/stat`), also known after the end. */
  readonly deviceMovedBytes: number | null;
  /** Lines in the bad-block list. */
  readonly badBlockCount: number;
  /** Seconds on the host's own monotonic clock; null when the run left no account of it. */
  readonly startedUptimeS: number | null;
  readonly endedUptimeS: number | null;
  /** What badblocks said on standard error, without `-s` under 1 kB. Cut in the middle beyond 8 kB. */
  readonly log: string;
}

/** One look at all runs of a NAS. */
export interface HostLook {
  readonly bootId: string;
  readonly uptimeS: number;
  /** Seconds since the epoch on the host's wall clock, which may jump. */
  readonly clockS: number;
  readonly runs: readonly RunLook[];
}

/** A finished run with its whole bad-block list and the drive as it is now. */
export interface RunRecord {
  readonly look: RunLook;
  /** Block numbers as badblocks listed them, in order of discovery. */
  readonly badBlocks: readonly number[];
  /** The device that carries the serial now, or null when it is gone or ambiguous. */
  readonly driveNow: DriveIdentity | null;
}
