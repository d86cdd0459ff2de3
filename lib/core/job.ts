import type { DriveIdentity, SafetyLock } from './drive';

export const jobStates = ['queued', 'running', 'passed', 'failed', 'cancelled', 'unknown'] as const;
/** `queued → running → passed / failed / cancelled / unknown`. */
export type JobState = (typeof jobStates)[number];

/** How a job or a stage can end. */
export type Outcome = 'passed' | 'failed' | 'cancelled' | 'unknown';

export const stageKinds = [
  'precheck',
  'short_smart',
  'long_smart',
  'surface_validate',
  'io_validate',
  'final_check',
] as const;
export type StageKind = (typeof stageKinds)[number];

/** `skipped`: the job ended before this stage's turn. */
export type StageState = 'pending' | 'running' | Outcome | 'skipped';

/** One burn-in of one drive, as the store keeps it. */
export interface Job {
  readonly id: string;
  /** Name of the NAS in topics. */
  readonly nas: string;
  readonly drive: DriveIdentity;
  readonly model: string | null;
  readonly state: JobState;
  /** Person or system that asked for it. */
  readonly operator: string;
  /** `transaction` of the request that started it. */
  readonly transaction: string;
  /** Node id of the gate that lets its ticket out. */
  readonly gateId: string;
  /** The message properties a user's flow wants back on every ticket (`topic`, own fields), as JSON text. */
  readonly context: string;
  /** Set when a person asked to cancel; a column, so that the wish survives a crash. */
  readonly cancelRequestedBy: string | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** Plain words; never empty once the job has ended other than `passed`. */
  readonly reasons: readonly string[];
  /** Safety locks that a person has overridden for this job, exactly as they were seen. Mostly none. */
  readonly grants: readonly SafetyLock[];
  /** Who did, and when, in milliseconds since the epoch; null where there was nothing to override. */
  readonly grantedBy: string | null;
  readonly grantedAt: number | null;
  /** Boot of the NAS in which they were seen: after another one they mean nothing. */
  readonly grantedBoot: string | null;
}

/** One step of a job's plan. */
export interface Stage {
  readonly jobId: string;
  /** Position in the plan, from 0. */
  readonly position: number;
  readonly kind: StageKind;
  readonly state: StageState;
  /** Node id of the station that runs it, once one has taken it. */
  readonly stationId: string | null;
  /** Stage-specific progress that must survive a restart (see the stage's own file); null before its first start. */
  readonly memo: StageMemo | null;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** Overall 0…100, never falling. */
  readonly percent: number;
  readonly reasons: readonly string[];
  readonly evidence: readonly Evidence[];
}

/** JSON that a stage keeps for itself across restarts. */
export type StageMemo = Readonly<Record<string, unknown>>;

/** One piece of proof that a verdict rests on, or that it lacks. */
export interface Evidence {
  /** Short key, stable across versions: `summary_seen`, `bytes_moved`, … */
  readonly key: string;
  /** `missing` makes a pass impossible; `gap` is a stated absence that does not (a drive without SMART). */
  readonly state: 'found' | 'missing' | 'contrary' | 'gap';
  /** What was seen, in plain words with figures. */
  readonly text: string;
}

/** The end of a stage: how, why, and on what proof. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly reasons: readonly string[];
  readonly evidence: readonly Evidence[];
}

/** What travels the wires as `msg.burnin`: a reference, never the truth. */
export interface Ticket {
  readonly job: string;
  readonly serial: string;
  /** The stage whose turn it was when the ticket was sent. */
  readonly stage: StageKind | null;
  /** Counts the job's tickets: of two copies that come round, an older one means nothing any more. */
  readonly send: number;
}

/** True for a state that a job never leaves. */
export function isClosed(state: JobState): state is Outcome {
  return state !== 'queued' && state !== 'running';
}
