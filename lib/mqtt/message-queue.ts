import type { OutgoingMessage } from './broker-message';

/** Messages that are sent once, in order: events, answers, deletions. */
export interface MessageQueue {
  push(message: OutgoingMessage): void;
  /** The oldest message that waits, counted as in flight from now on. */
  take(): OutgoingMessage | null;
  /** The broker has answered for a message that was taken; also a refusal settles it. */
  settle(message: OutgoingMessage): void;
  /** A new connection: what was in flight is sent again, since nobody knows whether it arrived. */
  restart(): void;
  isEmpty(): boolean;
  /** How many old messages gave way to newer ones since the last call. */
  takeDropCount(): number;
}

/** Builds a queue of at most `limit` waiting messages; the oldest give way. */
export function buildMessageQueue(limit: number): MessageQueue {
  let waiting: OutgoingMessage[] = [];
  const inFlight = new Set<OutgoingMessage>();
  let dropCount = 0;
  const trim = () => {
    const surplus = Math.max(0, waiting.length - limit);
    waiting.splice(0, surplus);
    dropCount += surplus;
  };
  return {
    push(message) {
      waiting.push(message);
      trim();
    },
    take() {
      const message = waiting.shift() ?? null;
      if (message !== null) inFlight.add(message);
      return message;
    },
    settle: (message) => void inFlight.delete(message),
    restart() {
      waiting = [...inFlight, ...waiting];
      inFlight.clear();
      trim();
    },
    isEmpty: () => waiting.length === 0,
    takeDropCount() {
      const count = dropCount;
      dropCount = 0;
      return count;
    },
  };
}
