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

/** What happened, before it is stamped with the time. */
export type NewEvent = Omit<BurninEvent, 'at'>;

/** Stores an event, then tells it: what is on the bus can always be looked up later. */
export function recordEvent(base: EngineBase, event: NewEvent): void {
  recordEvents(base, [event]);
}

/** Stores events in one write, then tells them. */
export function recordEvents(base: EngineBase, events: readonly NewEvent[]): void {
  recordChange(base, () => ({ result: null, events }));
}

/** Makes a change and stores the events that tell of it, both or none; then tells them. */
export function recordChange<T>(
  base: EngineBase,
  change: () => { readonly result: T; readonly events: readonly NewEvent[] },
): T {
  const at = base.clock.now();
  const { result, events } = base.store.inOneWrite(() => {
    const done = change();
    for (const event of done.events) base.store.events.append({ at, ...event });
    return done;
  });
  for (const event of events) base.bus.emit('event', { at, ...event });
  return result;
}

/** Does what must not stop what comes after it; a failure is logged. */
export function attempt(base: EngineBase, what: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    base.log('error', `${what}: ${describeError(error)}`);
  }
}

/** Who started a run: this installation, for this NAS. */
export function buildOwner({ store, nas }: EngineBase): string {
  return `${store.installation.id()}.${nas}`;
}
