import path from 'node:path';
import type { Clock } from '../core/clock';
import { UnreachableError } from '../core/refusal';
import type { MqttSettings, Settings } from '../core/settings';
import type { Burnin } from './burnin';
import { openBurnin } from './open-burnin';
import { systemClock } from './system-clock';

/** What an engine is opened with. */
export type OpenOptions = Parameters<typeof openBurnin>[0];

/** What a controller node wants: the engine of these settings, kept under the node's id. */
export interface BurninWish {
  readonly id: string;
  readonly settings: Settings;
  log(level: 'info' | 'warn' | 'error', text: string): void;
  /** Called at once when the engine is there or can be opened now, else when the one before it has closed. */
  ready(burnin: Burnin): void;
  /** The engine cannot be opened just now; it is tried again until that ends or the wish is withdrawn. */
  waiting(error: UnreachableError): void;
  /** The engine could not be opened. Called instead of `ready`. */
  failed(error: unknown): void;
  /** Opens an engine; the real one unless a test brings its own. */
  readonly open?: (options: OpenOptions) => Burnin;
  /** Time between attempts; the real one unless a test brings its own. */
  readonly clock?: Clock;
}

/** Long enough for a restart of what holds the database, short enough for whoever waits at the screen. */
const firstRetryMs = 2_000;
const longestRetryMs = 30_000;

interface Place {
  engine: { readonly burnin: Burnin; readonly settings: Settings } | null;
  /** Settles, never rejects, when the engine before has let go of its database and ports. */
  closing: Promise<void> | null;
}

/** Two installed copies of this package share one map; two engines on one database would fight over its jobs. */
const key = Symbol.for('@nas-burnin/node-red-dashboard-2-burnin/engines@1');
const shared = globalThis as unknown as Record<symbol, Map<string, Place> | undefined>;
const places = (shared[key] ??= new Map<string, Place>());

/**
 * Gets or makes the engine of a controller. Same settings, same engine; changed settings close the old one first.
 * Returns the function that withdraws a wish still waiting; it leaves an engine that is there alone.
 */
export function shareBurnin(given: BurninWish): () => void {
  // One directory has many names: `./data`, `/x/data`, `/x/data/`.
  const dataDir = path.resolve(given.settings.dataDir);
  const wish = { ...given, settings: { ...given.settings, dataDir } };
  const place = places.get(wish.id) ?? { engine: null, closing: null };
  places.set(wish.id, place);
  if (place.engine && !isSame(place.engine.settings, wish.settings)) closePlace(place, wish);
  const withdrawn = new AbortController();
  pursue(place, wish, withdrawn.signal).catch((error: unknown) => {
    if (!withdrawn.signal.aborted) wish.log('error', `The engine cannot be given out: ${String(error)}`);
  });
  return () => withdrawn.abort(new Error('withdrawn'));
}

/** Begins at once when nothing is in the way. Rejects when the wish is withdrawn. */
async function pursue(place: Place, wish: BurninWish, signal: AbortSignal): Promise<void> {
  for (let delayMs = firstRetryMs; ; delayMs = Math.min(2 * delayMs, longestRetryMs)) {
    while (place.closing !== null) await place.closing;
    signal.throwIfAborted();
    if (serve(place, wish) === 'done') return;
    await (wish.clock ?? systemClock).wait(delayMs, signal);
  }
}

/** The engine of a controller, or null while there is none. */
export function findBurnin(id: string): Burnin | null {
  return places.get(id)?.engine?.burnin ?? null;
}

/** Ends the engine of a removed controller; resolves once it has closed, also when closing failed. */
export async function releaseBurnin(id: string, log: BurninWish['log']): Promise<void> {
  const place = places.get(id);
  if (!place) return;
  closePlace(place, { log });
  await place.closing;
  if (place.engine === null && place.closing === null) places.delete(id);
}

/** Ends every engine of the process, for an orderly exit. */
export async function releaseAllBurnins(log: BurninWish['log']): Promise<void> {
  await Promise.all([...places.keys()].map((id) => releaseBurnin(id, log)));
}

function serve(place: Place, wish: BurninWish): 'done' | 'again' {
  places.set(wish.id, place);
  try {
    place.engine ??= { burnin: open(place, wish), settings: wish.settings };
  } catch (error) {
    if (error instanceof UnreachableError) {
      wish.waiting(error);
      return 'again';
    }
    wish.failed(error);
    return 'done';
  }
  wish.ready(place.engine.burnin);
  return 'done';
}

function open(own: Place, wish: BurninWish): Burnin {
  const { settings, log } = wish;
  for (const place of places.values()) {
    const obstacle = place === own || !place.engine ? null : findClash(place.engine.settings, settings);
    if (obstacle !== null) throw new Error(obstacle);
  }
  return (wish.open ?? openBurnin)({ settings, log });
}

function closePlace(place: Place, { log }: Pick<BurninWish, 'log'>): void {
  const burnin = place.engine?.burnin;
  if (!burnin) return;
  place.engine = null;
  const closing = burnin
    .close()
    .catch((error: unknown) => log('error', `Closing the engine failed: ${String(error)}`))
    .then(() => {
      if (place.closing === closing) place.closing = null;
    });
  place.closing = closing;
}

function isSame(a: Settings, b: Settings): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Why the second of two engines must not open: two of one name would share a database, or answer on each other's topics. */
function findClash(first: Settings, second: Settings): string | null {
  const { nas, dataDir } = second;
  if (first.nas !== nas) return null;
  if (first.dataDir === dataDir) {
    return `Another burn-in controller already serves the NAS "${nas}" from ${dataDir}. Keep one of the two.`;
  }
  if (!hasSameBroker(first.mqtt, second.mqtt)) return null;
  return `Another burn-in controller already publishes a NAS called "${nas}" on this broker. Give one of the two another name.`;
}

function hasSameBroker(a: MqttSettings, b: MqttSettings): boolean {
  return a.url === b.url && (a.url !== null || a.embeddedPort === b.embeddedPort);
}
