import assert from 'node:assert/strict';
import { createConnection, createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { openEmbeddedBroker } from '../../dist/lib/mqtt/open-embedded-broker.js';
import { shareEmbeddedBroker } from '../../dist/lib/mqtt/share-embedded-broker.js';
import { openMqttWatcher, waitUntil } from '../support/mqtt-watcher.mts';
import { findFreePort } from '../support/mosquitto.mts';
import { connected, openLink } from './open-link.mts';

async function occupy(): Promise<{ server: Server; port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

describe('the embedded broker', () => {
  it('listens on loopback and closes with clients and silent connections on it', async () => {
    const result = await openEmbeddedBroker(0);
    assert.ok(result.ok);
    const watcher = await openMqttWatcher(`mqtt://127.0.0.1:${result.broker.port}`, { reconnectPeriod: 0 });
    const silent = createConnection({ port: result.broker.port, host: '127.0.0.1' });
    silent.on('error', () => undefined);
    await once(silent, 'connect');
    const ended = once(silent, 'close');
    await result.broker.close();
    await ended;
    await watcher.close();
  });

  it('turns a port in use into a message', async () => {
    const { server, port } = await occupy();
    const result = await openEmbeddedBroker(port);
    server.close();
    assert.ok(!result.ok);
    assert.match(result.message, new RegExp(`port ${port} .* in use`));
  });

  it('leaves the link disconnected while its port is in use, and starts once it is free', async () => {
    const { server, port } = await occupy();
    const link = openLink({ embeddedPort: port });
    await waitUntil(() => link.state === 'disconnected', 'a failure');
    assert.match(link.message, /in use by another program/);
    server.close();
    await connected(link);
    await link.close();
  });
});

describe('the shared embedded broker', () => {
  it('is one for all who ask for a port, and closes with the last', async () => {
    const port = await findFreePort();
    const [first, second] = await Promise.all([shareEmbeddedBroker(port), shareEmbeddedBroker(port)]);
    assert.ok(first.ok && second.ok);
    assert.equal(first.broker.port, port);
    await first.broker.release();
    await first.broker.release();
    const watcher = await openMqttWatcher(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 });
    await watcher.close();
    await second.broker.release();
    await assert.rejects(openMqttWatcher(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 }));
  });

  it('can be had again while it closes', async () => {
    const port = await findFreePort();
    const first = await shareEmbeddedBroker(port);
    assert.ok(first.ok);
    const releasing = first.broker.release();
    const second = await shareEmbeddedBroker(port);
    await releasing;
    assert.ok(second.ok);
    await second.broker.release();
  });

  it('can be had once a failed attempt is over', async () => {
    const { server, port } = await occupy();
    assert.equal((await shareEmbeddedBroker(port)).ok, false);
    server.close();
    await once(server, 'close');
    const result = await shareEmbeddedBroker(port);
    assert.ok(result.ok);
    await result.broker.release();
  });

  it('serves the links of two NAS and outlives the first', async () => {
    const port = await findFreePort();
    const one = await connected(openLink({ embeddedPort: port }));
    const two = await connected(openLink({ embeddedPort: port }, { nas: 'nas2' }));
    const watcher = await openMqttWatcher(`mqtt://127.0.0.1:${port}`);
    await watcher.waitFor('burnin/nas1/status', (status) => status === 'online');
    await one.close();
    await watcher.waitFor('burnin/nas1/status', (status) => status === 'offline');
    assert.equal(await watcher.waitFor('burnin/nas2/status'), 'online');
    await watcher.close();
    await two.close();
  });
});
