import type { HostLook, RunLook } from './remote-run';

/** Run directories that no stage at work is about. */
export interface StrayRuns {
  /** Ended runs that our store knows and needs no more: their directories may go. */
  readonly spent: readonly RunLook[];
  /** Runs at work, and ended ones of ours that the store knows nothing of: shown to a person, never touched. */
  readonly orphans: readonly RunLook[];
}

/** What the store knows of runs. */
export interface RunKnowledge {
  /** Who this controller is to the NAS. */
  readonly owner: string;
  /** Does a stage still wait for the run? */
  isWanted(run: RunLook): boolean;
  /** Is the run in the store at all? A restored or copied database may not know a run that it never judged. */
  isKnown(run: RunLook): boolean;
}

/** Sorts what a look found beside the runs that stages wait for. */
export function listStrayRuns(host: HostLook, knowledge: RunKnowledge): StrayRuns {
  const strays = host.runs.filter((run) => !knowledge.isWanted(run));
  const [ended, working] = [strays.filter((run) => !run.isHeld), strays.filter((run) => run.isHeld)];
  const ours = ended.filter((run) => run.owner === knowledge.owner);
  const spent = ours.filter((run) => knowledge.isKnown(run));
  return { spent, orphans: [...working, ...ours.filter((run) => !spent.includes(run))] };
}
