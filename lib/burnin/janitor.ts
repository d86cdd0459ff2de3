import { listStrayRuns } from '../core/list-stray-runs';
import type { HostLook } from '../core/remote-run';
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

  /** Takes a look that began before `wanted` was read from the store would be wrong: call it right after the look. */
  take(host: HostLook): void {
    const { spent, orphans } = listStrayRuns(host, this.#listWanted(), buildOwner(this.#base));
    // A run that ended between the look and now looks like nobody's once, not twice.
    const strange = orphans.filter((run) => this.#suspects.has(run.runId));
    this.#suspects = new Set(orphans.map((run) => run.runId));
    this.#alerts = strange.map(
      (run) =>
        `Drive ${run.serial} is being written by a run that is not one of this controller's (${run.runId}).`,
    );
    for (const run of spent) {
      const key = `Run ${run.runId} cannot be cleared`;
      this.#runs.clear(run.runId).then(
        () => this.#troubles.clear(key),
        (error: unknown) => this.#troubles.note(key, error),
      );
    }
  }

  #listWanted(): ReadonlySet<string> {
    const { store, nas } = this.#base;
    const stages = store.jobs.listLive(nas).flatMap((job) => store.stages.list(job.id));
    const surfaces = stages.filter((stage) => stage.kind === 'surface_validate' && stage.state === 'running');
    return new Set(surfaces.flatMap((stage) => readSurfaceMemo(stage.memo)?.run?.runId ?? []));
  }
}
