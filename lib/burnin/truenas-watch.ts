import type { TruenasInventory } from '../core/truenas-inventory';
import { batched } from './batched';
import { describeError, type EngineBase } from './engine-base';
import type { Middleware } from './middleware';

export interface TruenasWatchParts {
  readonly base: EngineBase;
  readonly middleware: Pick<Middleware, 'readInventory' | 'onHint'>;
  /** A new inventory was read. */
  took(): void;
}

/** How often the middleware is asked for its inventory. */
const everyMs = 60_000;

/** How long the first poll waits for the first inventory. */
const firstWaitMs = 5_000;

/** After a hint that something changed: they come in swarms. */
const restMs = 3_000;

/** An inventory older than this proves nothing any more. */
const holdsMs = 180_000;

/** The inventory of the TrueNAS middleware: read once a minute, and after each hint that something changed. */
export class TruenasWatch {
  readonly #parts: TruenasWatchParts;
  readonly #readAgain: () => Promise<void>;
  readonly #end = new AbortController();
  readonly #leave: () => void;
  #inventory: TruenasInventory | null = null;
  #readAt = 0;
  #trouble = 'it has not answered yet';
  #wake = new AbortController();
  #first: Promise<void> | null = null;

  constructor(parts: TruenasWatchParts) {
    this.#parts = parts;
    this.#readAgain = batched(() => this.#read());
    this.#leave = parts.middleware.onHint(() => this.#wake.abort(new Error('a hint')));
  }

  /** The newest one, however old. */
  get inventory(): TruenasInventory | null {
    return this.#inventory;
  }

  /** The newest one that still proves something, or why there is none. */
  current(): TruenasInventory | { readonly failed: string } {
    const age = Math.abs(this.#parts.base.clock.now() - this.#readAt);
    if (this.#inventory !== null && age <= holdsMs) return this.#inventory;
    return { failed: this.#trouble };
  }

  /** Begins to read. Waits for the first inventory, but not for long: one that hangs must not make the poll stale. */
  async awaitFirst(): Promise<void> {
    if (this.#first === null) void this.#run();
    if (this.#inventory !== null) return;
    const over = new AbortController();
    const either = AbortSignal.any([over.signal, this.#end.signal]);
    const enough = this.#parts.base.clock.wait(firstWaitMs, either).catch(() => undefined);
    await Promise.race([this.#first, enough]);
    over.abort(new Error('over'));
  }

  close(): void {
    this.#leave();
    this.#end.abort(new Error('closed'));
  }

  async #run(): Promise<void> {
    const { clock } = this.#parts.base;
    while (!this.#end.signal.aborted) {
      this.#wake = new AbortController();
      const reading = this.#readAgain();
      this.#first ??= reading;
      await reading;
      await clock
        .wait(everyMs, AbortSignal.any([this.#wake.signal, this.#end.signal]))
        .catch(() => undefined);
      await clock.wait(restMs, this.#end.signal).catch(() => undefined);
    }
  }

  /** Never rejects. */
  async #read(): Promise<void> {
    const { base, middleware, took } = this.#parts;
    try {
      this.#inventory = await middleware.readInventory();
      this.#readAt = base.clock.now();
      this.#trouble = 'it has not answered for three minutes';
      if (!this.#end.signal.aborted) took();
    } catch (error) {
      this.#trouble = describeError(error);
    }
  }
}
