import type { DriveFacts, PoolActivity, SafetyLock, SafetyLockKind, UnfitDevice } from './drive';
import type { Evidence, Job, JobState, Outcome, Stage, StageKind, Ticket } from './job';
import type { Refusal, RefusalCode } from './refusal';

/** The eight half-patterns of a surface validation, and `none` outside of one. */
export const phases = [
  'none',
  'write_aa',
  'verify_aa',
  'write_55',
  'verify_55',
  'write_ff',
  'verify_ff',
  'write_00',
  'verify_00',
] as const;
export type Phase = (typeof phases)[number];

/** How far a running stage is. Kept in memory; the overall percentage is also in the stage's row. */
export interface Progress {
  /** 0…100 over the whole stage, never falling. */
  readonly percent: number;
  readonly phase: Phase;
  /** 0…100 within the phase. */
  readonly phasePercent: number;
  /** Bytes a second over the last looks, null while unknown. */
  readonly speedBytesPerS: number | null;
  readonly badBlocks: number;
  /** Milliseconds since the epoch at which the stage should end; null until it means something. */
  readonly finishAt: number | null;
}

/** A job with its plan and, while a stage runs, its progress. */
export interface JobView {
  readonly job: Job;
  readonly stages: readonly Stage[];
  readonly progress: Progress | null;
}

/** The few SMART figures worth a column. Null is "not reported". */
export interface SmartSummary {
  /** Milliseconds since the epoch of the reading. */
  readonly readAt: number;
  readonly powerOnHours: number | null;
  /** Reallocated sectors, or the grown defects of a SCSI drive. */
  readonly reallocated: number | null;
  readonly pending: number | null;
}

/** A person's permission to override the safety locks of one drive, as others see it. */
export interface GrantView {
  readonly operator: string;
  readonly locks: readonly SafetyLock[];
  /** Milliseconds since the epoch at which it ends by itself. */
  readonly endsAt: number;
}

/** All that is known of one drive. */
export interface DriveView {
  readonly drive: DriveFacts;
  readonly locks: readonly SafetyLock[];
  /** Its WWN tells it from the other drive with its serial number, so that it can be unlocked by that. */
  readonly isToldApartByWwn: boolean;
  /** False when the last good probe did not find it. */
  readonly isPresent: boolean;
  /** Milliseconds since the epoch of the last probe that found it. */
  readonly seenAt: number;
  /** The live job, else the last one that ended, else null. */
  readonly job: JobView | null;
  /** SMART overall health: true passed, false failing, null never read or not available. */
  readonly isHealthy: boolean | null;
  /** The newest SMART reading, however old; null before the first one and for a drive without SMART. */
  readonly smart: SmartSummary | null;
  /** The permission to override its safety locks that holds now. */
  readonly grant: GrantView | null;
  /** Bay of the enclosure as the NAS counts them (`2:5`), null where nobody tells. */
  readonly slot: string | null;
  /** Earliest proof of trouble kept for the screen, e.g. bad blocks of the last job. */
  readonly badBlocks: number | null;
}

/** How the connection to a NAS stands. `refused` needs a person: wrong host key or login. */
export type LinkState = 'connecting' | 'connected' | 'disconnected' | 'refused';

/** How the TrueNAS middleware of a NAS answers. */
export interface TruenasView {
  readonly way: 'json_rpc' | 'ddp' | 'midclt';
  /** As `system.version` tells it, e.g. `TrueNAS-25.10.6`; null before the first answer. */
  readonly version: string | null;
  readonly link: LinkState;
  readonly message: string;
}

/** All that is known of one NAS. */
export interface NasView {
  readonly nas: string;
  readonly running: number;
  readonly queued: number;
  readonly freeSlots: number;
  readonly link: LinkState;
  /** Plain words on the connection, e.g. the fingerprint that was refused. */
  readonly linkMessage: string;
  readonly lastPollAt: number | null;
  /** Devices that are there but cannot be burned in. */
  readonly unfit: readonly UnfitDevice[];
  /** Scrubs and resilvers under way; nothing is started beside them. */
  readonly activities: readonly PoolActivity[];
  /** The TrueNAS middleware behind the NAS; null where there is none or it is not used. */
  readonly truenas: TruenasView | null;
  /** No good poll within the stale limit: everything shown may be old. */
  readonly isStale: boolean;
  /** Short sentences that want a person's attention. */
  readonly alerts: readonly string[];
}

/** One fact against a start, in the answer to a check. */
export interface CheckReason extends Refusal {
  /** Of the safety lock it is about. */
  readonly kind?: SafetyLockKind;
  readonly detail?: string;
  /** What overrides this safety lock; left out where nothing does. */
  readonly phrase?: string;
}

/** What only the answer to a check tells. */
export interface CheckFindings {
  /** All of them; a start would be done when there are none. */
  readonly reasons: readonly CheckReason[];
  /** What is worth knowing and no reason against a start: what it would wait for, which permission it would use up. */
  readonly notes: readonly string[];
  /** What to type to override all safety locks; null where there are none or one has no override. */
  readonly phrase: string | null;
}

/** The answer to one request for one drive (`serial` null when the request as a whole was refused). */
export type Answer = (
  | {
      readonly ok: true;
      readonly transaction: string;
      readonly verb: string;
      readonly serial: string;
      /** Null for a request that is about no job: `check`, `unlock`, `lock`. */
      readonly job: string | null;
      readonly message: string;
    }
  | {
      readonly ok: false;
      readonly transaction: string | null;
      readonly verb: string;
      readonly serial: string | null;
      readonly error: { readonly code: RefusalCode; readonly message: string };
    }
) &
  Partial<CheckFindings>;

/** Something that happened, for `…/event` topics, the audit table and the log. */
export interface BurninEvent {
  readonly at: number;
  /** From the list of the Home Assistant contract (`burnin_passed`, `start_refused`, …) or an engine's own. */
  readonly type: string;
  readonly serial: string | null;
  readonly job: string | null;
  readonly message: string;
}

/** A ticket on its way, with the message properties its user wants back. */
export interface TicketMessage {
  readonly ticket: Ticket;
  readonly context: Readonly<Record<string, unknown>>;
}

/** The end of a stage, for the station that ran it. */
export interface StageEnd extends TicketMessage {
  readonly kind: StageKind;
  readonly outcome: Outcome;
  readonly reasons: readonly string[];
  readonly evidence: readonly Evidence[];
  /** `running` when more stages follow, else how the job ended. */
  readonly jobState: JobState;
}

/** Progress of a stage, for the station that runs it. */
export interface StageProgress extends TicketMessage {
  readonly kind: StageKind;
  readonly progress: Progress;
}

/** What a `report` node gives out and what mail and webhook carry. */
export interface JobReport {
  readonly subject: string;
  /** Plain JSON. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly html: string;
}
