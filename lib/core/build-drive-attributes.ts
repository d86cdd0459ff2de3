import type { SafetyLockKind } from './drive';
import type { Evidence, Stage, StageKind, StageState } from './job';
import { buildPhrase, judgeOverride } from './judge-override';
import { buildPublishedState, buildTimestamp, type Published } from './published-words';
import type { DriveView, GrantView, JobView } from './views';

/** One stage in `…/drive/<drive>/attributes`. Nothing in it ticks. */
export interface StageAttributes {
  readonly stage: StageKind;
  readonly state: Published<StageState>;
  readonly started: string | null;
  readonly ended: string | null;
  readonly reasons: readonly string[];
  readonly evidence: readonly Evidence[];
}

/** One safety lock in `…/drive/<drive>/attributes`. */
export interface LockAttributes {
  readonly kind: SafetyLockKind;
  readonly detail: string;
  /** What overrides it; null where nothing does. */
  readonly phrase: string | null;
  /** Why nothing overrides it, and what to do instead; null where something does. */
  readonly no_override: string | null;
}

/** The permission to override the safety locks, in `…/drive/<drive>/attributes`. */
export interface GrantAttributes {
  readonly operator: string;
  readonly ends: string | null;
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
  /** Safety locks overridden for the job, and who did. */
  readonly granted_by: string | null;
  readonly overridden: readonly { readonly kind: SafetyLockKind; readonly detail: string }[];
  /** The strongest first. */
  readonly locks: readonly LockAttributes[];
  /** What to type to unlock the drive; null where there is nothing to unlock, or no way to. */
  readonly phrase: string | null;
  readonly grant: GrantAttributes | null;
  /** Bay of the enclosure. */
  readonly slot: string | null;
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
  granted_by: null,
  overridden: [],
};

/** Builds the payload of `…/drive/<drive>/attributes`. */
export function buildDriveAttributes(view: DriveView): DriveAttributes {
  const { drive, isPresent, job, grant, slot } = view;
  const overrides = judgeOverride(view);
  return {
    ...(job === null ? withoutJob : buildJobAttributes(job)),
    locks: overrides.map(({ lock: { kind, detail }, phrase, whyNot }) => {
      return { kind, detail, phrase, no_override: whyNot };
    }),
    phrase: buildPhrase(overrides),
    grant: grant && buildGrantAttributes(grant),
    present: isPresent,
    slot,
    wwn: drive.wwn,
    type: drive.type,
    transport: drive.transport,
    rotational: drive.isRotational,
    sector_bytes: drive.physicalSectorBytes,
  };
}

function buildGrantAttributes({ operator, endsAt }: GrantView): GrantAttributes {
  return { operator, ends: buildTimestamp(endsAt) };
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
    granted_by: job.grantedBy,
    overridden: job.grants.map(({ kind, detail }) => ({ kind, detail })),
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
