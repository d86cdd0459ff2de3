import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../core/clock';

/** Real time. Its waits do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  wait: async (ms, signal) => {
    try {
      await wait(ms, undefined, { ref: false, ...(signal && { signal }) });
    } catch (error) {
      throw signal?.aborted ? (signal.reason as Error) : error;
    }
  },
};

/** Milliseconds by which the local time of this machine is ahead of UTC at an instant. */
export function readLocalOffset(ms: number): number {
  return -new Date(ms).getTimezoneOffset() * 60_000;
}
