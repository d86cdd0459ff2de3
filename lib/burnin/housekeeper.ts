import type { EngineBase } from './engine-base';

const dayMs = 86_400_000;

/** Log lines and events of closed jobs; the jobs themselves, their evidence and SMART readings stay. */
const keepDetailMs = 90 * dayMs;

/** A transaction may not come again for this long. */
const keepTransactionsMs = 365 * dayMs;

/** Once a day, removes what nobody will look at any more. */
export class Housekeeper {
  readonly #base: EngineBase;
  #lastAt: number | null = null;

  constructor(base: EngineBase) {
    this.#base = base;
  }

  tidy(): void {
    const { store, clock } = this.#base;
    const now = clock.now();
    if (this.#lastAt !== null && Math.abs(now - this.#lastAt) < dayMs) return;
    this.#lastAt = now;
    store.prune(now - keepDetailMs);
    store.requests.prune(now - keepTransactionsMs);
  }
}
