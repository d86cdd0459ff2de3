import { describeError, type EngineBase } from './engine-base';

interface Trouble {
  readonly since: number;
  readonly text: string;
}

/** A trouble that heals within this is not worth a person's attention. */
const lastingMs = 5 * 60_000;

/** Things that do not work at the moment, each under a key. Logged when they begin or change, not at every try. */
export class Troubles {
  readonly #base: EngineBase;
  readonly #troubles = new Map<string, Trouble>();

  constructor(base: EngineBase) {
    this.#base = base;
  }

  note(key: string, error: unknown): void {
    const text = describeError(error);
    const known = this.#troubles.get(key);
    if (known?.text !== text) this.#base.log('warn', `${key}: ${text}`);
    this.#troubles.set(key, { since: known?.since ?? this.#base.clock.now(), text });
  }

  clear(key: string): void {
    this.#troubles.delete(key);
  }

  /** Runs some work; what it throws becomes the trouble of the key, what it gives back ends it. */
  guard<T>(key: string, work: () => T): T | null {
    try {
      const result = work();
      this.clear(key);
      return result;
    } catch (error) {
      this.note(key, error);
      return null;
    }
  }

  /** One sentence for each trouble that has lasted. */
  list(): readonly string[] {
    const now = this.#base.clock.now();
    return [...this.#troubles]
      .filter(([, { since }]) => now - since >= lastingMs)
      .map(([key, { text }]) => `${key}: ${text}`);
  }
}
