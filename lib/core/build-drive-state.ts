import { safetyLockKinds, type SafetyLock, type SafetyLockKind } from './drive';
import { isClosed, type JobState, type Outcome, type StageKind } from './job';
import { buildJobPercent } from './job-percent';
import { isCovered } from './judge-grant';
import { buildPublishedState, buildTimestamp, type Published } from './published-words';
import type { DriveView, JobView, Phase, Progress } from './views';

/** The payload of `…/drive/<drive>/state`. Every field is always there; null means not known. */
export interface DriveState {
  readonly state: 'idle' | Published<JobState>;
  readonly running: boolean;
  /** 0…100 over all stages of the job; 100 only when it passed. */
  readonly progress: number | null;
  /** When the running stage should end: ISO 8601, whole minutes, moved only when it changed noticeably. */
  readonly finish: string | null;
  readonly bad_blocks: number | null;
  /** °C */
  readonly temperature: number | null;
  readonly health: 'passed' | 'failed' | null;
  readonly lock: 'LOCKED' | 'UNLOCKED';
  readonly lock_reason: 'none' | 'unlocked_for_now' | SafetyLockKind;
  /** MB/s, null unless data moves. */
  readonly speed: number | null;
  readonly stage: 'none' | StageKind;
  readonly phase: Phase;
  readonly phase_progress: number | null;
  /** Seconds until `finish`, whole minutes. */
  readonly time_left: number | null;
  readonly started: string | null;
  /** How the last job ended; null while a job is live or when there was none. */
  readonly last_result: Published<Outcome> | null;
  /** Bytes. */
  readonly size: number;
  readonly power_on_hours: number | null;
  readonly reallocated: number | null;
  readonly pending: number | null;
  readonly profile: string | null;
  /** Always empty: the state of a text field that a serial number is typed into. */
  readonly start: '';
  readonly serial: string;
  readonly model: string | null;
  /** Kernel name, null while the drive is absent. */
  readonly name: string | null;
  readonly job: string | null;
  readonly operator: string | null;
  readonly reason: string | null;
}

/** What a drive's state needs besides the drive. */
export interface DriveStateMoment {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** `finish` as it was published last, to hold it still. */
  readonly previousFinish: string | null;
}

const minuteMs = 60_000;

const withoutJob = {
  state: 'idle',
  running: false,
  progress: null,
  stage: 'none',
  started: null,
  last_result: null,
  job: null,
  operator: null,
  reason: null,
} as const;

const withoutProgress = {
  finish: null,
  speed: null,
  phase: 'none',
  phase_progress: null,
  time_left: null,
} as const;

/** Builds the payload of `…/drive/<drive>/state`. */
export function buildDriveState(view: DriveView, moment: DriveStateMoment): DriveState {
  const progress = readLiveProgress(view.job);
  return {
    ...(view.job === null ? withoutJob : buildJobPart(view.job)),
    ...(progress === null ? withoutProgress : buildProgressPart(progress, moment)),
    ...buildDrivePart(view),
    bad_blocks: readBadBlocks(view, progress),
  };
}

function buildJobPart(view: JobView) {
  const { job, stages } = view;
  return {
    state: buildPublishedState(job.state),
    running: job.state === 'running',
    progress: buildJobPercent(view),
    stage: stages.find((stage) => stage.state === 'running')?.kind ?? ('none' as const),
    started: buildTimestamp(job.startedAt),
    last_result: isClosed(job.state) ? buildPublishedState(job.state) : null,
    job: job.id,
    operator: job.operator,
    reason: job.reasons.length === 0 ? null : job.reasons.join('; '),
  };
}

function buildProgressPart(progress: Progress, moment: DriveStateMoment) {
  const { phase, phasePercent, speedBytesPerS: speed } = progress;
  const finish = nextFinish(progress.finishAt, moment);
  return {
    finish,
    speed: speed === null ? null : Math.round(speed / 1e5) / 10,
    phase,
    phase_progress: phase === 'none' ? null : Math.floor(phasePercent * 10) / 10,
    time_left: finish === null ? null : buildTimeLeft(finish, moment.now),
  };
}

function buildDrivePart(view: DriveView) {
  const { drive, isPresent, isHealthy, smart } = view;
  return {
    temperature: isPresent ? drive.temperatureC : null,
    health: isHealthy === null ? null : isHealthy ? ('passed' as const) : ('failed' as const),
    ...buildLockPart(view),
    size: drive.sizeBytes,
    power_on_hours: smart?.powerOnHours ?? null,
    reallocated: smart?.reallocated ?? null,
    pending: smart?.pending ?? null,
    profile: null,
    start: '' as const,
    serial: drive.serial,
    model: drive.model,
    name: isPresent ? drive.name : null,
  };
}

/** A permission that does not cover every safety lock counts for nothing. */
function buildLockPart({ locks, grant }: DriveView): Pick<DriveState, 'lock' | 'lock_reason'> {
  const reason = readLockReason(locks);
  if (reason === 'none') return { lock: 'UNLOCKED', lock_reason: reason };
  const isGranted = grant !== null && isCovered(locks, grant);
  return isGranted
    ? { lock: 'UNLOCKED', lock_reason: 'unlocked_for_now' }
    : { lock: 'LOCKED', lock_reason: reason };
}

/** Figures of a stage that no longer runs say nothing. */
function readLiveProgress(view: JobView | null): Progress | null {
  return view?.job.state === 'running' ? view.progress : null;
}

/** The worse of the two: a later stage that counts from nought must not hide what an earlier one found. */
function readBadBlocks(view: DriveView, progress: Progress | null): number | null {
  if (progress === null) return view.badBlocks;
  return Math.max(progress.badBlocks, view.badBlocks ?? 0);
}

function readLockReason(locks: readonly SafetyLock[]): 'none' | SafetyLockKind {
  return safetyLockKinds.find((kind) => locks.some((lock) => lock.kind === kind)) ?? 'none';
}

/**
 * The finish to publish: in whole minutes, and the previous one again unless the new one is off by more than 1 % of
 * the time left or by five minutes. Every other value would be a row in Home Assistant's recorder.
 */
export function nextFinish(
  finishAt: number | null,
  { now, previousFinish }: DriveStateMoment,
): string | null {
  if (finishAt === null || !Number.isFinite(finishAt)) return null;
  const rounded = Math.round(finishAt / minuteMs) * minuteMs;
  if (previousFinish === null) return buildTimestamp(rounded);
  const slackMs = Math.max(minuteMs / 2, Math.min(5 * minuteMs, (finishAt - now) / 100));
  const isOff = Math.abs(finishAt - Date.parse(previousFinish)) > slackMs;
  return isOff ? buildTimestamp(rounded) : previousFinish;
}

function buildTimeLeft(finish: string, now: number): number {
  return Math.max(0, Math.round((Date.parse(finish) - now) / minuteMs) * 60);
}

/** Fields that move while a stage runs, and need not be sent at once. */
const tickingFields: ReadonlySet<string> = new Set<keyof DriveState>([
  'progress',
  'finish',
  'bad_blocks',
  'temperature',
  'speed',
  'phase_progress',
  'time_left',
]);

/** The part of a state whose change cannot wait, as text to compare: state, stage, phase, lock, reason, … */
export function buildUrgentKey(state: DriveState): string {
  return JSON.stringify(Object.entries(state).filter(([field]) => !tickingFields.has(field)));
}
