import { listStrayRuns } from '../core/list-stray-runs';
import type { HostLook, RunLook } from '../core/remote-run';
import { readSurfaceMemo } from '../core/surface-memo';
import type { RemoteRuns } from '../nas/remote-runs';
import { buildOwner, type EngineBase } from './engine-base';
import type { Troubles } from './troubles';

/** Keeps the run directories of a NAS in order and names the runs that are nobody's. */
export class Janitor {
  readonly #base: EngineBase;
  readonly #runs: RemoteRuns;
  readonly #troubles: Troubles;
  #alerts: readonly string[] = [];
  #suspects: ReadonlySet<string> = new Set();

  constructor(base: EngineBase, runs: RemoteRuns, troubles: Troubles) {
    this.#base = base;
    this.#runs = runs;
    this.#troubles = troubles;
  }

  /** One sentence for each run at work that this controller did not start or has forgotten. */
  get alerts(): readonly string[] {
    return this.#alerts;
  }

  /** To be called right after the look: what it found is compared with what the store knows now. */
  take(host: HostLook): void {
    const { spent, orphans } = listStrayRuns(host, {
      owner: buildOwner(this.#base),
      isWanted: this.#listWanted(),
      isKnown: (run) => this.#base.store.stages.knowsRun(run.runId),
    });
    // A run that ended between the look and now looks like nobody's once, not twice.
    const strange = orphans.filter((run) => this.#suspects.has(run.runId));
    this.#suspects = new Set(orphans.map((run) => run.runId));
    this.#alerts = strange.map(describeOrphan);
    for (const run of spent) this.#clear(run.runId);
  }

  #clear(runId: string): void {
    const key = `Run ${runId} cannot be cleared`;
    this.#runs.clear(runId).then(
      () => this.#troubles.clear(key),
      (error: unknown) => this.#troubles.note(key, error),
    );
  }

  /** What a stage remembers may be unreadable; then every run on its drive is taken for wanted. */
  #listWanted(): (run: RunLook) => boolean {
    const { store, nas } = this.#base;
    const memos = store.jobs.listLive(nas).flatMap((job) =>
      store.stages
        .list(job.id)
        .filter((stage) => stage.kind === 'surface_validate' && stage.state === 'running')
        .map((stage) => ({ serial: job.drive.serial, memo: readSurfaceMemo(stage.memo) })),
    );
    return (run) =>
      memos.some(({ serial, memo }) =>
        memo === 'unreadable' ? run.serial === serial : memo?.run?.runId === run.runId,
      );
  }
}

function describeOrphan(run: RunLook): string {
  if (!run.isHeld)
    return `On drive ${run.serial} a run has ended that this controller's database does not know (${run.runId}).`;
  return `Drive ${run.serial} is being written by a run that is not one of this controller's (${run.runId}).`;
}
