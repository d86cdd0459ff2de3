import { cleanText } from './clean-text';
import type { Job, Outcome } from './job';
import { buildJobPercent } from './job-percent';
import type { BurninEvent, DriveView, JobView, NasView } from './views';
import { describeInstant, stageNames } from './words';

/** Events of permissions over safety locks: each is in a daily report. */
export const overrideTypes = ['unlocked', 'unlock_refused', 'lock_overridden', 'grant_ended'] as const;

/** Everything a daily report is made of. */
export interface DailyFacts {
  readonly nas: NasView;
  readonly drives: readonly DriveView[];
  /** Jobs that ended since, first ended first. */
  readonly ended: readonly Job[];
  /** Queued and running jobs in order of admission. */
  readonly live: readonly JobView[];
  /** Events of `overrideTypes` since, oldest first. */
  readonly overrides: readonly BurninEvent[];
  /** Milliseconds since the epoch, as is `now`. */
  readonly since: number;
  readonly now: number;
}

/** A job that ended. */
export type DailyEnd = {
  readonly job: string;
  readonly serial: string;
  readonly model: string | null;
  readonly reasons: readonly string[];
  readonly operator: string;
  /** Who overrode safety locks for it; null where there were none to override. */
  readonly overridden_by: string | null;
  readonly ended_at: string | null;
};

/** A job that is queued or runs. */
export type DailyLive = {
  readonly job: string;
  readonly serial: string;
  readonly model: string | null;
  /** The stage that runs; null when none does. */
  readonly stage: string | null;
  /** Of the whole job, 0…100. */
  readonly percent: number;
  /** When the job was started; of a queued one, when it was asked for. */
  readonly since: string | null;
  readonly operator: string;
  readonly overridden_by: string | null;
};

export type DailyOverride = {
  readonly at: string | null;
  readonly type: string;
  readonly serial: string | null;
  readonly job: string | null;
  /** Names the operator. */
  readonly message: string;
};

/**
 * The machine-readable daily report, version 1; `kind` tells it from the report of a job. Instants are ISO 8601 in UTC or
 * null. Lists may be cut, `counts` are whole. Of overrides only refused unlocks are ever cut, the oldest first.
 */
export type DailyData = {
  readonly version: 1;
  readonly kind: 'daily';
  readonly generated_at: string | null;
  readonly since: string | null;
  readonly nas: string;
  readonly counts: Readonly<Record<DailyList, number>>;
  readonly failed: readonly DailyEnd[];
  readonly overrides: readonly DailyOverride[];
  readonly unknown: readonly DailyEnd[];
  readonly cancelled: readonly DailyEnd[];
  readonly passed: readonly DailyEnd[];
  readonly running: readonly DailyLive[];
  readonly queued: readonly DailyLive[];
  readonly alerts: readonly string[];
  /** As of the last good poll; null when there was none since the start. */
  readonly drives: DailyDrives | null;
};

export type DailyDrives = {
  readonly seen_at: string | null;
  readonly present: number;
  /** Present, and carrying a safety lock. */
  readonly locked: number;
  /** Devices that cannot be burned in. */
  readonly unfit: number;
};

/** The lists of a daily report, in the order in which they are told. */
export const dailyLists = [
  'failed',
  'overrides',
  'unknown',
  'cancelled',
  'passed',
  'running',
  'queued',
  'alerts',
] as const;
export type DailyList = (typeof dailyLists)[number];

/** Anybody who reaches the broker can have a job cancelled or an unlock refused a thousand times. */
const maxItems = 500;
const maxRefusals = 200;

/** Longer than any message of an override that names a drive's uses in full: its operator may stand at the end. */
const maxMessage = 8000;

/** The facts of a day in the shape that is sent and that texts are made of. */
export function buildDailyData(facts: DailyFacts): DailyData {
  const { nas, live, overrides, ended } = facts;
  const endedAs = (outcome: Outcome) => ended.filter(({ state }) => state === outcome).map(buildEnd);
  const liveAs = (state: 'queued' | 'running') =>
    live.filter(({ job }) => job.state === state).map(buildLive);
  const lists = {
    failed: endedAs('failed'),
    unknown: endedAs('unknown'),
    cancelled: endedAs('cancelled'),
    passed: endedAs('passed'),
    running: liveAs('running'),
    queued: liveAs('queued'),
    alerts: nas.alerts.map((text) => cleanText(text)),
  };
  const cut = Object.fromEntries(
    Object.entries(lists).map(([name, list]) => [name, list.slice(0, maxItems)]),
  );
  const counts = Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list.length]));
  return {
    version: 1,
    kind: 'daily',
    generated_at: describeInstant(facts.now),
    since: describeInstant(facts.since),
    nas: cleanText(nas.nas),
    ...(cut as typeof lists),
    overrides: cutRefusals(overrides).map(buildOverride),
    counts: { ...(counts as Record<keyof typeof lists, number>), overrides: overrides.length },
    drives: buildDrives(facts),
  };
}

/** Nothing ended, nothing is live, nothing was overridden and nothing wants attention: there is nothing to send. */
export function isQuiet({ counts }: DailyData): boolean {
  return dailyLists.every((list) => counts[list] === 0);
}

function buildEnd(job: Job): DailyEnd {
  return {
    ...buildHead(job),
    reasons: job.reasons.map((reason) => cleanText(reason)),
    ended_at: describeInstant(job.endedAt),
  };
}

function buildLive(view: JobView): DailyLive {
  const { job, stages } = view;
  const stage = stages.find(({ state }) => state === 'running');
  return {
    ...buildHead(job),
    stage: stage === undefined ? null : stageNames[stage.kind],
    percent: buildJobPercent(view),
    since: describeInstant(job.startedAt ?? job.createdAt),
  };
}

function buildHead({ id, drive, model, operator, grants, grantedBy }: Job) {
  return {
    job: cleanText(id),
    serial: cleanText(drive.serial),
    model: model === null ? null : cleanText(model),
    operator: cleanText(operator),
    overridden_by: grants.length === 0 ? null : cleanText(grantedBy ?? 'not known'),
  };
}

function buildOverride({ at, type, serial, job, message }: BurninEvent): DailyOverride {
  return {
    at: describeInstant(at),
    type: cleanText(type),
    serial: serial === null ? null : cleanText(serial),
    job: job === null ? null : cleanText(job),
    message: cleanText(message, maxMessage),
  };
}

/** What was permitted or done is all kept; of many refusals the latest are. */
function cutRefusals(events: readonly BurninEvent[]): readonly BurninEvent[] {
  const isRefusal = ({ type }: BurninEvent) => type === 'unlock_refused';
  const kept = new Set(events.filter(isRefusal).slice(-maxRefusals));
  return events.filter((event) => !isRefusal(event) || kept.has(event));
}

function buildDrives({ nas, drives }: DailyFacts): DailyDrives | null {
  if (nas.lastPollAt === null) return null;
  const present = drives.filter(({ isPresent }) => isPresent);
  return {
    seen_at: describeInstant(nas.lastPollAt),
    present: present.length,
    locked: present.filter(({ locks }) => locks.length > 0).length,
    unfit: nas.unfit.length,
  };
}
