import type { Job, Stage, Verdict } from '../core/job';
import { buildJobPercent } from '../core/job-percent';
import { nextProgress, type ProgressTrack } from '../core/next-progress';
import type { Progress } from '../core/views';
import type { Beat } from './beat';
import { recordEvent, type EngineBase } from './engine-base';
import { followStage } from './follow-stage';
import { readContext, type Gates } from './gates';
import type { StageRunners } from './stages/open-stage-runners';
import type { StageContext, StageProgressPart } from './stages/stage-runner';
import type { Stations } from './stations';
import type { Troubles } from './troubles';

export interface FollowerParts {
  readonly base: EngineBase;
  readonly beat: Beat;
  readonly stations: Stations;
  readonly runners: StageRunners;
  readonly troubles: Troubles;
  /** The ticket of a job for a stage: a new one for its next turn, or the present one. */
  readonly tickets: Pick<Gates, 'nextTicket' | 'presentTicket'>;
  /** A drive's view changed. */
  touch(serial: string): void;
  /** A stage ended; `isSentOn`: its station has put the ticket on a wire. */
  ended(job: Job, isSentOn: boolean): void;
}

/** Longer than any drive works on one bad sector. */
const stalledMs = 10 * 60_000;

/** The engine is closing: leave the run on the NAS alone. */
class Detached extends Error {}

/** Outcome → event of the Home Assistant contract, which calls an unknown outcome indeterminate. */
const closingEvents = {
  passed: 'burnin_passed',
  failed: 'burnin_failed',
  cancelled: 'burnin_cancelled',
  unknown: 'burnin_indeterminate',
} as const;

/** One follower for each running stage. */
export class Followers {
  readonly #parts: FollowerParts;
  readonly #detach = new AbortController();
  readonly #following = new Map<string, Promise<void>>();
  readonly #tracks = new Map<string, ProgressTrack>();

  constructor(parts: FollowerParts) {
    this.#parts = parts;
  }

  progressOf(jobId: string): Progress | null {
    return this.#tracks.get(jobId)?.progress ?? null;
  }

  /** One sentence for each drive that has not moved a byte for long: it hangs, or its controller does. */
  listStalls(live: readonly Job[]): readonly string[] {
    const now = this.#parts.base.clock.now();
    return live.flatMap(({ id, drive }) => {
      const idleMs = now - (this.#tracks.get(id)?.movedAt ?? now);
      if (idleMs < stalledMs) return [];
      return `Drive ${drive.serial} has not moved a byte for ${Math.floor(idleMs / 60_000)} minutes.`;
    });
  }

  /** Follows a running stage, unless somebody does already. */
  follow(stage: Stage): void {
    if (this.#following.has(stage.jobId) || this.#detach.signal.aborted) return;
    const { jobId, position } = stage;
    const runner = this.#parts.runners[stage.kind];
    if (runner === undefined) return;
    const following = followStage({
      runner,
      context: () => this.#context(jobId, position),
      pause: () => this.#parts.beat.next(this.#detach.signal),
      end: (verdict) => this.#end(jobId, position, verdict),
      failed: (error) => this.#noteTrouble(jobId, error),
    });
    const settled = following
      .catch((error: unknown) => {
        if (!(error instanceof Detached)) this.#noteTrouble(jobId, error);
      })
      .finally(() => {
        // A follower of the job's next stage may have taken the place already.
        if (this.#following.get(jobId) === settled) this.#following.delete(jobId);
      });
    this.#following.set(jobId, settled);
  }

  /** Lets go of every run without touching it. */
  detach(): void {
    this.#detach.abort(new Detached('detached'));
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#following.values());
  }

  #forget(jobId: string): void {
    this.#following.delete(jobId);
    this.#tracks.delete(jobId);
    this.#parts.troubles.clear(this.#troubleKey(jobId));
  }

  #stage(jobId: string, position: number): Stage | null {
    const { stages } = this.#parts.base.store;
    return stages.list(jobId).find((stage) => stage.position === position) ?? null;
  }

  #context(jobId: string, position: number): StageContext | null {
    if (this.#detach.signal.aborted) throw new Detached('detached');
    const { store, clock } = this.#parts.base;
    const job = store.jobs.get(jobId);
    const stage = this.#stage(jobId, position);
    if (job === null || stage?.state !== 'running') return null;
    return {
      job,
      stage,
      saveMemo: (memo) => void store.stages.saveMemo({ jobId, position, memo }),
      log: (line) => store.log.append(jobId, clock.now(), [line]),
      progressed: (part) => this.#progress(job, stage, part),
    };
  }

  #progress(job: Job, stage: Stage, part: StageProgressPart): void {
    const { base, stations, touch } = this.#parts;
    const now = base.clock.now();
    const track = nextProgress(this.#tracks.get(job.id) ?? null, part, now, stage.percent);
    this.#tracks.set(job.id, track);
    this.#parts.troubles.clear(this.#troubleKey(job.id));
    const { progress } = track;
    this.#savePercent(job, stage, progress);
    const ticket = this.#parts.tickets.presentTicket(job, stage.kind);
    stations.progressed(stage.stationId, { ticket, context: readContext(job), kind: stage.kind, progress });
    touch(job.drive.serial);
  }

  /**
   * Stored before it is told, so that no restart and no verdict takes back a figure that was shown. Only a figure that
   * shows is worth a write: on a large drive one in several minutes.
   */
  #savePercent(job: Job, { jobId, position }: Stage, progress: Progress): void {
    const { store } = this.#parts.base;
    const stages = store.stages.list(jobId);
    const shows = buildJobPercent({ job, stages, progress });
    if (shows === buildJobPercent({ job, stages, progress: null })) return;
    store.stages.savePercent({ jobId, position, percent: progress.percent });
  }

  /** Store first, then tell: what a station sends on is always true already. */
  #end(jobId: string, position: number, given: Verdict): void {
    const { base, stations } = this.#parts;
    const before = base.store.jobs.get(jobId);
    const verdict =
      before?.cancelRequestedBy == null ? given : buildCancelled(given, before.cancelRequestedBy);
    const jobState = base.store.stages.end({ jobId, position, verdict, now: base.clock.now() });
    const job = base.store.jobs.get(jobId);
    const stage = this.#stage(jobId, position);
    if (jobState === 'not_running' || job === null || stage === null) return;
    this.#forget(jobId);
    if (job.state !== 'queued' && job.state !== 'running') recordClosing(base, job);
    const next = base.store.stages.list(jobId).find(({ state }) => state === 'pending');
    const { outcome, reasons, evidence } = verdict;
    const isSentOn = stations.ended(stage.stationId, {
      ticket: this.#parts.tickets.nextTicket(job, next ?? null),
      context: readContext(job),
      kind: stage.kind,
      outcome,
      reasons,
      evidence,
      jobState,
    });
    this.#parts.ended(job, isSentOn);
  }

  #noteTrouble(jobId: string, error: unknown): void {
    this.#parts.troubles.note(this.#troubleKey(jobId), error);
  }

  #troubleKey(jobId: string): string {
    return `Job ${jobId} cannot be followed`;
  }
}

/** A cancelled test proves nothing; found errors stay found. */
function buildCancelled(verdict: Verdict, by: string): Verdict {
  if (verdict.outcome === 'passed' || verdict.outcome === 'failed') return verdict;
  return { ...verdict, outcome: 'cancelled', reasons: [`Cancelled by ${by}.`] };
}

/** Puts the end of a job into the event table and on the bus. */
export function recordClosing(base: EngineBase, job: Job): void {
  if (job.state === 'queued' || job.state === 'running') return;
  recordEvent(base, {
    type: closingEvents[job.state],
    serial: job.drive.serial,
    job: job.id,
    message: job.reasons.join(' ') || `Drive ${job.drive.serial} passed its burn-in.`,
  });
}
