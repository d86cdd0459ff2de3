import type { HostLook, RunLook } from './remote-run';

/** What a stage remembers of the run it started, or was about to start. */
export interface RunMemo {
  readonly runId: string;
  /** Boot of the NAS when the intention was written down. */
  readonly bootId: string;
  /** False until the NAS confirmed the start. */
  readonly isLaunched: boolean;
  /** The NAS refuses to start it later than this, in seconds since the epoch on its own clock. */
  readonly expiresClockS: number;
}

/** What became of a run. */
export type RunState =
  | { readonly kind: 'never_launched' }
  /** The start may still be on its way to the NAS. */
  | { readonly kind: 'starting' }
  | { readonly kind: 'rebooted' }
  | { readonly kind: 'vanished' }
  | { readonly kind: 'running'; readonly look: RunLook }
  | { readonly kind: 'ended'; readonly look: RunLook };

/** A start writes its directory before it holds the lock; within this time that is no sign of a dead writer. */
const launchWindowS = 30;

/** Between the host's check of the expiry and the directory lies less than this. */
const expiryMarginS = 15;

/** How long a start may be under way to the NAS. */
export const startValidityS = 30;

/**
 * Tells a run's state from lock, result and boot id alone (a process id proves nothing).
 * A missing directory proves "never launched" only within the boot in which the intention was written down (`/run` is
 * emptied by a reboot), only while no start was confirmed, and only when a start still on its way would be refused.
 */
export function classifyRun(memo: RunMemo, host: HostLook): RunState {
  const look = host.runs.find((run) => run.runId === memo.runId);
  if (look === undefined) {
    if (host.bootId !== memo.bootId) return { kind: 'rebooted' };
    if (memo.isLaunched) return { kind: 'vanished' };
    return { kind: host.clockS > memo.expiresClockS + expiryMarginS ? 'never_launched' : 'starting' };
  }
  if (look.bootId !== host.bootId) return { kind: 'rebooted' };
  if (look.isHeld || isLaunching(look, host)) return { kind: 'running', look };
  return { kind: 'ended', look };
}

function isLaunching(look: RunLook, host: HostLook): boolean {
  const { startedUptimeS, result, log } = look;
  if (startedUptimeS === null || result !== null || log !== '') return false;
  return host.uptimeS - startedUptimeS < launchWindowS;
}
