import { openEmbeddedBroker, type EmbeddedBrokerResult } from './open-embedded-broker';

/** One engine's hold on the embedded broker. */
export interface SharedBroker {
  readonly port: number;
  /** The last one to let go closes the broker. May be called more than once. */
  release(): Promise<void>;
}

export type SharedBrokerResult =
  { readonly ok: true; readonly broker: SharedBroker } | { readonly ok: false; readonly message: string };

interface Entry {
  holders: number;
  readonly opening: Promise<EmbeddedBrokerResult>;
  closing: Promise<void> | null;
}

/** Process-wide, so that engines of several NAS share a port even when this package is loaded twice. */
const registryKey = Symbol.for('@nas-burnin/embedded-brokers/1');

function readRegistry(): Map<number, Entry> {
  const known: unknown = Reflect.get(globalThis, registryKey);
  if (known instanceof Map) return known as Map<number, Entry>;
  const registry = new Map<number, Entry>();
  Reflect.set(globalThis, registryKey, registry);
  return registry;
}

/** Opens the embedded broker of a port, or joins those that use it already. */
export async function shareEmbeddedBroker(port: number): Promise<SharedBrokerResult> {
  const entries = readRegistry();
  for (let old = entries.get(port)?.closing; old; old = entries.get(port)?.closing) await old;
  const entry = entries.get(port) ?? { holders: 0, opening: openEmbeddedBroker(port), closing: null };
  entries.set(port, entry);
  entry.holders++;
  const result = await entry.opening;
  if (!result.ok) {
    if (entries.get(port) === entry) entries.delete(port);
    return result;
  }
  const letGo = () => {
    entry.holders--;
    if (entry.holders === 0) entry.closing = result.broker.close().finally(() => entries.delete(port));
    return entry.closing ?? Promise.resolve();
  };
  let released: Promise<void> | null = null;
  const release = () => (released ??= letGo());
  return { ok: true, broker: { port: result.broker.port, release } };
}
