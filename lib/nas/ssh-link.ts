import type { LinkFailure } from '../core/link-failure';
import type { RetryDelays } from '../core/reconnect-delay';
import { nextRetryDelayMs } from '../core/reconnect-delay';
import { UnreachableError } from '../core/refusal';
import type { SshSettings } from '../core/settings';
import type { LinkState } from '../core/views';
import { readLogin } from './read-login';
import type { SshConnection } from './ssh-connection';
import { openSshConnection } from './ssh-connection';

export interface SshTimings {
  /** An idle or busy connection is asked for a sign of life this often. */
  readonly keepaliveIntervalMs: number;
  readonly keepaliveCountMax: number;
  /** Limit for reaching the host, checking its key and logging in. */
  readonly connectTimeoutMs: number;
  readonly reconnect: RetryDelays;
  /** After a refusal: a person may mend it, and each try may raise an alert on the NAS. */
  readonly refused: RetryDelays;
}

export interface SshLinkSettings {
  readonly ssh: SshSettings;
  readonly timings: SshTimings;
  /** A number from 0 up to 1. */
  readonly random: () => number;
}

/** One connection to a NAS, made again whenever it ends. */
export interface SshLink {
  readonly state: LinkState;
  readonly message: string;
  onChange(listener: () => void): () => void;
  /**
   * Waits for an open connection. Rejects with the signal's reason, and with UnreachableError as soon as the link is
   * refused: waiting does not help then.
   */
  ready(signal: AbortSignal): Promise<SshConnection>;
  close(): Promise<void>;
}

/** Starts connecting in the background. */
export function openSshLink(settings: SshLinkSettings): SshLink {
  return new Link(settings);
}

interface Waiter {
  readonly resolve: (connection: SshConnection) => void;
  readonly reject: (reason: Error) => void;
}

class Link implements SshLink {
  readonly #settings: SshLinkSettings;
  readonly #target: string;
  readonly #listeners = new Set<() => void>();
  readonly #waiters = new Set<Waiter>();
  #state: LinkState = 'connecting';
  #message: string;
  #connection: SshConnection | null = null;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(settings: SshLinkSettings) {
    this.#settings = settings;
    const { user, host, port } = settings.ssh;
    this.#target = `${user}@${host}:${port}`;
    this.#message = `connecting to ${this.#target}`;
    this.#connect();
  }

  get state(): LinkState {
    return this.#state;
  }

  get message(): string {
    return this.#message;
  }

  onChange(listener: () => void): () => void {
    const own = () => listener();
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  ready(signal: AbortSignal): Promise<SshConnection> {
    if (this.#connection?.isOpen === true) return Promise.resolve(this.#connection);
    if (this.#state === 'refused' || this.#isClosed) return Promise.reject(this.#unreachable());
    return new Promise((resolve, reject) => {
      const leave = () => waiter.reject(signal.reason as Error);
      const end = () => {
        this.#waiters.delete(waiter);
        signal.removeEventListener('abort', leave);
      };
      const waiter: Waiter = {
        resolve: (connection) => {
          end();
          resolve(connection);
        },
        reject: (reason) => {
          end();
          reject(reason);
        },
      };
      this.#waiters.add(waiter);
      signal.addEventListener('abort', leave);
      if (signal.aborted) leave();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    const connection = this.#connection;
    this.#connection = null;
    connection?.end('closed');
    this.#change('disconnected', 'closed');
    this.#listeners.clear();
    for (const waiter of this.#waiters) waiter.reject(this.#unreachable());
    await connection?.closed;
  }

  #connect(): void {
    this.#open().catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      this.#ended({ isRefused: true, message: `${this.#target}: ${message}` });
    });
  }

  async #open(): Promise<void> {
    const { ssh, timings } = this.#settings;
    const reading = await readLogin(ssh);
    if (this.#isClosed) return;
    if (!reading.ok) {
      this.#ended({ isRefused: true, message: `${this.#target}: ${reading.reason}` });
      return;
    }
    this.#connection = openSshConnection({
      ...timings,
      ssh,
      login: reading.login,
      onReady: () => this.#opened(),
      onEnd: (failure) => this.#ended(failure),
    });
  }

  #opened(): void {
    const connection = this.#connection;
    if (connection === null) return;
    this.#failures = 0;
    this.#change('connected', `connected to ${this.#target}`);
    for (const waiter of this.#waiters) waiter.resolve(connection);
  }

  #ended({ isRefused, message }: LinkFailure): void {
    this.#connection = null;
    if (this.#isClosed) return;
    this.#failures += 1;
    const { timings, random } = this.#settings;
    const delays = isRefused ? timings.refused : timings.reconnect;
    this.#timer = setTimeout(() => this.#connect(), nextRetryDelayMs(this.#failures, delays, random()));
    this.#change(isRefused ? 'refused' : 'disconnected', message);
    if (isRefused) for (const waiter of this.#waiters) waiter.reject(this.#unreachable());
  }

  #unreachable(): UnreachableError {
    return new UnreachableError(`no connection to the NAS: ${this.#message}`);
  }

  #change(state: LinkState, message: string): void {
    if (state === this.#state && message === this.#message) return;
    this.#state = state;
    this.#message = message;
    for (const listener of this.#listeners) listener();
  }
}
