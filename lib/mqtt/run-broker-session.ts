import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import type { ArrivedMessage, OutgoingMessage } from './broker-message';
import { describeFailure, type BrokerTarget } from './broker-target';

/** MQTT 3.1.1 or 5. */
export type MqttVersion = 4 | 5;

/** One connection that is up. */
export interface BrokerSession {
  readonly version: MqttVersion;
  /** How many unanswered messages the broker accepts. */
  readonly receiveMaximum: number;
  /** `done` gets null or the broker's refusal; it is not called when the connection ends first. */
  publish(message: OutgoingMessage, done: (error: Error | null) => void): void;
  /** `done` as above. Own messages are not echoed and keep their retain flag where MQTT 5 allows to ask for that. */
  subscribe(filters: readonly string[], done: (error: Error | null) => void): void;
  /** Says goodbye, so that the broker sends no will, and waits for the end, not longer than half a second. */
  end(): Promise<void>;
}

/** Why a connection ended. */
export interface SessionEnd {
  /** `no_answer`: the broker hung up or kept silent before it accepted, as some do for a version they do not know. */
  readonly kind: 'wrong_version' | 'no_answer' | 'failed';
  /** Plain words without secrets. */
  readonly message: string;
}

export interface SessionOptions {
  readonly target: BrokerTarget;
  readonly version: MqttVersion;
  readonly clientId: string;
  /** Gets `offline`, retained, from the broker when this connection dies. */
  readonly statusTopic: string;
  readonly answerTimeoutMs: number;
  onUp(session: BrokerSession): void;
  onMessage(message: ArrivedMessage): void;
}

const keepaliveS = 30;
/** What MQTT 5 brokers may send us; larger messages stay with the broker. */
const maxPacketBytes = 1_048_576;
const goodbyeTimeoutMs = 500;

/** CONNACK codes of MQTT 3.1.1 and 5 for a protocol version the broker does not speak. */
const versionRefusals: ReadonlySet<unknown> = new Set([1, 132]);

/**
 * Connects once and resolves when that connection is over, for whatever reason. There is no second try
 * in here: mqtt.js' own reconnection would keep and repeat old state. `signal` ends it at once.
 */
export function runBrokerSession(options: SessionOptions, signal: AbortSignal): Promise<SessionEnd> {
  return new Promise((resolve) => {
    const client = connect(options.target.url, buildClientOptions(options));
    let isUp = false;
    let isOver = false;
    const finish = (end: SessionEnd) => {
      if (isOver) return;
      isOver = true;
      signal.removeEventListener('abort', abort);
      discard(client);
      resolve(end);
    };
    const abort = () => finish({ kind: 'failed', message: 'the connection was given up' });
    const fail = (error: Error) => finish(judgeFailure(error, options.target, isUp));
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    client.on('connect', (connack) => {
      if (isOver) return;
      isUp = true;
      const receiveMaximum = connack.properties?.receiveMaximum ?? 65_535;
      options.onUp(buildSession(client, { version: options.version, receiveMaximum, isOver: () => isOver }));
    });
    client.on('message', (topic, payload, packet) => {
      if (!isOver) options.onMessage({ topic, payload, isRetained: packet.retain });
    });
    client.on('disconnect', (packet) =>
      fail(new Error(`ended by the broker (code ${packet.reasonCode ?? 0})`)),
    );
    client.on('error', fail);
    client.on('close', () => fail(new Error('the connection was closed')));
  });
}

function buildClientOptions({ target, version, clientId, statusTopic, answerTimeoutMs }: SessionOptions) {
  const options: IClientOptions = {
    protocolVersion: version,
    clientId,
    clean: true,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    keepalive: keepaliveS,
    connectTimeout: answerTimeoutMs,
    will: { topic: statusTopic, payload: Buffer.from('offline'), qos: 1, retain: true },
  };
  if (target.username !== null) options.username = target.username;
  if (target.password !== null) options.password = target.password;
  if (version === 5) options.properties = { maximumPacketSize: maxPacketBytes };
  return options;
}

function judgeFailure(error: Error, target: BrokerTarget, isUp: boolean): SessionEnd {
  const message = describeFailure(error, target);
  const code = 'code' in error ? error.code : undefined;
  if (isUp) return { kind: 'failed', message };
  if (versionRefusals.has(code)) return { kind: 'wrong_version', message };
  return { kind: code === undefined ? 'no_answer' : 'failed', message };
}

interface SessionFacts {
  readonly version: MqttVersion;
  readonly receiveMaximum: number;
  isOver(): boolean;
}

function buildSession(client: MqttClient, { version, receiveMaximum, isOver }: SessionFacts): BrokerSession {
  // A lost connection makes mqtt.js answer for the broker; those answers are not passed on.
  const answer = (done: (error: Error | null) => void) => (error?: Error | null) => {
    if (!isOver()) done(error ?? null);
  };
  return {
    version,
    receiveMaximum,
    publish: ({ topic, payload, isRetained }, done) =>
      void client.publish(topic, payload, { qos: 1, retain: isRetained }, answer(done)),
    subscribe: (filters, done) => {
      const wishes = version === 5 ? { qos: 1 as const, nl: true, rap: true } : { qos: 1 as const };
      client.subscribe([...filters], wishes, answer(done));
    },
    end: () => sayGoodbye(client),
  };
}

function sayGoodbye(client: MqttClient): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      discard(client);
      resolve();
    }, goodbyeTimeoutMs);
    client.end(false, () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** `end` does nothing on a client that is ending already, so the socket is closed as well. */
function discard(client: MqttClient): void {
  client.end(true);
  client.stream.destroy();
}
