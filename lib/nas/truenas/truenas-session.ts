import type WebSocket from 'ws';

import { judgeTruenasClose, nameSocketError } from '../../core/judge-truenas-link';
import { UnreachableError } from '../../core/refusal';
import { TruenasError } from '../../core/truenas-error';
import type { TruenasFailure } from '../../core/truenas-failure';
import type { TruenasDialect, TruenasFrame } from '../../core/truenas-frames';
import { maxCallBytes } from '../../core/truenas-frames';
import type { Redact } from '../../core/truenas-secrets';

export interface TruenasSessionSettings {
  readonly socket: WebSocket;
  readonly dialect: TruenasDialect;
  readonly redact: Redact;
  readonly pingIntervalMs: number;
  readonly onHint: (collection: string) => void;
}

/** A call was given up and its answer never came, so often that the session is of no use. */
const mostAbandoned = 8;

const mostMissedPings = 2;

interface Pending {
  readonly settle: (outcome: { readonly result: unknown } | { readonly error: Error }) => void;
}

/** One WebSocket to the middleware, from the first frame to its end; it never comes back. */
export class TruenasSession {
  readonly dialect: TruenasDialect;
  /** Resolves with the reason when the session has ended. */
  readonly ended: Promise<TruenasFailure>;
  /** Resolves when the socket has closed, a moment after that. */
  readonly closed: Promise<void>;
  readonly #settings: TruenasSessionSettings;
  readonly #pending = new Map<string, Pending>();
  readonly #collections = new Set<string>();
  /** Ids whose answers nobody waits for any more. */
  readonly #abandoned = new Set<string>();
  #count = 0;
  #pingTimer: NodeJS.Timeout | undefined;
  #missedPings = 0;
  #problem: string | null = null;
  #failure: TruenasFailure | null = null;
  #tellEnd: (failure: TruenasFailure) => void = () => undefined;

  constructor(settings: TruenasSessionSettings) {
    this.#settings = settings;
    this.dialect = settings.dialect;
    const { socket } = settings;
    this.ended = new Promise((resolve) => (this.#tellEnd = resolve));
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('error', (error) => (this.#problem ??= nameSocketError(error)));
    socket.on('close', (code, reason) => this.#closed(code, reason.toString()));
    socket.on('message', (data, isBinary) => {
      if (!isBinary) this.#receive(toText(data));
    });
  }

  get isOpen(): boolean {
    return this.#failure === null;
  }

  /** Why the session ended, null while it has not. */
  get failure(): TruenasFailure | null {
    return this.#failure;
  }

  /** Sends the first frame of the dialect, where it wants one. */
  async greet(signal: AbortSignal): Promise<void> {
    const { greeting } = this.dialect;
    if (greeting !== null) await this.#ask(greeting.id, greeting.text, signal);
  }

  /**
   * Sends one call. Rejects with TruenasError, with UnreachableError when the session ends first, and with the signal's
   * reason when that comes first: the call may then still be done.
   */
  call(method: string, params: readonly unknown[], signal: AbortSignal): Promise<unknown> {
    const id = this.dialect.buildId(++this.#count);
    return this.#ask(id, this.dialect.buildCall({ id, method, params }), signal);
  }

  /** Asks to be told of changes. Rejects as a call does; without the role for it there are just no hints. */
  async subscribe(collection: string, signal: AbortSignal): Promise<void> {
    const id = this.dialect.buildSubscriptionId(++this.#count);
    this.#collections.add(collection);
    await this.#ask(id, this.dialect.buildSubscription(id, collection), signal);
  }

  /** From now on the session ends when two pings were not answered. */
  startPings(): void {
    this.#pingTimer = setInterval(() => this.#ping(), this.#settings.pingIntervalMs);
    this.#pingTimer.unref();
  }

  /** Ends the session at once, whatever is under way. The first reason counts. */
  end(failure: TruenasFailure): void {
    if (this.#failure !== null) return;
    this.#failure = { ...failure, message: this.#settings.redact(failure.message) };
    clearInterval(this.#pingTimer);
    // A peer that does not answer would keep a merely closed socket.
    this.#settings.socket.terminate();
    const lost = new UnreachableError(`connection to TrueNAS lost: ${this.#failure.message}`);
    for (const pending of [...this.#pending.values()]) pending.settle({ error: lost });
    this.#abandoned.clear();
    this.#tellEnd(this.#failure);
  }

  #ask(id: string, text: string, signal: AbortSignal): Promise<unknown> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      if (this.#failure !== null)
        throw new UnreachableError(`no connection to TrueNAS: ${this.#failure.message}`);
      if (Buffer.byteLength(text) > maxCallBytes)
        throw new TruenasError('invalid', 'the call is too long for TrueNAS');
      const leave = () => {
        this.#abandon(id);
        pending.settle({ error: signal.reason as Error });
      };
      const pending: Pending = {
        settle: (outcome) => {
          this.#pending.delete(id);
          signal.removeEventListener('abort', leave);
          if ('error' in outcome) reject(outcome.error);
          else resolve(outcome.result);
        },
      };
      this.#pending.set(id, pending);
      signal.addEventListener('abort', leave);
      // A socket that cannot send is about to close, and its close tells why.
      this.#settings.socket.send(text, () => undefined);
    });
  }

  #abandon(id: string): void {
    this.#abandoned.add(id);
    if (this.#abandoned.size < mostAbandoned) return;
    this.end({ kind: 'lost', message: 'TrueNAS leaves calls unanswered' });
  }

  #ping(): void {
    if (this.#missedPings >= mostMissedPings) {
      this.end({ kind: 'lost', message: 'TrueNAS stopped answering' });
      return;
    }
    this.#missedPings += 1;
    const never = new AbortController().signal;
    this.call('core.ping', [], never).then(
      () => (this.#missedPings = 0),
      (error: unknown) => {
        if (!(error instanceof TruenasError)) return;
        this.#missedPings = 0;
        const { reason, message } = error;
        if (reason === 'not_authorized')
          this.end({ kind: 'lost', message: `the session is over: ${message}` });
      },
    );
  }

  #receive(text: string): void {
    if (this.#failure !== null) return;
    const reading = this.dialect.read(text, this.#settings.redact);
    // What cannot be read says nothing; if it was an answer, the call ends by its time-out.
    if (reading.ok) for (const frame of reading.value) this.#take(frame);
  }

  #take(frame: TruenasFrame): void {
    switch (frame.kind) {
      case 'answer':
        this.#settle(frame.id, { result: frame.result });
        return;
      case 'error':
        this.#settle(frame.id, { error: frame.error });
        return;
      case 'hint':
        if (this.#collections.has(frame.collection)) this.#settings.onHint(frame.collection);
        return;
      case 'nothing':
        return;
    }
  }

  #settle(id: string, outcome: { readonly result: unknown } | { readonly error: Error }): void {
    this.#abandoned.delete(id);
    this.#pending.get(id)?.settle(outcome);
  }

  #closed(code: number, reason: string): void {
    this.end(
      judgeTruenasClose({ code, reason, error: this.#problem, isLoggedIn: this.#pingTimer !== undefined }),
    );
  }
}

function toText(data: WebSocket.RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}
