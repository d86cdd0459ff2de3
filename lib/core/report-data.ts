import { cleanText } from './clean-text';
import type { SafetyLockKind } from './drive';
import { isClosed } from './job';
import type { Evidence, Job, JobState, Stage, StageKind, StageState } from './job';
import { buildBadBlocks } from './report-bad-blocks';
import type { ReportBadBlocks } from './report-bad-blocks';
import { buildSmartTable } from './report-smart';
import type { ReportSmart } from './report-smart';
import type { SmartLook } from './smart';
import type { BurninEvent, JobView } from './views';
import { describeInstant, stageNames } from './words';

/** Everything a report is made of. */
export interface ReportFacts {
  readonly view: JobView;
  /** The readings of the pre-check and the final check; null when none was kept. */
  readonly smart: { readonly before: SmartLook | null; readonly after: SmartLook | null } | null;
  /** The last lines of the job's log, oldest first. */
  readonly logTail: readonly string[];
  readonly events?: readonly BurninEvent[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** One stage in a report. */
export type ReportStage = {
  readonly kind: StageKind;
  readonly name: string;
  readonly state: StageState;
  readonly percent: number;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly duration_s: number | null;
  readonly reasons: readonly string[];
  readonly evidence: readonly Evidence[];
  readonly bad_blocks: ReportBadBlocks | null;
};

/** What was overridden, by whom and when. */
export type ReportOverride = {
  readonly by: string;
  readonly at: string | null;
  readonly locks: readonly { readonly kind: SafetyLockKind; readonly detail: string }[];
};

/**
 * The machine-readable report, version 1. Instants are ISO 8601 in UTC or null. All text is one line without control
 * characters. Fields are only ever added within a version.
 */
export type ReportData = {
  readonly version: 1;
  readonly generated_at: string | null;
  readonly job: string;
  readonly transaction: string;
  readonly nas: string;
  readonly state: JobState;
  /** Never empty: why the job ended as it did. */
  readonly reasons: readonly string[];
  /** What is not known or was not done, in sentences. */
  readonly gaps: readonly string[];
  readonly operator: string;
  readonly cancelled_by: string | null;
  /** Safety locks that a person overrode for this job; null where there were none. */
  readonly overridden: ReportOverride | null;
  readonly drive: {
    readonly serial: string;
    readonly wwn: string | null;
    readonly model: string | null;
    readonly size_bytes: number;
  };
  readonly requested_at: string | null;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly duration_s: number | null;
  readonly stages: readonly ReportStage[];
  readonly smart: ReportSmart | null;
  readonly events: readonly { readonly at: string | null; readonly type: string; readonly message: string }[];
  readonly log_tail: readonly string[];
};

const maxLogLines = 200;
const maxEvents = 200;

/** The facts of a job in the shape that is sent and that texts are made of. */
export function buildReportData(facts: ReportFacts): ReportData {
  const { job } = facts.view;
  const stages = facts.view.stages.map(buildStage);
  const smart = facts.smart === null ? null : buildSmartTable(facts.smart);
  return {
    version: 1,
    generated_at: describeInstant(facts.now),
    job: cleanText(job.id),
    transaction: cleanText(job.transaction),
    nas: cleanText(job.nas),
    state: job.state,
    reasons: buildReasons(job, stages),
    gaps: [...listStageGaps(job, stages), ...listSmartGaps(smart)],
    operator: cleanText(job.operator),
    cancelled_by: cleanOrNull(job.cancelRequestedBy),
    overridden: buildOverride(job),
    drive: {
      serial: cleanText(job.drive.serial),
      wwn: cleanOrNull(job.drive.wwn),
      model: cleanOrNull(job.model),
      size_bytes: job.drive.sizeBytes,
    },
    requested_at: describeInstant(job.createdAt),
    ...buildSpan(job),
    stages,
    smart,
    events: (facts.events ?? []).slice(-maxEvents).map((event) => ({
      at: describeInstant(event.at),
      type: cleanText(event.type),
      message: cleanText(event.message),
    })),
    log_tail: facts.logTail.slice(-maxLogLines).map((line) => cleanText(line, 500)),
  };
}

function buildOverride({ grants, grantedBy, grantedAt }: Job): ReportOverride | null {
  if (grants.length === 0) return null;
  return {
    by: cleanText(grantedBy ?? 'not known'),
    at: describeInstant(grantedAt),
    locks: grants.map(({ kind, detail }) => ({ kind, detail: cleanText(detail) })),
  };
}

function buildStage(stage: Stage): ReportStage {
  return {
    kind: stage.kind,
    name: stageNames[stage.kind],
    state: stage.state,
    percent: stage.percent,
    ...buildSpan(stage),
    reasons: cleanList(stage.reasons),
    evidence: stage.evidence.map((item) => ({
      key: cleanText(item.key),
      state: item.state,
      text: cleanText(item.text),
    })),
    bad_blocks: buildBadBlocks(stage.memo),
  };
}

function buildSpan(span: { readonly startedAt: number | null; readonly endedAt: number | null }) {
  const { startedAt, endedAt } = span;
  return {
    started_at: describeInstant(startedAt),
    ended_at: describeInstant(endedAt),
    duration_s: startedAt === null || endedAt === null ? null : Math.round((endedAt - startedAt) / 1000),
  };
}

function buildReasons(job: Job, stages: readonly ReportStage[]): readonly string[] {
  const reasons = cleanList(job.reasons);
  if (reasons.length > 0) return reasons;
  if (job.state === 'passed') {
    const count = stages.filter((stage) => stage.state === 'passed').length;
    return [`${count} of ${stages.length} stages passed`];
  }
  return [isClosed(job.state) ? 'No reason was recorded' : 'The job has not ended'];
}

function listStageGaps(job: Job, stages: readonly ReportStage[]): readonly string[] {
  return stages.flatMap((stage) => {
    const wasDone = !isClosed(job.state) || (stage.state !== 'skipped' && stage.state !== 'pending');
    const undone = wasDone ? [] : [`${stage.name}: was not run`];
    const lacking = stage.evidence.filter((item) => item.state === 'gap' || item.state === 'missing');
    return [...undone, ...lacking.map((item) => `${stage.name}: ${item.text}`)];
  });
}

function listSmartGaps(smart: ReportSmart | null): readonly string[] {
  if (smart === null) return ['No SMART readings were kept'];
  const sides = [
    ['before', smart.before],
    ['after', smart.after],
  ] as const;
  return sides.flatMap(([when, side]) =>
    side.is_read ? [] : [`No SMART data ${when} the burn-in: ${side.reason}`],
  );
}

function cleanList(texts: readonly string[]): readonly string[] {
  return texts.map((text) => cleanText(text)).filter((text) => text !== '');
}

function cleanOrNull(text: string | null): string | null {
  return text === null ? null : cleanText(text);
}
