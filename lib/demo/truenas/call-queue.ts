/** Calls of one socket: ten run, ten wait. */
export interface CallQueue {
  /** Null when there are too many already, else what the work came to. */
  run<T>(work: () => Promise<T>): Promise<T> | null;
}

const mostRunning = 10;
export const mostCalls = 20;

export function buildCallQueue(): CallQueue {
  let running = 0;
  const waiting: (() => void)[] = [];
  const leave = () => {
    running -= 1;
    waiting.shift()?.();
  };
  const enter = () => {
    running += 1;
  };
  return {
    run: (work) => {
      if (running + waiting.length >= mostCalls) return null;
      if (running < mostRunning) {
        enter();
        return work().finally(leave);
      }
      return new Promise<void>((resolve) => waiting.push(resolve)).then(() => {
        enter();
        return work().finally(leave);
      });
    },
  };
}
