import type { Clock } from '../core/clock';
import type { BurninEvent } from '../core/views';
import type { Store } from '../store/open-store';
import type { Bus } from './bus';
import type { BurninEvents } from './burnin';

export type LogLevel = 'info' | 'warn' | 'error';

/** What every part of one engine shares. */
export interface EngineBase {
  readonly nas: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly bus: Bus<BurninEvents>;
  readonly log: (level: LogLevel, text: string) => void;
}

/** An error in words. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Stores an event, then tells it: what is on the bus can always be looked up later. */
export function recordEvent(base: EngineBase, event: Omit<BurninEvent, 'at'>): void {
  const stamped = { at: base.clock.now(), ...event };
  base.store.events.append(stamped);
  base.bus.emit('event', stamped);
}

/** Who started a run: this installation, for this NAS. */
export function buildOwner({ store, nas }: EngineBase): string {
  return `${store.installation.id()}.${nas}`;
}
