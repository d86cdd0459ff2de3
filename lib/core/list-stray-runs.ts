import type { HostLook, RunLook } from './remote-run';

/** Run directories that no stage at work is about. */
export interface StrayRuns {
  /** Ended runs of our own, judged and stored: their directories may go. */
  readonly spent: readonly RunLook[];
  /** Runs that are at work and that we know nothing of: shown to a person, never touched. */
  readonly orphans: readonly RunLook[];
}

/**
 * @param wanted ids of the runs that stages still wait for
 * @param owner this installation's id
 */
export function listStrayRuns(host: HostLook, wanted: ReadonlySet<string>, owner: string): StrayRuns {
  const strays = host.runs.filter((run) => !wanted.has(run.runId));
  return {
    spent: strays.filter((run) => run.owner === owner && !run.isHeld),
    orphans: strays.filter((run) => run.isHeld),
  };
}
