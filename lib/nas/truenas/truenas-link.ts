import { nextRetryDelayMs } from '../../core/reconnect-delay';
import { UnreachableError } from '../../core/refusal';
import type { TruenasSettings } from '../../core/settings';
import type { TruenasFailure } from '../../core/truenas-failure';
import { readFailureState } from '../../core/truenas-failure';
import type { Redact } from '../../core/truenas-secrets';
import type { TruenasTarget } from '../../core/truenas-target';
import { readTruenasTarget } from '../../core/truenas-target';
import type { TruenasVersion } from '../../core/truenas-version';
import { readTruenasVersion } from '../../core/truenas-version';
import type { TruenasView } from '../../core/views';
import type { TruenasConnection } from './connect-truenas';
import { connectTruenas } from './connect-truenas';
import type { TruenasSession } from './truenas-session';
import type { TruenasTimings } from './truenas-timings';
import { WaitingRoom } from './waiting-room';

export interface TruenasLinkSettings {
  readonly truenas: TruenasSettings;
  readonly timings: TruenasTimings;
  readonly redact: Redact;
  /** A number from 0 up to 1. */
  readonly random: () => number;
  readonly onHint: (collection: string) => void;
  /** Called for each session that is logged in; `isFirst` for the first of all. */
  readonly onSession: (session: TruenasSession, isFirst: boolean) => void;
}

/** One session with a middleware, made again whenever it ends. Starts connecting in the background. */
export class TruenasLink {
  readonly #settings: TruenasLinkSettings;
  readonly #listeners = new Set<() => void>();
  readonly #room = new WaitingRoom<TruenasSession>();
  readonly #closing = new AbortController();
  readonly #target: TruenasTarget | null = null;
  #attempt: Promise<void> = Promise.resolve();
  #session: TruenasSession | null = null;
  #view: TruenasView;
  #version: TruenasVersion | null = null;
  #isFirst = true;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: TruenasLinkSettings) {
    this.#settings = settings;
    const target = readTruenasTarget(settings.truenas.url);
    const view = { way: 'json_rpc', version: null } as const;
    if (!target.ok) {
      // No later try can make it better: only other settings can.
      this.#view = { ...view, link: 'refused', message: target.problem };
      return;
    }
    this.#target = target.value;
    this.#view = {
      ...view,
      link: 'connecting',
      message: `connecting to TrueNAS at ${target.value.authority}`,
    };
    this.#connect();
  }

  get view(): TruenasView {
    return this.#view;
  }

  get version(): TruenasVersion | null {
    return this.#version;
  }

  onChange(listener: () => void): () => void {
    const own = () => listener();
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /**
   * Waits for a session. Rejects with the signal's reason, and with UnreachableError as soon as the link is refused:
   * waiting does not help then.
   */
  ready(signal: AbortSignal): Promise<TruenasSession> {
    if (this.#session?.isOpen === true) return Promise.resolve(this.#session);
    if (this.#view.link === 'refused' || this.#isClosed) return Promise.reject(this.#unreachable());
    return this.#room.wait(signal);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    const session = this.#session;
    this.#session = null;
    this.#closing.abort(new UnreachableError('the connection to TrueNAS was closed by the controller'));
    session?.end({ kind: 'lost', message: 'closed by the controller' });
    this.#change({ ...this.#view, link: 'disconnected', message: 'closed' });
    this.#listeners.clear();
    this.#room.dismiss(this.#unreachable());
    await session?.closed;
    await this.#attempt;
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  #connect(): void {
    this.#attempt = this.#open().catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      this.#ended({ kind: 'lost', message: this.#settings.redact(message) });
    });
  }

  async #open(): Promise<void> {
    if (this.#target === null) return;
    const step = await connectTruenas(this.#settings, this.#target, this.#closing.signal);
    if (!step.ok) this.#ended(step.failure);
    else if (this.#isClosed) {
      step.value.session.end({ kind: 'lost', message: 'closed by the controller' });
      await step.value.session.closed;
    } else this.#opened(step.value);
  }

  #opened({ session, versionText }: TruenasConnection): void {
    this.#session = session;
    const openedAt = performance.now();
    void session.ended.then((failure) => {
      if (performance.now() - openedAt >= this.#settings.timings.settledMs) this.#failures = 0;
      this.#ended({ ...failure, message: `${this.#target?.authority ?? ''}: ${failure.message}` });
    });
    this.#version = versionText === null ? null : readTruenasVersion(versionText);
    const { way } = session.dialect;
    const message = `connected to ${versionText ?? 'TrueNAS'} at ${this.#target?.authority ?? ''}`;
    this.#change({ way, version: versionText, link: 'connected', message });
    this.#settings.onSession(session, this.#isFirst);
    this.#isFirst = false;
    this.#room.admit(session);
  }

  #ended(failure: TruenasFailure): void {
    this.#session = null;
    if (this.#isClosed) return;
    this.#failures += 1;
    const { timings, random } = this.#settings;
    const delayMs = nextRetryDelayMs(this.#failures, timings.delays[failure.kind], random());
    this.#timer = setTimeout(() => this.#connect(), delayMs);
    const link = readFailureState(failure);
    this.#change({ ...this.#view, link, message: failure.message });
    if (link === 'refused') this.#room.dismiss(this.#unreachable());
  }

  #unreachable(): UnreachableError {
    return new UnreachableError(`no connection to TrueNAS: ${this.#view.message}`);
  }

  #change(view: TruenasView): void {
    const { link, message } = this.#view;
    const isSame = view.link === link && view.message === message;
    this.#view = view;
    if (!isSame) for (const listener of this.#listeners) listener();
  }
}
