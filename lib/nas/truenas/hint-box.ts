/** Gathers hints: a resync of TrueNAS tells of every drive on its own, and one question answers them all. */
export class HintBox {
  readonly #delayMs: number;
  readonly #listeners = new Set<(collection: string) => void>();
  readonly #waiting = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(delayMs: number) {
    this.#delayMs = delayMs;
  }

  onHint(listener: (collection: string) => void): () => void {
    const own = (collection: string) => listener(collection);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** Told to the listeners after the delay, together with all that comes in between. */
  put(collection: string): void {
    this.#waiting.add(collection);
    this.#timer ??= setTimeout(() => this.#tell(), this.#delayMs).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  #tell(): void {
    this.#timer = undefined;
    const collections = [...this.#waiting];
    this.#waiting.clear();
    for (const collection of collections) for (const listener of this.#listeners) listener(collection);
  }
}
