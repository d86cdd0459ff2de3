import { connectAsync, type IClientOptions } from 'mqtt';

/** A message as a third party sees it. */
export interface SeenMessage {
  readonly topic: string;
  readonly payload: string;
  readonly isRetained: boolean;
}

/** A third party on the broker, by another client than the one under test. */
export interface MqttWatcher {
  /** Everything received so far, in order. */
  readonly seen: readonly SeenMessage[];
  /** The payloads of one topic, in order. */
  payloads(topic: string): readonly string[];
  /** The newest payload of a topic that satisfies `isMet`, waiting for it for some seconds. */
  waitFor(topic: string, isMet?: (payload: string) => boolean): Promise<string>;
  publish(topic: string, payload: string | Buffer, options?: { retain?: boolean }): Promise<void>;
  close(): Promise<void>;
}

/** Connects with MQTT 3.1.1, unless told otherwise, and subscribes to everything. */
export async function openMqttWatcher(url: string, options: IClientOptions = {}): Promise<MqttWatcher> {
  const client = await connectAsync(url, { protocolVersion: 4, reconnectPeriod: 100, ...options });
  const seen: SeenMessage[] = [];
  client.on('error', () => undefined);
  client.on('message', (topic, payload, packet) => {
    seen.push({ topic, payload: payload.toString(), isRetained: packet.retain });
  });
  await client.subscribeAsync('#', { qos: 1 });
  const payloads = (topic: string) => seen.filter((message) => message.topic === topic).map((m) => m.payload);
  return {
    seen,
    payloads,
    async waitFor(topic, isMet = () => true) {
      const found = () => payloads(topic).findLast(isMet);
      await waitUntil(
        () => found() !== undefined,
        `a message on ${topic}`,
        () => JSON.stringify(payloads(topic)),
      );
      return found() ?? '';
    },
    async publish(topic, payload, { retain = false } = {}) {
      await client.publishAsync(topic, payload, { qos: 1, retain });
    },
    close: () => client.endAsync(true),
  };
}

/** Waits until a condition holds, up to eight seconds; the error says what was awaited and what was there. */
export async function waitUntil(
  isMet: () => boolean,
  what: string,
  describe: () => string = () => '',
): Promise<void> {
  const deadline = Date.now() + 8000;
  while (!isMet()) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what} ${describe()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
