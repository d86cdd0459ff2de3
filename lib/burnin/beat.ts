import type { Clock } from '../core/clock';

/** A common pulse: everybody who waits is woken at the same moment, so that one look serves all. */
export interface Beat {
  /** Resolves at the next pulse; rejects with the signal's reason when it aborts. */
  next(signal: AbortSignal): Promise<void>;
  /** Pulses now, for those who must not wait: a cancel, a finished start. */
  kick(): void;
}

export function openBeat(clock: Clock, intervalMs: number): Beat {
  let pulse: { promise: Promise<void>; kick: () => void } | null = null;

  const begin = (): Promise<void> => {
    const timer = new AbortController();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const kick = (): void => {
      pulse = null;
      timer.abort(new Error('kicked'));
      resolve(undefined);
    };
    clock.wait(intervalMs, timer.signal).then(kick, () => undefined);
    pulse = { promise, kick };
    return promise;
  };

  return {
    next: (signal) => abortable(pulse?.promise ?? begin(), signal),
    kick: () => pulse?.kick(),
  };
}

function abortable(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason as Error);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', onAbort));
}
