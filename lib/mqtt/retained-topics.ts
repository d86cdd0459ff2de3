import type { OutgoingMessage } from './broker-message';

/** How often a topic may be sent. */
export interface Pace {
  /** A change of this text is sent at once; anything else waits for its turn. */
  readonly urgentKey: string;
  readonly everyMs: number;
}

interface Slot {
  wanted: string;
  pace: Pace | null;
  /** What this connection carried last; null before. */
  sent: string | null;
  sentKey: string | null;
  sentAt: number;
  isInFlight: boolean;
}

/**
 * What should be retained, and what the broker has of it. It holds one payload per topic, however long the broker is
 * away, and gives out no bytes that the present connection has carried already.
 */
export class RetainedTopics {
  private readonly slots = new Map<string, Slot>();
  /** Topics whose wanted payload is not what was sent, in the order of their first change. */
  private readonly dirty = new Set<string>();
  private isHurried = false;

  set(topic: string, payload: string, pace: Pace | null = null): void {
    const slot = this.slotOf(topic);
    slot.wanted = payload;
    slot.pace = pace;
    this.mark(topic, slot);
  }

  /** Deletes the topic on the broker, and here once the broker has taken that. */
  remove(topic: string): void {
    this.set(topic, '');
  }

  /** The next message that is due, counted as in flight from now on; null when nothing is. */
  take(now: number): OutgoingMessage | null {
    for (const topic of this.dirty) {
      const slot = this.slotOf(topic);
      if (!slot.isInFlight && this.isDue(slot, now)) return this.send(topic, slot, now);
    }
    return null;
  }

  /** The broker has answered for a message that was taken; also a refusal settles it. */
  settle(topic: string): void {
    const slot = this.slotOf(topic);
    slot.isInFlight = false;
    if (slot.wanted === '' && slot.sent === '') this.slots.delete(topic);
  }

  /** When the next message is due (milliseconds since the epoch, -Infinity for at once); null when none waits. */
  nextDueAt(): number | null {
    const waiting = [...this.dirty].map((topic) => this.slotOf(topic)).filter((slot) => !slot.isInFlight);
    return waiting.length === 0 ? null : Math.min(...waiting.map((slot) => this.dueAt(slot)));
  }

  /** Sends one topic once more. */
  resend(topic: string): void {
    const slot = this.slotOf(topic);
    slot.sent = null;
    this.mark(topic, slot);
  }

  /** A new connection: the broker may have lost everything. */
  restart(): void {
    this.dirty.clear();
    for (const [topic, slot] of this.slots) {
      slot.sent = null;
      slot.isInFlight = false;
      this.dirty.add(topic);
    }
  }

  /** From now on no pace counts. */
  hurry(): void {
    this.isHurried = true;
  }

  private slotOf(topic: string): Slot {
    const known = this.slots.get(topic);
    if (known !== undefined) return known;
    const slot = { wanted: '', pace: null, sent: null, sentKey: null, sentAt: 0, isInFlight: false };
    this.slots.set(topic, slot);
    return slot;
  }

  private mark(topic: string, slot: Slot): void {
    if (slot.wanted === slot.sent) this.dirty.delete(topic);
    else this.dirty.add(topic);
  }

  /** Sent in the future means that the clock was set back: nobody knows how long ago it was, so it may go. */
  private isDue(slot: Slot, now: number): boolean {
    return slot.sentAt > now || this.dueAt(slot) <= now;
  }

  private dueAt({ pace, sent, sentKey, sentAt }: Slot): number {
    const mayGoNow = this.isHurried || pace === null || sent === null || sentKey !== pace.urgentKey;
    return mayGoNow ? -Infinity : sentAt + pace.everyMs;
  }

  private send(topic: string, slot: Slot, now: number): OutgoingMessage {
    slot.isInFlight = true;
    slot.sent = slot.wanted;
    slot.sentKey = slot.pace?.urgentKey ?? null;
    slot.sentAt = now;
    this.dirty.delete(topic);
    return { topic, payload: slot.wanted, isRetained: true };
  }
}
