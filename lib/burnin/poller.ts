import type { ProbeReport } from '../core/drive';
import { defaultPollIntervalMs } from '../core/read-poll-interval';
import type { HostLook } from '../core/remote-run';
import { batched } from './batched';
import { describeError, type EngineBase } from './engine-base';

export interface PollerParts {
  readonly base: EngineBase;
  /** For showing. */
  probe(): Promise<ProbeReport>;
  /** For deciding. */
  probeDeeply(): Promise<ProbeReport>;
  /** Null where nobody can look at the runs. */
  look(): Promise<HostLook | null>;
  took(report: ProbeReport, look: HostLook | null): void;
  /** How the poll stands may have changed: it hangs, or it is over. */
  polled(): void;
  /** It is over, good or bad. */
  ended(): void;
}

/** Older than this, what is shown may be wrong, and is marked so. */
const staleMs = 45_000;

/**
 * Polls a NAS as often as the most eager of its poll nodes wants, and never less often than they do by default; remembers
 * how the last poll went.
 */
export class Poller {
  readonly #parts: PollerParts;
  readonly #intervals = new Map<symbol, number>();
  #loop: AbortController | null = null;
  #lastGoodAt: number | null = null;
  #trouble: string | null = null;
  #gaps: readonly string[] = [];
  #isStarted = false;
  #isClosed = false;

  /** A poll that begins now or later. Rejects when it failed, which is also part of the view then. */
  readonly poll: () => Promise<ProbeReport>;

  /** The same with every source asked afresh. */
  readonly pollDeeply: () => Promise<ProbeReport>;

  constructor(parts: PollerParts) {
    this.#parts = parts;
    this.poll = batched(() => this.#once(() => parts.probe()));
    this.pollDeeply = batched(() => this.#once(() => parts.probeDeeply()));
  }

  get lastGoodAt(): number | null {
    return this.#lastGoodAt;
  }

  /** What was wrong with the last poll, in plain words. */
  get troubles(): readonly string[] {
    return this.#trouble === null ? this.#gaps : [this.#trouble];
  }

  isStale(): boolean {
    // A clock that was set back makes the age negative, which proves as little as a great one.
    return this.#lastGoodAt === null || Math.abs(this.#parts.base.clock.now() - this.#lastGoodAt) > staleMs;
  }

  attach(intervalMs: number): () => void {
    const key = Symbol('poll node');
    this.#intervals.set(key, intervalMs);
    this.#restart();
    return () => {
      this.#intervals.delete(key);
      this.#restart();
    };
  }

  async #once(probe: () => Promise<ProbeReport>): Promise<ProbeReport> {
    const { base, look, took, polled, ended } = this.#parts;
    const over = new AbortController();
    // A poll that hangs has to show as well.
    base.clock.wait(staleMs, over.signal).then(polled, () => undefined);
    try {
      const [report, host] = await Promise.all([probe(), look()]);
      this.#lastGoodAt = base.clock.now();
      this.#trouble = null;
      this.#gaps = report.gaps;
      took(report, host);
      return report;
    } catch (error) {
      this.#noteTrouble(describeError(error));
      throw error;
    } finally {
      over.abort(new Error('the poll is over'));
      polled();
      ended();
    }
  }

  /** Begins to poll by itself: the queue must move on also without a poll node. */
  start(): void {
    this.#isStarted = true;
    this.#restart();
  }

  close(): void {
    this.#isClosed = true;
    this.#isStarted = false;
    this.#intervals.clear();
    this.#restart();
  }

  /** A poll that is cut off by the end of the engine is no trouble. */
  #noteTrouble(text: string): void {
    if (this.#isClosed) return;
    if (this.#trouble !== text) this.#parts.base.log('warn', `poll: ${text}`);
    this.#trouble = text;
  }

  #restart(): void {
    this.#loop?.abort();
    this.#loop = null;
    const intervalMs = Math.min(
      ...this.#intervals.values(),
      this.#isStarted ? defaultPollIntervalMs : Infinity,
    );
    if (intervalMs === Infinity) return;
    this.#loop = new AbortController();
    void this.#run(intervalMs, this.#loop.signal);
  }

  async #run(intervalMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.poll().catch(() => undefined);
      await this.#parts.base.clock.wait(intervalMs, signal).catch(() => undefined);
    }
  }
}
