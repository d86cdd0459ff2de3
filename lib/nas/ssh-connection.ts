import { Socket } from 'node:net';
import type { AuthenticationType, ClientChannel } from 'ssh2';
import { Client } from 'ssh2';
import type { HostKeyVerdict } from '../core/host-key';
import { judgeHostKey } from '../core/host-key';
import type { LinkFailure } from '../core/link-failure';
import { judgeLinkError } from '../core/link-failure';
import { UnreachableError } from '../core/refusal';
import type { SshSettings } from '../core/settings';
import { readHostKey } from './pin-host-key';
import type { Login } from './read-login';
import { buildAuthHandler } from './read-login';

export interface SshConnectionSettings {
  readonly ssh: SshSettings;
  readonly login: Login;
  /** Limit for reaching the host, checking its key and logging in. */
  readonly connectTimeoutMs: number;
  readonly keepaliveIntervalMs: number;
  /** Unanswered keep-alives after which the other side counts as gone. */
  readonly keepaliveCountMax: number;
  /** Called once, when logged in. */
  readonly onReady: () => void;
  /** Called once, at the end of the connection for whatever reason. */
  readonly onEnd: (failure: LinkFailure) => void;
}

/** Why there is no channel; `reason` is the number in the server's answer, where it gave one. */
export type ChannelError = Error & { readonly reason?: unknown };

/** Takes a channel, or why there is none. */
export type Opened = (error: ChannelError | undefined, channel?: ClientChannel) => void;

/** One connection, from the first packet to its end; it never comes back. */
export interface SshConnection {
  readonly isOpen: boolean;
  /** Aborts with an UnreachableError at the end of the connection, before any of its channels is told. */
  readonly lost: AbortSignal;
  /** Never throws. The call-back may stay away for as long as the connection lives. */
  exec(command: string, opened: Opened): void;
  /** Resolves when the socket has closed. */
  readonly closed: Promise<void>;
  /** Ends the connection at once, whatever is under way. */
  end(reason: string): void;
}

/** Connects and logs in. Nothing but the key exchange is sent to a host whose key is not the pinned one. */
export function openSshConnection(settings: SshConnectionSettings): SshConnection {
  return new Connection(settings);
}

class Connection implements SshConnection {
  readonly closed: Promise<void>;
  readonly #settings: SshConnectionSettings;
  readonly #target: string;
  readonly #client = new Client();
  readonly #socket = new Socket();
  readonly #lost = new AbortController();
  #isReady = false;
  #verdict: HostKeyVerdict = { kind: 'trusted' };
  #allowed: readonly string[] | undefined;

  constructor(settings: SshConnectionSettings) {
    const { user, host, port } = settings.ssh;
    this.#settings = settings;
    this.#target = `${user}@${host}:${port}`;
    this.closed = new Promise((resolve) => this.#client.once('close', resolve));
    this.#client.on('error', (error) => this.#fail(error));
    this.#client.on('close', () => this.#fail(new Error('the NAS closed the connection')));
    this.#client.on('ready', () => {
      this.#isReady = true;
      settings.onReady();
    });
    this.#connect();
  }

  get isOpen(): boolean {
    return this.#isReady && !this.#lost.signal.aborted;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  exec(command: string, opened: Opened): void {
    try {
      this.#client.exec(command, opened);
    } catch (error) {
      // ssh2 throws when the socket has closed and its event is still to come.
      const gone = error instanceof Error ? error : new Error(String(error));
      this.#fail(gone);
      opened(gone);
    }
  }

  end(reason: string): void {
    this.#finish({ isRefused: false, message: `${this.#target}: ${reason}` });
  }

  #connect(): void {
    const { ssh, login, connectTimeoutMs, keepaliveIntervalMs, keepaliveCountMax } = this.#settings;
    const nextMethod = buildAuthHandler(ssh.user, login);
    this.#socket.setNoDelay(true);
    this.#client.connect({
      sock: this.#socket.connect({ host: ssh.host, port: ssh.port }),
      username: ssh.user,
      readyTimeout: connectTimeoutMs,
      keepaliveInterval: keepaliveIntervalMs,
      keepaliveCountMax,
      authHandler: (left: AuthenticationType[] | null) => {
        this.#allowed = left ?? undefined;
        return nextMethod(left);
      },
      hostVerifier: (blob: Buffer) => {
        this.#verdict = judgeHostKey(readHostKey(blob), ssh.hostKey);
        return this.#verdict.kind === 'trusted';
      },
    });
  }

  #fail({ message, code, level }: Error & { code?: string | number; level?: string }): void {
    if (this.#verdict.kind === 'refused') {
      this.#finish({ isRefused: true, message: `${this.#target}: ${this.#verdict.message}` });
      return;
    }
    this.#finish(judgeLinkError({ message, code, level, allowed: this.#allowed }, this.#target));
  }

  #finish(failure: LinkFailure): void {
    if (this.#lost.signal.aborted) return;
    this.#lost.abort(new UnreachableError(`connection to the NAS lost: ${failure.message}`));
    this.#client.end();
    // A peer that does not answer would keep a merely ended socket, and its timers, for ever.
    this.#socket.destroy();
    this.#settings.onEnd(failure);
  }
}
