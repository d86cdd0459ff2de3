import type { HostLook, RunRecord, RunSpec, StartAnswer } from '../core/remote-run';

/** Runs on one NAS. Every method rejects with UnreachableError when the NAS gave no usable answer. */
export interface RemoteRuns {
  /** Pin, identity, safety, lock, claim, launch, in one command on the NAS. */
  start(spec: RunSpec): Promise<StartAnswer>;
  /** All runs of the NAS in one round trip. */
  look(): Promise<HostLook>;
  /** Everything a finished run left, and the drive as it is now; null when the host has no such run. */
  collect(runId: string, deviceTypes: readonly string[]): Promise<RunRecord | null>;
  /** TERM, a wait, KILL. `gone`: the lock is free. `stuck`: the process outlived KILL (a hung drive). */
  stop(runId: string): Promise<'gone' | 'stuck' | 'no_such_run'>;
  /** Removes the directory of a run that is not held any more. */
  clear(runId: string): Promise<void>;
}
