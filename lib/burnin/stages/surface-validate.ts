import { classifyRun, startValidityS, type RunMemo, type RunState } from '../../core/classify-run';
import type { StageLook } from '../../core/decide-step';
import type { Verdict } from '../../core/job';
import { describeLocks } from '../../core/describe-locks';
import type { DriveIdentity, SafetyLock } from '../../core/drive';
import { isCovered } from '../../core/judge-grant';
import { judgeSurface } from '../../core/judge-surface';
import { buildSurfaceSpec, nextDeadlineS } from '../../core/plan-surface';
import { UnreachableError } from '../../core/refusal';
import type { HostLook, StartAnswer, StartRefusal } from '../../core/remote-run';
import {
  buildStageMemo,
  endSurface,
  nextAfterConfirmation,
  nextAfterMainRun,
  readSurfaceMemo,
  type SurfaceMemo,
} from '../../core/surface-memo';
import { buildSurfaceProgress } from '../../core/surface-progress';
import type { RemoteRuns } from '../../nas/remote-runs';
import type { CollectResult, StageContext, StageRunner, StartResult } from './stage-runner';

export interface SurfaceParts {
  readonly runs: RemoteRuns;
  /** One look at all runs of the NAS, shared with the other stages. */
  readonly look: () => Promise<HostLook>;
  /** As `runs.stop`, a few at a time: one waits for minutes where a drive hangs. */
  readonly stop: RemoteRuns['stop'];
  readonly owner: string;
  readonly deviceTypes: readonly string[];
  readonly makeRunId: () => string;
  /**
   * What the TrueNAS middleware alone has against a write on a drive, right before it. Rejects with UnreachableError where that
   * is open.
   */
  readonly askBeforeRun: (drive: DriveIdentity) => Promise<readonly SafetyLock[]>;
  /** Physical sector of the drive by the last probe; 4096 where it is not known. */
  readonly physicalSectorBytes: (serial: string) => number;
}

/** `surface_validate`: badblocks over the whole drive, then a second look at what it listed. */
export function openSurfaceValidate(parts: SurfaceParts): StageRunner {
  const misses = new Map<string, number>();
  return {
    look: (context) => lookAtRun(parts, context, misses),
    start: (context) => startRun(parts, context),
    stop: (context) => stopRun(parts, context),
    collect: (context) => collectRun(parts, context),
  };
}

/** A week of work is not given up for one look that saw nothing. */
const missesToVanish = 3;

async function lookAtRun(
  parts: SurfaceParts,
  context: StageContext,
  misses: Map<string, number>,
): Promise<StageLook> {
  const memo = readSurfaceMemo(context.stage.memo);
  if (memo === 'unreadable') {
    return { kind: 'lost', reason: 'What the stage remembered of its run cannot be read by this version.' };
  }
  if (memo?.run == null) return describeIdle(memo);
  const host = await parts.look();
  const state = classifyRun(memo.run, host);
  noteLaunch(context, memo, state);
  if (isMissed(memo.run, state, misses)) {
    return { kind: 'unreachable', reason: 'The NAS does not list the run. Looking again.' };
  }
  if (state.kind === 'running' && memo.verdict === null) {
    const { look } = state;
    const bytes = look.movedBytes ?? look.deviceMovedBytes;
    context.progressed({
      ...buildSurfaceProgress(look, memo.spec, context.job.drive.sizeBytes),
      moved: bytes === null ? null : { bytes, uptimeS: host.uptimeS },
    });
  }
  return describeState(state, memo);
}

/** True for the first looks that do not find a run which was there. */
function isMissed({ runId }: RunMemo, { kind }: RunState, misses: Map<string, number>): boolean {
  const count = kind === 'vanished' ? (misses.get(runId) ?? 0) + 1 : 0;
  if (count === 0 || count >= missesToVanish) misses.delete(runId);
  else misses.set(runId, count);
  return count > 0 && count < missesToVanish;
}

/** The answer to the start may have been lost; a run that was seen must never count as not started. */
function noteLaunch(context: StageContext, memo: SurfaceMemo, { kind }: RunState): void {
  if (memo.run === null || memo.run.isLaunched || (kind !== 'running' && kind !== 'ended')) return;
  context.saveMemo(buildStageMemo({ ...memo, run: { ...memo.run, isLaunched: true } }));
}

/** With a verdict in hand a wish to cancel must not lose it. */
function describeIdle(memo: SurfaceMemo | null): StageLook {
  return { kind: memo === null || memo.verdict === null ? 'not_started' : 'judged' };
}

function describeState(state: RunState, memo: SurfaceMemo): StageLook {
  switch (state.kind) {
    case 'never_launched':
      return describeIdle(memo);
    case 'starting':
      return { kind: 'unreachable', reason: 'The start may still be on its way to the NAS.' };
    case 'running':
    case 'ended':
      return { kind: state.kind };
    case 'rebooted':
    case 'vanished': {
      // The drive is already proved bad: losing the second look at its block numbers changes nothing about that.
      if (memo.verdict !== null) return { kind: 'ended' };
      const reason =
        state.kind === 'rebooted'
          ? 'The NAS was restarted during the surface validation, so the drive was not tested to its end.'
          : 'The run disappeared from the NAS for no known reason.';
      return { kind: 'lost', reason };
    }
  }
}

/** The intention is stored first: after a crash here, the run id on the NAS tells whether the start arrived. */
async function startRun(parts: SurfaceParts, context: StageContext): Promise<StartResult> {
  const { drive } = context.job;
  const memo = readMemo(context) ?? buildFirstMemo(parts, context);
  if (memo === null) return refuse(`No safe block size exists for a drive of ${drive.sizeBytes} bytes.`);
  const against = await parts.askBeforeRun(drive);
  if (!isCovered(against, { locks: context.job.grants })) return takeLocks(context, memo, against);
  const run = await buildRun(parts, memo.run?.runId ?? parts.makeRunId());
  if (context.job.grants.length > 0 && context.job.grantedBoot !== run.bootId) {
    return takeRefusal(context, memo, { kind: 'refused', code: 'locked', detail: outlived });
  }
  context.saveMemo(buildStageMemo({ ...memo, run }));
  const answer = await parts.runs.start({
    runId: run.runId,
    owner: parts.owner,
    drive,
    deviceTypes: parts.deviceTypes,
    badblocks: memo.spec,
    deadlineS: nextDeadlineS(memo.spec, drive.sizeBytes),
    notAfterClockS: run.expiresClockS,
    grants: context.job.grants,
    bootId: run.bootId,
  });
  // An earlier try of this very start has reached the NAS after all, or this one came too late and did nothing: the next
  // looks find the run, or prove that there is none.
  if (answer.kind === 'refused' && lookAgain.includes(answer.code)) return { kind: 'started' };
  if (answer.kind === 'refused') return takeRefusal(context, memo, answer);
  context.saveMemo(buildStageMemo({ ...memo, run: { ...run, bootId: answer.bootId, isLaunched: true } }));
  context.log(`Run ${run.runId} started on ${answer.name} as process ${answer.pid} (${answer.form}).`);
  return { kind: 'started' };
}

/** For what comes after a look, which has ended a stage with an unreadable memo. */
function readMemo({ stage }: StageContext): SurfaceMemo | null {
  const memo = readSurfaceMemo(stage.memo);
  if (memo === 'unreadable') throw new Error('the memo of the stage cannot be read');
  return memo;
}

/** What was seen under a name, a mount point or a label may be something else after a restart. */
const outlived =
  'the NAS was restarted after its safety locks were overridden; unlock and start the drive again';

const lookAgain: readonly StartRefusal[] = ['run_exists', 'expired'];

async function buildRun(parts: SurfaceParts, runId: string): Promise<RunMemo> {
  const { bootId, clockS } = await parts.look();
  return { runId, bootId, isLaunched: false, expiresClockS: clockS + startValidityS };
}

function buildFirstMemo(parts: SurfaceParts, { job }: StageContext): SurfaceMemo | null {
  const spec = buildSurfaceSpec(job.drive.sizeBytes, parts.physicalSectorBytes(job.drive.serial));
  if (spec === null) return null;
  return {
    run: null,
    pastRuns: [],
    spec,
    verdict: null,
    ranges: [],
    badBlocks: [],
    confirmedBadBlocks: null,
  };
}

function takeLocks(context: StageContext, memo: SurfaceMemo, locks: readonly SafetyLock[]): StartResult {
  const detail = `by TrueNAS the drive ${describeLocks(locks)}`;
  return takeRefusal(context, memo, { kind: 'refused', code: 'locked', detail });
}

function takeRefusal(
  context: StageContext,
  memo: SurfaceMemo,
  answer: Extract<StartAnswer, { kind: 'refused' }>,
): StartResult {
  const reason = `The NAS refused to start (${answer.code}): ${answer.detail}. Nothing was written by this start.`;
  context.log(reason);
  if (memo.verdict !== null) return { kind: 'refused', verdict: endSurface(memo, false).verdict };
  return refuse(reason);
}

function refuse(reason: string): StartResult {
  const verdict: Verdict = {
    outcome: 'unknown',
    reasons: [reason],
    evidence: [{ key: 'started', state: 'missing', text: reason }],
  };
  return { kind: 'refused', verdict };
}

async function stopRun(parts: SurfaceParts, context: StageContext): Promise<void> {
  const memo = readMemo(context);
  if (memo?.run == null) return;
  const answer = await parts.stop(memo.run.runId);
  if (answer === 'stuck') throw new UnreachableError('badblocks has not ended after KILL: the drive hangs.');
}

async function collectRun(parts: SurfaceParts, context: StageContext): Promise<CollectResult> {
  const memo = readMemo(context);
  if (memo === null) throw new Error('There is no run to collect.');
  const { drive } = context.job;
  const record = memo.run === null ? null : await parts.runs.collect(memo.run.runId, parts.deviceTypes);
  for (const line of record?.look.log.split('\n') ?? []) if (line.trim() !== '') context.log(line.trimEnd());
  if (record === null && memo.verdict === null) return { kind: 'end', verdict: buildLost() };
  const turn =
    record === null || memo.verdict !== null
      ? nextAfterConfirmation(memo, record)
      : nextAfterMainRun(memo, {
          verdict: judgeSurface({ drive, spec: memo.spec, record, bootId: memo.run?.bootId ?? '' }),
          record,
          sizeBytes: drive.sizeBytes,
        });
  context.saveMemo(buildStageMemo(turn.memo));
  return turn.kind === 'more' ? { kind: 'more' } : { kind: 'end', verdict: turn.verdict };
}

function buildLost(): Verdict {
  const text = 'What the run left on the NAS is gone.';
  return { outcome: 'unknown', reasons: [text], evidence: [{ key: 'record', state: 'missing', text }] };
}
