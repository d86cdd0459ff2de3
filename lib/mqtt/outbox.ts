import type { Clock } from '../core/clock';
import { Alarm } from './alarm';
import type { OutgoingMessage } from './broker-message';
import { buildMessageQueue } from './message-queue';
import type { BrokerSession } from './run-broker-session';
import { RetainedTopics, type Pace } from './retained-topics';

/** Events and answers kept while the broker is away. */
export const maxQueued = 300;
/** A broker that stops answering holds up at most this many messages, and mqtt.js keeps no more of them. */
const maxInFlight = 16;

interface Connection {
  readonly session: BrokerSession;
  readonly window: number;
  inFlight: number;
}

/** Everything that waits for the broker. Its memory is bounded, however long the broker is away. */
export class Outbox {
  private readonly clock: Clock;
  private readonly onDropped: (count: number) => void;
  private readonly retained = new RetainedTopics();
  private readonly queue = buildMessageQueue(maxQueued);
  private readonly alarm: Alarm;
  private readonly idleListeners = new Set<() => void>();
  private connection: Connection | null = null;

  /** `onDropped` is told on reconnection how many events and answers had to give way. */
  constructor(clock: Clock, onDropped: (count: number) => void) {
    this.clock = clock;
    this.onDropped = onDropped;
    this.alarm = new Alarm(clock, () => this.pump());
  }

  retain(topic: string, payload: string, pace: Pace | null = null): void {
    this.retained.set(topic, payload, pace);
    this.pump();
  }

  /** Deletes a retained topic. */
  remove(topic: string): void {
    this.retained.remove(topic);
    this.pump();
  }

  /** Sends a retained topic although it has not changed. */
  resend(topic: string): void {
    this.retained.resend(topic);
    this.pump();
  }

  /** Sends once; the oldest give way when too many wait. */
  send(message: OutgoingMessage): void {
    this.queue.push(message);
    this.pump();
  }

  /** A connection is up: sends all retained topics, then what waits. */
  attach(session: BrokerSession): void {
    this.retained.restart();
    this.queue.restart();
    this.connection = { session, window: Math.min(maxInFlight, session.receiveMaximum), inFlight: 0 };
    const dropCount = this.queue.takeDropCount();
    if (dropCount > 0) this.onDropped(dropCount);
    this.pump();
  }

  /** The connection is gone. */
  detach(): void {
    this.connection = null;
    this.alarm.cancel();
    this.tellIdle();
  }

  /** From now on nothing is held back by its pace. Resolves when the broker has taken everything, or is away. */
  flush(): Promise<void> {
    return new Promise((resolve) => {
      this.retained.hurry();
      this.idleListeners.add(resolve);
      if (this.connection === null) this.tellIdle();
      else this.pump();
    });
  }

  private pump(): void {
    const to = this.connection;
    if (to === null) return;
    while (to.inFlight < to.window && this.sendNext(to));
    const dueAt = this.retained.nextDueAt();
    if (dueAt !== null && dueAt > -Infinity) this.alarm.set(dueAt);
    if (to.inFlight === 0 && dueAt === null && this.queue.isEmpty()) this.tellIdle();
  }

  private sendNext(to: Connection): boolean {
    const state = this.retained.take(this.clock.now());
    if (state !== null) {
      this.transmit(to, state, () => this.retained.settle(state.topic));
      return true;
    }
    const message = this.queue.take();
    if (message !== null) this.transmit(to, message, () => this.queue.settle(message));
    return message !== null;
  }

  private transmit(to: Connection, message: OutgoingMessage, settle: () => void): void {
    to.inFlight++;
    to.session.publish(message, () => {
      if (this.connection !== to) return;
      to.inFlight--;
      settle();
      this.pump();
    });
  }

  private tellIdle(): void {
    for (const listener of this.idleListeners) listener();
    this.idleListeners.clear();
  }
}
