import { UnreachableError } from '../../core/refusal';
import type { TruenasSettings } from '../../core/settings';
import { TruenasError } from '../../core/truenas-error';
import { buildRedactor } from '../../core/truenas-secrets';
import type { TruenasVersion } from '../../core/truenas-version';
import type { TruenasView } from '../../core/views';
import { buildChannelBudget } from '../channel-budget';
import { HintBox } from './hint-box';
import type { TruenasCaller, TruenasCallOptions } from './truenas-caller';
import { openTruenasDeadline } from './truenas-deadline';
import { TruenasLink } from './truenas-link';
import type { TruenasSession } from './truenas-session';
import type { TruenasTimings } from './truenas-timings';
import { defaultTimings } from './truenas-timings';
import { waitFor } from './wait-for';

export interface TruenasSocketSettings extends TruenasSettings {
  /** What is left out keeps its default. */
  readonly timings?: Partial<TruenasTimings>;
  /** A number from 0 up to 1. Default: `Math.random`. */
  readonly random?: () => number;
}

/** TrueNAS runs 10 calls of a socket at once, lets 10 wait and turns the next away. */
const mostCalls = 8;

/** How often a call that was one too many is made again. */
const mostRepeats = 3;

const collections = ['disk.query', 'pool.query', 'alert.list'];

/** Opens the way to a middleware over its socket. Connects in the background and comes back by itself; throws nothing. */
export function openTruenasSocket(settings: TruenasSocketSettings): TruenasCaller {
  return new TruenasSocket(settings);
}

/** One call with everything that belongs to it. */
interface Job {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly isRepeatable: boolean;
  readonly signal: AbortSignal;
}

class TruenasSocket implements TruenasCaller {
  readonly #timings: TruenasTimings;
  readonly #link: TruenasLink;
  readonly #hints: HintBox;
  readonly #budget = buildChannelBudget(mostCalls);
  readonly #closing = new AbortController();
  /** Methods that this key was once allowed: a later "no" means that the session is over. */
  readonly #worked = new Set<string>();
  #renewedAt = -Infinity;

  constructor(settings: TruenasSocketSettings) {
    this.#timings = { ...defaultTimings, ...settings.timings };
    this.#hints = new HintBox(this.#timings.hintDelayMs);
    this.#link = new TruenasLink({
      truenas: settings,
      timings: this.#timings,
      redact: buildRedactor(settings.apiKey),
      random: settings.random ?? Math.random,
      onHint: (collection) => this.#hints.put(collection),
      onSession: (session, isFirst) => this.#subscribe(session, isFirst),
    });
  }

  get view(): TruenasView {
    return this.#link.view;
  }

  get version(): TruenasVersion | null {
    return this.#link.version;
  }

  onHint(listener: (collection: string) => void): () => void {
    return this.#hints.onHint(listener);
  }

  onChange(listener: () => void): () => void {
    return this.#link.onChange(listener);
  }

  async call(method: string, params: readonly unknown[], options: TruenasCallOptions = {}): Promise<unknown> {
    const { timeoutMs = this.#timings.callTimeoutMs, isRepeatable = false } = options;
    const deadline = openTruenasDeadline(timeoutMs, this.#closing.signal, () =>
      this.#tellTimeout(method, timeoutMs),
    );
    try {
      return await this.#insist({ method, params, isRepeatable, signal: deadline.signal });
    } finally {
      deadline.end();
    }
  }

  async close(): Promise<void> {
    this.#closing.abort(new UnreachableError('the connection to TrueNAS was closed by the controller'));
    this.#hints.close();
    await this.#link.close();
  }

  /** Makes the call again as often as it may be: after a wait when it was one too many, once when the session was over. */
  async #insist(job: Job): Promise<unknown> {
    let mayRenew = true;
    let repeats = 0;
    for (;;) {
      const session = await this.#link.ready(job.signal);
      try {
        return await this.#make(job, session);
      } catch (error) {
        if (error instanceof NotSentError) continue;
        if (mayRenew && this.#isSessionOver(job.method, session, error)) {
          this.#renew(session, error);
          mayRenew = false;
          if (job.isRepeatable) continue;
          throw new UnreachableError(`the session at TrueNAS was over, ${job.method} was not repeated`);
        }
        if (!(error instanceof TruenasError)) throw error;
        if (error.reason === 'not_authorized') this.#worked.delete(job.method);
        if (error.reason !== 'too_many' || !job.isRepeatable || repeats >= mostRepeats) throw error;
        repeats += 1;
        await waitFor(this.#timings.tooManyDelayMs, job.signal);
      }
    }
  }

  async #make({ method, params, signal }: Job, session: TruenasSession): Promise<unknown> {
    const release = await this.#budget.take(signal);
    try {
      if (!session.isOpen) throw new NotSentError();
      const result = await session.call(method, params, signal);
      this.#worked.add(method);
      return result;
    } finally {
      release();
    }
  }

  /** A key that lost a role looks the same, so it is not believed twice in a short time. */
  #isSessionOver(method: string, session: TruenasSession, error: unknown): boolean {
    // Another call found out first, of the same session.
    if (session.failure?.kind === 'expired') return true;
    if (!(error instanceof TruenasError) || error.reason !== 'not_authorized') return false;
    if (error.errno !== 207 && !this.#worked.has(method)) return false;
    return performance.now() - this.#renewedAt >= this.#timings.renewalMs;
  }

  #renew(session: TruenasSession, error: unknown): void {
    if (!session.isOpen) return;
    this.#renewedAt = performance.now();
    const why = error instanceof Error ? error.message : String(error);
    session.end({ kind: 'expired', message: `the session was over: ${why}` });
  }

  #subscribe(session: TruenasSession, isFirst: boolean): void {
    for (const collection of collections) {
      // A refused one means no hints. Without an answer the call to come will find out.
      session.subscribe(collection, this.#closing.signal).catch(() => undefined);
      if (!isFirst) this.#hints.put(collection);
    }
  }

  #tellTimeout(method: string, timeoutMs: number): string {
    const { link, message } = this.#link.view;
    if (link === 'connected') return `no answer from TrueNAS to ${method} within ${timeoutMs} ms`;
    return `no connection to TrueNAS within ${timeoutMs} ms: ${message}`;
  }
}

/** The session ended before anything was sent: the call goes to the next one. */
class NotSentError extends Error {}
