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

/** What one drive of many answered. Only `read` is a reading; none of the others says that the drive is ill. */
export type SmartAnswer =
  | SmartReading
  /** In standby, and not woken for the question. */
  | { readonly kind: 'asleep' }
  /** smartctl did not come back in time, or said nothing that can be read. */
  | { readonly kind: 'no_answer'; readonly reason: string };

/** One round of questions to a NAS. */
export interface SmartRound {
  /** Boot of the NAS in which they were answered. */
  readonly bootId: string;
  /** One for each drive that was asked for, in the same order. */
  readonly answers: readonly SmartAnswer[];
}

/** A self-test that a drive is doing by itself. */
export interface SelfTestInProgress {
  /** `extended self-test`, `short self-test`, or `self-test` where the drive does not tell which. */
  readonly text: string;
  /** 0…100, in steps of ten from ATA drives; null where it was not told. */
  readonly percentLeft: number | null;
}

/** The newest finished self-test of a drive's log; `none` for a log without one. Aborted tests do not count. */
export interface NewestSelfTest {
  readonly outcome: 'passed' | 'failed' | 'none';
  /** The drive's own words, e.g. `Extended offline: Completed: read failure`. */
  readonly text: string;
}

/** What a burn-in wants to know of a drive's SMART data. Null is "not reported", never zero. */
export interface SmartFacts {
  readonly protocol: 'ATA' | 'SCSI' | 'NVMe' | null;
  readonly model: string | null;
  readonly serial: string | null;
  /** SMART overall health: false is failing. */
  readonly isPassed: boolean | null;
  /** smartctl's exit status, a bit mask: 8 failing now, 16 below a threshold now, 128 failed self-tests in the log. */
  readonly exitStatus: number;
  /** Null when the drive told nothing of its self-test log. */
  readonly newestSelfTest: NewestSelfTest | null;
  readonly temperatureC: number | null;
  readonly powerOnHours: number | null;
  /** ATA attribute 5, sectors. */
  readonly reallocated: number | null;
  /** ATA attribute 196. */
  readonly reallocationEvents: number | null;
  /** ATA attribute 197, sectors. */
  readonly pending: number | null;
  /** ATA attribute 198, sectors. */
  readonly uncorrectable: number | null;
  /** ATA attribute 187. */
  readonly reportedUncorrect: number | null;
  /** ATA attribute 184, where the drive gives it that meaning. */
  readonly endToEndErrors: number | null;
  /** ATA attribute 199: faults of cable or backplane rather than of the drive. */
  readonly crcErrors: number | null;
  /** SCSI: entries of the grown defect list. */
  readonly grownDefects: number | null;
  /** SCSI: uncorrected errors of read, write and verify together. */
  readonly uncorrectedErrors: number | null;
  /** NVMe: a bit mask, 0 is good. */
  readonly criticalWarning: number | null;
  /** NVMe. */
  readonly mediaErrors: number | null;
  /** NVMe: percent of the rated endurance. */
  readonly percentageUsed: number | null;
}

/**
 * One reading of a drive's SMART data, understood. Plain JSON, so that it can be kept in a stage's memo.
 * `unreadable`: something answered, but not in smartctl's form, so nothing is known.
 */
export type SmartLook =
  | { readonly kind: 'read'; readonly facts: SmartFacts }
  | { readonly kind: 'not_available' | 'no_such_drive' | 'unreadable'; readonly reason: string };
