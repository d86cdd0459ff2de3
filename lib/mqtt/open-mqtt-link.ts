import { randomBytes } from 'node:crypto';
import { buildEventPayload, buildResponse } from '../core/build-payloads';
import { buildTopics, type NasTopics } from '../core/topics';
import type { Clock } from '../core/clock';
import type { MqttSettings } from '../core/settings';
import type { Answer, BurninEvent, DriveView, NasView } from '../core/views';
import type { ArrivedMessage } from './broker-message';
import { openBrokerConnection, type BrokerConnection, type ConnectionState } from './open-broker-connection';
import { Outbox } from './outbox';
import { buildRequestReader, type MqttRequest, type RequestReader } from './read-request';
import type { BrokerSession } from './run-broker-session';
import { buildStatePublisher, type StatePublisher } from './state-publisher';

/** One NAS on MQTT. Every method returns at once and none throws, whatever the broker does. */
export interface MqttLink {
  publishNas(view: NasView): void;
  publishDrive(view: DriveView): void;
  /** Deletes the retained topics of a drive. */
  removeDrive(serial: string): void;
  publishEvent(event: BurninEvent): void;
  respond(answer: Answer): void;
  readonly state: ConnectionState;
  /** Plain words on the connection, without secrets. */
  readonly message: string;
  /** Calls back after each change of state or message; returns the function that ends that. */
  onChange(listener: () => void): () => void;
  /** Publishes `offline` and ends, within about two seconds also when the broker is dead. */
  close(): Promise<void>;
}

export interface MqttLinkOptions {
  readonly nas: string;
  readonly settings: MqttSettings;
  readonly clock: Clock;
  onRequest(request: MqttRequest): void;
  /** What an operator may want to read in the log. */
  onNoise?(text: string): void;
  /** How long a broker may take to accept a connection. */
  readonly answerTimeoutMs?: number;
}

const flushTimeoutMs = 1_000;
const defaultAnswerTimeoutMs = 10_000;

/**
 * Opens the link of one NAS and connects in the background: to the broker of the settings, or to the embedded one,
 * which it starts unless another link did. After each connection everything retained is sent again, so that a broker
 * that lost its memory is right at once.
 */
export function openMqttLink(options: MqttLinkOptions): MqttLink {
  return new Link(options);
}

class Link implements MqttLink {
  state: ConnectionState = 'connecting';
  message = 'connecting to the broker';
  private readonly topics: NasTopics;
  private readonly outbox: Outbox;
  private readonly publisher: StatePublisher;
  private readonly reader: RequestReader;
  private readonly connection: BrokerConnection;
  private readonly listeners = new Set<() => void>();
  private readonly onNoise: (text: string) => void;
  private closed: Promise<void> | null = null;

  constructor({
    nas,
    settings,
    clock,
    onRequest,
    onNoise = () => undefined,
    answerTimeoutMs,
  }: MqttLinkOptions) {
    this.topics = buildTopics(nas);
    this.onNoise = onNoise;
    this.outbox = new Outbox(clock, (count) =>
      onNoise(`${count} old events and answers were dropped for newer ones`),
    );
    this.outbox.retain(this.topics.status, 'online');
    this.publisher = buildStatePublisher({ topics: this.topics, clock, outbox: this.outbox });
    this.reader = buildRequestReader({
      nas,
      outbox: this.outbox,
      onRequest: (request) => this.guard(() => onRequest(request)),
      onNoise,
    });
    this.connection = openBrokerConnection({
      settings,
      clock,
      clientId: `burnin-${randomBytes(8).toString('hex')}`,
      statusTopic: this.topics.status,
      answerTimeoutMs: answerTimeoutMs ?? defaultAnswerTimeoutMs,
      onUp: (session) => this.enter(session),
      onDown: () => this.outbox.detach(),
      onMessage: (arrived) => this.read(arrived),
      onState: (state, message) => this.change(state, message),
    });
  }

  publishNas(view: NasView): void {
    this.publisher.publishNas(view);
  }

  publishDrive(view: DriveView): void {
    this.publisher.publishDrive(view);
  }

  removeDrive(serial: string): void {
    this.publisher.removeDrive(serial);
  }

  publishEvent(event: BurninEvent): void {
    const topic = event.serial === null ? this.topics.event : this.topics.drive(event.serial).event;
    this.outbox.send({ topic, payload: JSON.stringify(buildEventPayload(event)), isRetained: false });
  }

  respond(answer: Answer): void {
    const payload = JSON.stringify(buildResponse(answer));
    this.outbox.send({ topic: this.topics.response, payload, isRetained: false });
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  close(): Promise<void> {
    return (this.closed ??= this.shutDown());
  }

  private async shutDown(): Promise<void> {
    this.outbox.retain(this.topics.status, 'offline');
    await Promise.race([this.outbox.flush(), elapse(flushTimeoutMs)]);
    await this.connection.close();
  }

  private enter(session: BrokerSession): void {
    this.outbox.attach(session);
    this.reader.restart(session.version);
    session.subscribe(this.topics.requests, (error) => {
      if (error !== null) this.change('connected', 'the broker does not let this user subscribe to requests');
    });
    // Only to notice what `mendStatus` mends; a broker that forbids it forbids no burn-in.
    session.subscribe([this.topics.status], () => undefined);
  }

  private read(arrived: ArrivedMessage): void {
    if (arrived.topic === this.topics.status) this.mendStatus(Buffer.from(arrived.payload).toString());
    else this.reader.read(arrived);
  }

  /** An older connection's will, which the broker noticed late, would leave us `offline` for ever. */
  private mendStatus(status: string): void {
    if (status === 'offline' && this.closed === null) this.outbox.resend(this.topics.status);
  }

  /** Thrown on, a listener's bug would end the process from inside the client's socket handler. */
  private guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.onNoise(`a listener failed: ${error instanceof Error ? error.message : 'unknown error'}`);
    }
  }

  private change(state: ConnectionState, message: string): void {
    if (this.state === state && this.message === message) return;
    this.state = state;
    this.message = message;
    for (const listener of this.listeners) this.guard(listener);
  }
}

/** A bound on I/O, hence by the machine's time and not by the clock of the rules. */
function elapse(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
