import assert from 'node:assert/strict';
import { buildTopicName } from '../../dist/lib/core/topics.js';
import { openMqttWatcher, waitUntil } from '../support/mqtt-watcher.mts';
import {
  sampleDriveView,
  sampleFacts,
  sampleJob,
  sampleJobView,
  sampleNasView,
  sampleNow,
  sampleProgress,
} from '../support/sample-views.mts';
import { StillClock } from './clocks.mts';
import { describeOnBrokers } from './describe-on-brokers.mts';

const base = 'burnin/nas1';
const drive = `${base}/drive/ZL2ABC12`;

/** A running drive with other figures. */
const ticked = (percent: number, changes: Parameters<typeof sampleProgress>[0] = {}) =>
  sampleDriveView({ job: sampleJobView({ progress: sampleProgress({ percent, ...changes }) }) });

const stateOf = (payload: string) => JSON.parse(payload) as Record<string, unknown>;

describeOnBrokers('a link to', (room) => {
  it('says in which version of MQTT it is connected', async () => {
    const link = await room().open();
    assert.match(link.message, new RegExp(`with MQTT ${room().bench.version.replaceAll('.', '\\.')}$`));
  });

  it('publishes online while it lives and offline when it is closed', async () => {
    const link = await room().open();
    await room().watcher.waitFor(`${base}/status`, (status) => status === 'online');
    await link.close();
    await room().watcher.waitFor(`${base}/status`, (status) => status === 'offline');
    assert.equal(link.state, 'disconnected');
  });

  it('retains state, attributes and availability for an MQTT 3.1.1 client that comes later', async () => {
    const link = await room().open();
    link.publishNas(sampleNasView());
    link.publishDrive(sampleDriveView());
    await room().watcher.waitFor(`${drive}/attributes`);
    await room().watcher.waitFor(`${base}/state`, (payload) => stateOf(payload)['hottest'] === 38);
    const late = await openMqttWatcher(room().bench.url);
    assert.equal(stateOf(await late.waitFor(`${drive}/state`))['serial'], 'ZL2ABC12');
    assert.equal(stateOf(await late.waitFor(`${base}/state`))['hottest'], 38);
    assert.equal(await late.waitFor(`${drive}/availability`), 'online');
    assert.deepEqual(
      late.seen.filter((message) => !message.isRetained),
      [],
    );
    await late.close();
  });

  it('can be read with MQTT 3.1.1 and sends no bytes twice', async () => {
    const link = await room().open();
    link.publishDrive(sampleDriveView());
    for (let i = 0; i < 5; i++) {
      link.publishDrive(sampleDriveView());
      link.publishNas(sampleNasView());
    }
    link.publishEvent({ at: sampleNow, type: 'job_stuck', serial: null, job: null, message: 'end mark' });
    await room().watcher.waitFor(`${base}/event`);
    for (const topic of [`${drive}/state`, `${drive}/attributes`, `${drive}/availability`, `${base}/state`]) {
      assert.equal(
        room()
          .watcher.payloads(topic)
          .filter((payload) => payload !== '').length,
        1,
        topic,
      );
    }
  });

  it('sends ticking figures at most every five seconds, newest wins, and a phase change at once', async () => {
    const clock = new StillClock(sampleNow);
    const link = await room().open({ clock });
    const percents = () =>
      room()
        .watcher.payloads(`${drive}/state`)
        .filter((payload) => payload !== '')
        .map((payload) => stateOf(payload)['phase_progress']);
    const send = (phasePercent: number, phase: 'verify_aa' | 'write_55' = 'verify_aa') =>
      link.publishDrive(ticked(20, { phasePercent, phase }));
    send(1);
    await waitUntil(() => percents().length === 1, 'the first state');
    send(2);
    send(3);
    clock.move(4999);
    send(4);
    send(5, 'write_55');
    await waitUntil(() => percents().length === 2, 'the phase change');
    send(6, 'write_55');
    send(7, 'write_55');
    await waitUntil(() => clock.waiting === 1, 'an alarm');
    clock.move(5000);
    await waitUntil(() => percents().length === 3, 'the held state');
    assert.deepEqual(percents(), [1, 5, 7]);
  });

  it('sends the end of a job at once, and what is held back when it closes', async () => {
    const link = await room().open({ clock: new StillClock(sampleNow) });
    link.publishDrive(ticked(20));
    link.publishDrive(sampleDriveView({ job: sampleJobView({ job: sampleJob({ state: 'unknown' }) }) }));
    await room().watcher.waitFor(
      `${drive}/state`,
      (payload) => stateOf(payload || '{}')['state'] === 'indeterminate',
    );
    link.publishDrive(ticked(30));
    link.publishDrive(ticked(40, { phasePercent: 99 }));
    await link.close();
    await room().watcher.waitFor(
      `${drive}/state`,
      (payload) => stateOf(payload || '{}')['phase_progress'] === 99,
    );
  });

  it('makes a drive unavailable when it is absent or the polls are stale', async () => {
    const link = await room().open();
    const availability = () =>
      room()
        .watcher.payloads(`${drive}/availability`)
        .filter((payload) => payload !== '');
    link.publishDrive(sampleDriveView());
    await waitUntil(() => availability().length === 1, 'the first');
    link.publishNas(sampleNasView({ isStale: true }));
    await waitUntil(() => availability().length === 2, 'stale');
    link.publishNas(sampleNasView());
    await waitUntil(() => availability().length === 3, 'fresh again');
    link.publishDrive(sampleDriveView({ isPresent: false }));
    await waitUntil(() => availability().length === 4, 'absent');
    assert.deepEqual(availability(), ['online', 'offline', 'online', 'offline']);
  });

  it('deletes the retained topics of a removed drive', async () => {
    const link = await room().open();
    link.publishDrive(sampleDriveView());
    await room().watcher.waitFor(`${drive}/attributes`, (payload) => payload !== '');
    link.removeDrive('ZL2ABC12');
    for (const topic of ['state', 'attributes', 'availability']) {
      await waitUntil(() => room().watcher.payloads(`${drive}/${topic}`).at(-1) === '', `an empty ${topic}`);
    }
    link.publishEvent({ at: sampleNow, type: 'drive_gone', serial: null, job: null, message: '' });
    const late = await openMqttWatcher(room().bench.url);
    await late.waitFor(`${base}/status`);
    assert.deepEqual(late.payloads(`${drive}/state`), []);
    await late.close();
  });

  it('publishes a serial number with odd characters below one clean level', async () => {
    const link = await room().open();
    const serial = 'S3Z9 NB/0K+#';
    const topic = `${base}/drive/${buildTopicName(serial)}/state`;
    link.publishDrive(sampleDriveView({ drive: sampleFacts({ serial }) }));
    assert.equal(stateOf(await room().watcher.waitFor(topic))['serial'], serial);
    link.removeDrive(serial);
    await room().watcher.waitFor(topic, (payload) => payload === '');
  });

  it('publishes events and answers without retaining them', async () => {
    const link = await room().open();
    const event = {
      at: sampleNow,
      type: 'burnin_failed',
      serial: 'ZL2ABC12',
      job: 'j1',
      message: '3 bad blocks',
    };
    link.publishEvent(event);
    link.publishEvent({ ...event, type: 'poller_down', serial: null, job: null });
    const error = { code: 'locked', message: 'sda is in pool tank' } as const;
    link.respond({ ok: false, transaction: 't9', verb: 'start', serial: 'ZL2ABC12', error });
    assert.equal(stateOf(await room().watcher.waitFor(`${drive}/event`))['event_type'], 'burnin_failed');
    assert.equal(stateOf(await room().watcher.waitFor(`${base}/event`))['event_type'], 'poller_down');
    assert.deepEqual(stateOf(await room().watcher.waitFor(`${base}/response`))['error'], error);
    const late = await openMqttWatcher(room().bench.url);
    await late.waitFor(`${base}/status`);
    assert.deepEqual(
      late.seen.filter(({ topic }) => /(event|response)$/.test(topic)),
      [],
    );
    await late.close();
  });

  it('puts its status right when somebody says offline in its name', async () => {
    await room().open();
    await room().watcher.waitFor(`${base}/status`, (status) => status === 'online');
    await room().watcher.publish(`${base}/status`, 'offline', { retain: true });
    await room().watcher.waitFor(`${base}/status`, (status) => status === 'offline');
    await waitUntil(() => {
      const said = room().watcher.payloads(`${base}/status`);
      return said.lastIndexOf('online') > said.lastIndexOf('offline');
    }, 'online after offline');
  });
});
