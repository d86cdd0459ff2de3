import type { Clock } from '../../dist/lib/core/clock.js';

/** A clock whose wall time can be set without time passing; waits go by the time that passes. */
export class SplitClock implements Clock {
  wallMs = 1_800_000_000_000;
  #passedMs = 0;
  #waits: { readonly at: number; readonly wake: () => void }[] = [];

  now(): number {
    return this.wallMs;
  }

  wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry = { at: this.#passedMs + ms, wake: resolve };
      this.#waits.push(entry);
      signal?.addEventListener('abort', () => {
        this.#waits = this.#waits.filter((other) => other !== entry);
        reject(signal.reason as Error);
      });
    });
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waits.length;
  }

  /** Time passes; whoever waited for it has been woken when this resolves. */
  async pass(ms: number): Promise<void> {
    this.wallMs += ms;
    this.#passedMs += ms;
    const due = this.#waits.filter(({ at }) => at <= this.#passedMs);
    this.#waits = this.#waits.filter((entry) => !due.includes(entry));
    for (const { wake } of due) wake();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
