import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { Aedes } from 'aedes';
import type { MqttLinkOptions } from '../../dist/lib/mqtt/open-mqtt-link.js';
import { shareEmbeddedBroker } from '../../dist/lib/mqtt/share-embedded-broker.js';
import { needMosquitto, openMosquitto } from '../support/mosquitto.mts';
import { openMqttWatcher, type MqttWatcher } from '../support/mqtt-watcher.mts';
import { connected, openLink, watchRejections, type TestLink } from './open-link.mts';

/** A broker to test with. */
export interface Bench {
  /** For third parties. */
  readonly url: string;
  /** For the link; null for the embedded broker. */
  readonly linkUrl: string | null;
  readonly version: string;
  close(): Promise<void>;
}

const benches: Record<string, () => Promise<Bench>> = {
  async 'the embedded broker'() {
    const shared = await shareEmbeddedBroker(0);
    assert.ok(shared.ok);
    const url = `mqtt://127.0.0.1:${shared.broker.port}`;
    return { url, linkUrl: null, version: '3.1.1', close: () => shared.broker.release() };
  },
  async 'an external broker without MQTT 5'() {
    const aedes = await Aedes.createBroker();
    const server = createServer(aedes.handle).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const close = async () => {
      await new Promise<void>((resolve) => aedes.close(resolve));
      server.close();
    };
    return { url, linkUrl: url, version: '3.1.1', close };
  },
  async Mosquitto() {
    const broker = await openMosquitto();
    return { url: broker.url, linkUrl: broker.url, version: '5', close: () => broker.close() };
  },
};

/** What a test has at hand. */
export interface Room {
  readonly bench: Bench;
  readonly watcher: MqttWatcher;
  /** A link of NAS `nas1` that is up; closed after the test. */
  open(options?: Partial<MqttLinkOptions>): Promise<TestLink>;
}

/** Describes the same behaviour once per kind of broker; each test has a fresh broker and a third party on it. */
export function describeOnBrokers(title: string, define: (room: () => Room) => void): void {
  for (const [name, openBench] of Object.entries(benches)) {
    describe(`${title} ${name}`, () => {
      let room: Room | null = null;
      let links: TestLink[] = [];
      let rejections: ReturnType<typeof watchRejections>;
      before(function () {
        if (name === 'Mosquitto') needMosquitto(this);
      });
      beforeEach(async () => {
        rejections = watchRejections();
        links = [];
        const bench = await openBench();
        const open = (options: Partial<MqttLinkOptions> = {}) => {
          const link = openLink({ url: bench.linkUrl }, options);
          links.push(link);
          return connected(link);
        };
        room = { bench, open, watcher: await openMqttWatcher(bench.url) };
      });
      afterEach(async () => {
        for (const link of links) await link.close();
        await room?.watcher.close();
        await room?.bench.close();
        rejections.close();
        assert.deepEqual(rejections.seen, []);
      });
      define(() => {
        if (room === null) throw new Error('only inside of a test');
        return room;
      });
    });
  }
}
