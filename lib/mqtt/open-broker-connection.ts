import type { Clock } from '../core/clock';
import type { MqttSettings } from '../core/settings';
import type { ArrivedMessage } from './broker-message';
import { readBrokerTarget, type BrokerTarget } from './broker-target';
import {
  runBrokerSession,
  type BrokerSession,
  type MqttVersion,
  type SessionEnd,
} from './run-broker-session';
import { loopback } from './open-embedded-broker';
import { shareEmbeddedBroker, type SharedBroker } from './share-embedded-broker';

/** How the connection to the broker stands. */
export type ConnectionState = 'connecting' | 'connected' | 'disconnected';

export interface ConnectionOptions {
  readonly settings: MqttSettings;
  readonly clientId: string;
  /** Gets the will. */
  readonly statusTopic: string;
  readonly clock: Clock;
  readonly answerTimeoutMs: number;
  onUp(session: BrokerSession): void;
  onDown(): void;
  onMessage(message: ArrivedMessage): void;
  onState(state: ConnectionState, message: string): void;
}

/** A connection that comes back by itself. */
export interface BrokerConnection {
  /** Says goodbye and lets go of the embedded broker, within about a second. */
  close(): Promise<void>;
}

/** The way to a broker, or why there is none now. */
type Route =
  | { readonly ok: true; readonly target: BrokerTarget; readonly name: string }
  | { readonly ok: false; readonly message: string };

const firstDelayMs = 500;
const maxDelayMs = 30_000;

/**
 * Opens a connection that is made again whenever it is lost, after half a second at first and at most half a minute.
 * An external broker is asked for MQTT 5 and, when it does not speak that, for 3.1.1.
 */
export function openBrokerConnection(options: ConnectionOptions): BrokerConnection {
  return new Connection(options);
}

class Connection implements BrokerConnection {
  private readonly options: ConnectionOptions;
  private readonly closing = new AbortController();
  private readonly embedded: EmbeddedHold | null;
  private readonly done: Promise<void>;
  private session: BrokerSession | null = null;
  private version: MqttVersion;
  private delayMs = firstDelayMs;
  private isClosing = false;

  constructor(options: ConnectionOptions) {
    this.options = options;
    this.embedded = options.settings.url === null ? new EmbeddedHold(options.settings.embeddedPort) : null;
    this.version = this.embedded === null ? 5 : 4;
    this.done = this.run();
  }

  async close(): Promise<void> {
    this.isClosing = true;
    await this.session?.end();
    this.closing.abort();
    await this.done;
  }

  /** A method, since the answer changes during any await. */
  private hasToEnd(): boolean {
    return this.isClosing;
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    while (!this.hasToEnd()) {
      const message = await this.attempt().catch((error: unknown) => `connecting failed: ${nameOf(error)}`);
      if (message === null || this.hasToEnd()) continue;
      this.options.onState('disconnected', message);
      await this.options.clock.wait(this.delayMs, signal).catch(() => undefined);
      this.delayMs = Math.min(maxDelayMs, this.delayMs * 2);
    }
    await this.embedded?.release();
    this.options.onState('disconnected', 'closed');
  }

  /** One connection from begin to end. Returns why to wait before the next one, or null for at once. */
  private async attempt(): Promise<string | null> {
    const { settings } = this.options;
    const route = this.embedded === null ? readRoute(settings) : await this.embedded.route();
    if (!route.ok) return route.message;
    if (this.hasToEnd()) return null;
    const tried = this.version;
    const end = await this.connectOnce(route.target, route.name);
    if (this.embedded === null && end.kind !== 'failed') this.version = tried === 5 ? 4 : 5;
    return end.kind === 'wrong_version' && tried === 5 ? null : end.message;
  }

  private async connectOnce(target: BrokerTarget, name: string): Promise<SessionEnd> {
    const { clientId, statusTopic, answerTimeoutMs, onMessage, onDown } = this.options;
    const end = await runBrokerSession(
      {
        ...{ target, version: this.version, clientId, statusTopic, answerTimeoutMs },
        onUp: (session) => this.enter(session, name),
        onMessage,
      },
      this.closing.signal,
    );
    if (this.session !== null) onDown();
    this.session = null;
    return end;
  }

  private enter(session: BrokerSession, name: string): void {
    this.session = session;
    this.delayMs = firstDelayMs;
    const version = session.version === 5 ? '5' : '3.1.1';
    this.options.onState('connected', `connected to ${name} with MQTT ${version}`);
    this.options.onUp(session);
  }
}

/** Only the kind of an unexpected error: its text could hold anything. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown error';
}

function readRoute({ url, username, password }: MqttSettings): Route {
  const target = readBrokerTarget({ url: url ?? '', username, password });
  if (target === null)
    return { ok: false, message: 'the URL of the broker is not one with mqtt, mqtts, ws or wss' };
  return { ok: true, target, name: target.url };
}

/** Holds the embedded broker from the first time its port can be had. */
class EmbeddedHold {
  private readonly port: number;
  private held: SharedBroker | null = null;

  constructor(port: number) {
    this.port = port;
  }

  async route(): Promise<Route> {
    const result =
      this.held === null ? await shareEmbeddedBroker(this.port) : { ok: true as const, broker: this.held };
    if (!result.ok) return result;
    this.held = result.broker;
    const url = `mqtt://${loopback}:${this.held.port}`;
    const name = `the embedded broker on port ${this.held.port}`;
    return { ok: true, name, target: { url, username: null, password: null } };
  }

  async release(): Promise<void> {
    await this.held?.release();
  }
}
