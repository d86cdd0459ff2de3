import type { Evidence, Stage, StageKind, StageState } from './job';
import type { SafetyLock } from './drive';
import { buildPublishedState, buildTimestamp, type Published } from './published-words';
import type { DriveView, JobView } from './views';

/** One stage in `…/drive/<drive>/attributes`. Nothing in it ticks. */
export interface StageAttributes {
  readonly stage: StageKind;
  readonly state: Published<StageState>;
  readonly started: string | null;
  readonly ended: string | null;
  readonly reasons: readonly string[];
  readonly evidence: readonly Evidence[];
}

/**
 * The payload of `…/drive/<drive>/attributes`: slow detail. Home Assistant records it with every state, and drops
 * keys that are its own words (`state`, `device_class`, …): none of them is used at the top.
 */
export interface DriveAttributes {
  readonly job: string | null;
  readonly operator: string | null;
  readonly transaction: string | null;
  readonly requested: string | null;
  readonly started: string | null;
  readonly ended: string | null;
  readonly cancel_requested_by: string | null;
  readonly reasons: readonly string[];
  readonly stages: readonly StageAttributes[];
  readonly locks: readonly SafetyLock[];
  readonly present: boolean;
  readonly wwn: string | null;
  readonly type: string;
  readonly transport: string | null;
  readonly rotational: boolean;
  readonly sector_bytes: number;
}

const withoutJob = {
  job: null,
  operator: null,
  transaction: null,
  requested: null,
  started: null,
  ended: null,
  cancel_requested_by: null,
  reasons: [],
  stages: [],
};

/** Builds the payload of `…/drive/<drive>/attributes`. */
export function buildDriveAttributes({ drive, locks, isPresent, job }: DriveView): DriveAttributes {
  return {
    ...(job === null ? withoutJob : buildJobAttributes(job)),
    locks: locks.map(({ kind, detail }) => ({ kind, detail })),
    present: isPresent,
    wwn: drive.wwn,
    type: drive.type,
    transport: drive.transport,
    rotational: drive.isRotational,
    sector_bytes: drive.physicalSectorBytes,
  };
}

function buildJobAttributes({ job, stages }: JobView) {
  return {
    job: job.id,
    operator: job.operator,
    transaction: job.transaction,
    requested: buildTimestamp(job.createdAt),
    started: buildTimestamp(job.startedAt),
    ended: buildTimestamp(job.endedAt),
    cancel_requested_by: job.cancelRequestedBy,
    reasons: job.reasons,
    stages: stages.map(buildStageAttributes),
  };
}

function buildStageAttributes(stage: Stage): StageAttributes {
  return {
    stage: stage.kind,
    state: buildPublishedState(stage.state),
    started: buildTimestamp(stage.startedAt),
    ended: buildTimestamp(stage.endedAt),
    reasons: stage.reasons,
    evidence: stage.evidence.map(({ key, state, text }) => ({ key, state, text })),
  };
}
