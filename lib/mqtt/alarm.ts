import type { Clock } from '../core/clock';

/** Longer than this a timer of Node rings at once: 24.8 days. */
const longestWaitMs = 2_147_483_647;

/** Rings once at a time that may be set again and again; the earliest counts. */
export class Alarm {
  private readonly clock: Clock;
  private readonly ring: () => void;
  private pending: { readonly at: number; readonly abort: AbortController } | null = null;

  constructor(clock: Clock, ring: () => void) {
    this.clock = clock;
    this.ring = ring;
  }

  /** Rings at `at` (milliseconds since the epoch) unless it will ring earlier anyway. */
  set(at: number): void {
    if (this.pending !== null && this.pending.at <= at) return;
    this.cancel();
    const mine = { at, abort: new AbortController() };
    this.pending = mine;
    const delayMs = Math.max(0, at - this.clock.now());
    const fire = () => {
      if (this.pending !== mine) return;
      this.pending = null;
      if (delayMs > longestWaitMs) this.set(at);
      else this.ring();
    };
    // Only an abort rejects, and then somebody else is pending.
    this.clock.wait(Math.min(delayMs, longestWaitMs), mine.abort.signal).then(fire, () => undefined);
  }

  cancel(): void {
    this.pending?.abort.abort();
    this.pending = null;
  }
}
