import assert from 'node:assert/strict';
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import path from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { maxQueued } from '../../dist/lib/mqtt/outbox.js';
import {
  findFreePort,
  needMosquitto,
  needProgram,
  openMosquitto,
  type Mosquitto,
} from '../support/mosquitto.mts';
import { openMqttWatcher, waitUntil } from '../support/mqtt-watcher.mts';
import { sampleDriveView, sampleNasView, sampleNow } from '../support/sample-views.mts';
import { StillClock } from './clocks.mts';
import { connected, openLink, watchRejections } from './open-link.mts';

const drive = 'burnin/nas1/drive/ZL2ABC12';

describe('a link in trouble', () => {
  let rejections: ReturnType<typeof watchRejections>;
  let broker: Mosquitto | null;
  beforeEach(() => {
    broker = null;
    rejections = watchRejections();
  });
  afterEach(async () => {
    await broker?.close();
    rejections.close();
    assert.deepEqual(rejections.seen, []);
  });

  it('says so when nothing listens, and closes at once', async () => {
    const link = openLink({ url: `mqtt://127.0.0.1:${await findFreePort()}` });
    await waitUntil(() => link.state === 'disconnected', 'a failure');
    assert.match(link.message, /nothing listens at mqtt:\/\/127\.0\.0\.1/);
    link.publishDrive(sampleDriveView());
    await link.close();
  });

  it('says so when a broker accepts but never answers, and closes meanwhile', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      sockets.push(socket);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const link = openLink({ url }, { answerTimeoutMs: 50 });
    await waitUntil(() => link.state === 'disconnected', 'a failure');
    assert.match(link.message, /does not answer/);
    await waitUntil(() => sockets.length >= 2, 'a second attempt');
    await link.close();
    const patient = openLink({ url });
    await waitUntil(() => sockets.length >= 3, 'an attempt');
    await patient.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  it('says so when the URL is none, without repeating it', async () => {
    const link = openLink({ url: 'ftp://user:hunter2@host' });
    await waitUntil(() => link.state === 'disconnected', 'a failure');
    assert.match(link.message, /not one with mqtt/);
    assert.doesNotMatch(link.messages.join(), /hunter2/);
    await link.close();
  });

  it('keeps the newest events while there is no broker, and tells how many it dropped', async function () {
    needMosquitto(this);
    broker = await openMosquitto();
    await broker.kill();
    const clock = new StillClock(sampleNow);
    const link = openLink({ url: broker.url }, { clock });
    await waitUntil(() => link.state === 'disconnected', 'a failure');
    const count = maxQueued + 20;
    for (let i = 0; i < count; i++) {
      link.publishEvent({ at: sampleNow, type: 'drive_hot', serial: null, job: null, message: `event ${i}` });
    }
    await broker.start();
    const watcher = await openMqttWatcher(broker.url);
    clock.move(1000);
    await watcher.waitFor('burnin/nas1/event', (payload) => payload.includes(`event ${count - 1}"`));
    assert.equal(watcher.payloads('burnin/nas1/event').length, maxQueued);
    assert.match(watcher.payloads('burnin/nas1/event')[0] ?? '', /event 20"/);
    assert.deepEqual(link.noise, ['20 old events and answers were dropped for newer ones']);
    await watcher.close();
    await link.close();
  });

  it('refuses a wrong password without a crash and without naming it', async function () {
    needMosquitto(this);
    broker = await openMosquitto({ username: 'burnin', password: 'right-one' });
    const link = openLink({ url: broker.url, username: 'burnin', password: 'wrong-one' });
    await waitUntil(() => link.state === 'disconnected', 'a refusal');
    assert.match(link.message, /refuses user name or password/);
    assert.doesNotMatch(link.messages.join(), /wrong-one/);
    await link.close();
  });

  it('logs in with the right password, beside or inside the URL', async function () {
    needMosquitto(this);
    broker = await openMosquitto({ username: 'burnin', password: 'right-one' });
    const beside = await connected(openLink({ url: broker.url, username: 'burnin', password: 'right-one' }));
    const inside = await connected(openLink({ url: broker.url.replace('//', '//burnin:right-one@') }));
    assert.doesNotMatch(inside.messages.join(), /right-one/);
    await Promise.all([beside.close(), inside.close()]);
  });

  it('says so when it may not subscribe to requests', async () => {
    const { Aedes } = await import('aedes');
    const strict = await Aedes.createBroker({
      authorizeSubscribe: (_client, _filter, done) => done(null, null),
    });
    const server = createServer(strict.handle).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const link = openLink({ url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}` });
    await waitUntil(() => /does not let this user subscribe/.test(link.message), 'the message');
    assert.equal(link.state, 'connected');
    await link.close();
    await new Promise<void>((resolve) => strict.close(resolve));
    server.close();
  });

  it('refuses a certificate that nobody vouches for', async function () {
    needProgram(this, '/usr/bin/openssl');
    const { key, cert } = makeCertificate();
    const server = createTlsServer({ key, cert }, (socket) => void socket.on('error', () => undefined));
    server.on('tlsClientError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const link = openLink({ url: `mqtts://127.0.0.1:${(server.address() as AddressInfo).port}` });
    await waitUntil(() => link.state === 'disconnected', 'a refusal');
    assert.match(link.message, /self-signed certificate/);
    await link.close();
    server.close();
  });

  it('closes within its bound when the broker has frozen', async function () {
    needMosquitto(this);
    broker = await openMosquitto();
    const link = await connected(openLink({ url: broker.url }));
    broker.freeze();
    for (let i = 0; i < 100; i++) link.publishDrive(sampleDriveView({ isHealthy: i % 2 === 0 }));
    await link.close();
    assert.equal(link.state, 'disconnected');
  });

  it('puts everything back after a restart of a broker that forgets', async function () {
    needMosquitto(this);
    broker = await openMosquitto();
    const link = await connected(openLink({ url: broker.url }));
    link.publishNas(sampleNasView());
    link.publishDrive(sampleDriveView());
    const before = await openMqttWatcher(broker.url, { reconnectPeriod: 0 });
    const state = await before.waitFor(`${drive}/state`);
    await before.close();
    await broker.kill();
    await waitUntil(() => link.state === 'disconnected', 'the loss');
    link.publishDrive(sampleDriveView({ isPresent: false }));
    link.respond({ ok: true, transaction: 't1', verb: 'start', serial: 'S', job: 'j', message: 'queued' });
    await broker.start();
    const after = await openMqttWatcher(broker.url);
    assert.equal(await after.waitFor('burnin/nas1/status'), 'online');
    assert.notEqual(await after.waitFor(`${drive}/state`), state);
    assert.equal(await after.waitFor(`${drive}/availability`), 'offline');
    await after.waitFor(`${drive}/attributes`);
    await after.waitFor('burnin/nas1/state');
    await after.waitFor('burnin/nas1/response');
    await after.publish('burnin/nas1/set/hold', '{}');
    await waitUntil(() => link.requests.length === 1, 'a request on the new connection');
    await after.close();
    await link.close();
  });

  it('sends again the answers that a dying broker did not confirm', async function () {
    needMosquitto(this);
    broker = await openMosquitto();
    const clock = new StillClock(sampleNow);
    const link = await connected(openLink({ url: broker.url }, { clock }));
    broker.freeze();
    const answer = { ok: true, verb: 'start', serial: 'S', job: 'j', message: 'queued' } as const;
    for (const transaction of ['t1', 't2', 't3']) link.respond({ ...answer, transaction });
    await broker.kill();
    await waitUntil(() => link.state === 'disconnected', 'the loss');
    await broker.start();
    const watcher = await openMqttWatcher(broker.url);
    clock.move(1000);
    await watcher.waitFor('burnin/nas1/response', (payload) => payload.includes('"t3"'));
    const transactions = watcher
      .payloads('burnin/nas1/response')
      .map((payload) => (JSON.parse(payload) as { transaction: string }).transaction);
    assert.deepEqual(transactions, ['t1', 't2', 't3']);
    await watcher.close();
    await link.close();
  });

  it('leaves a will when its process is killed', async function () {
    needMosquitto(this);
    broker = await openMosquitto();
    const watcher = await openMqttWatcher(broker.url);
    const child = fork(path.join(import.meta.dirname, 'link-process.mts'), [broker.url, 'nas1']);
    await watcher.waitFor('burnin/nas1/status', (status) => status === 'online');
    child.kill('SIGKILL');
    await watcher.waitFor('burnin/nas1/status', (status) => status === 'offline');
    const late = await openMqttWatcher(broker.url);
    assert.equal(await late.waitFor('burnin/nas1/status'), 'offline');
    await late.close();
    await watcher.close();
  });
});

function makeCertificate(): { key: string; cert: string } {
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const pem = execFileSync(
    '/usr/bin/openssl',
    [...request, '-subj', '/CN=127.0.0.1', '-days', '2', '-keyout', '-', '-out', '-'],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  return { key: pem, cert: pem.slice(pem.indexOf('-----BEGIN CERTIFICATE')) };
}
