import type { Clock } from '../../dist/lib/core/clock.js';

/** The machine's clock. */
export const realClock: Clock = {
  now: () => Date.now(),
  wait: (ms, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(new Error('aborted'));
      });
    }),
};

/** A clock that stands still until it is moved. */
export class StillClock implements Clock {
  private time: number;
  private waits: { at: number; wake: () => void }[] = [];

  constructor(time: number) {
    this.time = time;
  }

  now(): number {
    return this.time;
  }

  wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(new Error('aborted'));
        return;
      }
      const entry = { at: this.time + ms, wake: resolve };
      this.waits.push(entry);
      signal?.addEventListener('abort', () => {
        this.waits = this.waits.filter((other) => other !== entry);
        reject(new Error('aborted'));
      });
    });
  }

  /** How many wait. */
  get waiting(): number {
    return this.waits.length;
  }

  move(ms: number): void {
    this.time += ms;
    const due = this.waits.filter((entry) => entry.at <= this.time);
    this.waits = this.waits.filter((entry) => entry.at > this.time);
    for (const entry of due) entry.wake();
  }
}
