import type { LinkState } from '../core/views';

/** What a command on the NAS left behind. */
export interface ShellResult {
  /** Exit status, or null when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ShellRequest {
  /** POSIX sh text, run as root (through `sudo -n` where the login is not root), sent on standard input. */
  readonly script: string;
  /** The answer is given up after this long; what happened on the NAS is then not known. */
  readonly timeoutMs: number;
  /**
   * True for a script that goes on after its answer as the supervisor of a process. It is run in a session of its own,
   * above sudo, and has answered when it closes its standard output; `exitCode` is then the wrapper's.
   * (sudo with sub-command logging kills every exec below it once sudo itself has gone.)
   */
  readonly isSupervisor?: boolean;
}

/** The one way to the NAS. Several requests may be under way at once; the channel budget is kept inside. */
export interface Shell {
  /**
   * Runs a script. Rejects with UnreachableError when there is no answer: no connection, lost connection, time-out.
   */
  run(request: ShellRequest): Promise<ShellResult>;
  readonly state: LinkState;
  /** Plain words on the state, e.g. `host key SHA256:… is not the pinned one`. */
  readonly message: string;
  /** Calls back on each change of `state` or `message`; the returned function ends that. */
  onChange(listener: () => void): () => void;
  /** Ends the connection; requests under way reject. */
  close(): Promise<void>;
}
