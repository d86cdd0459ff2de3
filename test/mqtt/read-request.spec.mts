import assert from 'node:assert/strict';
import { waitUntil } from '../support/mqtt-watcher.mts';
import { describeOnBrokers } from './describe-on-brokers.mts';

const base = 'burnin/nas1';
const drive = `${base}/drive/ZL2ABC12`;

describeOnBrokers('requests by', (room) => {
  it('passes on requests for one drive and for the NAS, and nobody else’s', async () => {
    const link = await room().open();
    await room().watcher.waitFor(`${base}/status`, (status) => status === 'online');
    await room().watcher.publish('burnin/nas2/set/hold', '{"transaction":"other"}');
    await room().watcher.publish('burnin/nas2/drive/ZL2ABC12/set/start', '{"transaction":"other"}');
    await room().watcher.publish(`${drive}/set/start`, '{"transaction":"t1","serial":"ZL2ABC12"}');
    await room().watcher.publish(`${base}/set/cancel`, '{"transaction":"t2","serials":["A","B"]}');
    await waitUntil(() => link.requests.length >= 2, 'two requests');
    assert.deepEqual(link.requests, [
      {
        verb: 'start',
        topicDrive: 'ZL2ABC12',
        payload: { transaction: 't1', serial: 'ZL2ABC12' },
        isRetained: false,
      },
      {
        verb: 'cancel',
        topicDrive: null,
        payload: { transaction: 't2', serials: ['A', 'B'] },
        isRetained: false,
      },
    ]);
  });

  it('passes on malformed, binary and oversized requests as such', async () => {
    const link = await room().open();
    await room().watcher.waitFor(`${base}/status`, (status) => status === 'online');
    const bad = ['{"a":', Buffer.from([0xff, 0xfe, 0]), Buffer.alloc(70_000, 0x20), '', 'null'];
    for (const payload of bad) await room().watcher.publish(`${base}/set/start`, payload);
    await waitUntil(() => link.requests.length === bad.length, 'all of them');
    const payloads = link.requests.map(({ payload }) => payload);
    assert.equal(payloads.pop(), null);
    for (const payload of payloads)
      assert.equal(typeof (payload as { malformed: unknown }).malformed, 'string');
  });

  it('marks a retained request that comes while it listens, unless MQTT 3.1.1 hides that', async () => {
    const { version, linkUrl } = room().bench;
    const isHidden = version === '3.1.1' && linkUrl !== null;
    const link = await room().open();
    await room().watcher.waitFor(`${base}/status`, (status) => status === 'online');
    await room().watcher.publish(`${drive}/set/start`, '{"transaction":"live"}', { retain: true });
    await waitUntil(() => link.requests.length > 0, 'the request');
    assert.deepEqual(link.requests, [
      { verb: 'start', topicDrive: 'ZL2ABC12', payload: { transaction: 'live' }, isRetained: !isHidden },
    ]);
  });

  it('marks a retained request and deletes it from the broker', async () => {
    if (room().bench.linkUrl === null) return; // The embedded broker never keeps one.
    const topic = `${drive}/set/start`;
    await room().watcher.publish(topic, '{"transaction":"old"}', { retain: true });
    const link = await room().open();
    await waitUntil(() => link.requests.length > 0, 'the retained request');
    assert.equal(link.requests[0]?.isRetained, true);
    await waitUntil(() => room().watcher.payloads(topic).at(-1) === '', 'its deletion');
    assert.match(link.noise.join(), /retained request was deleted/);
    await link.close();
    const second = await room().open();
    await room().watcher.publish(`${base}/set/hold`, '{"transaction":"later"}');
    await waitUntil(() => second.requests.length > 0, 'a later request');
    assert.deepEqual(
      second.requests.map(({ verb }) => verb),
      ['hold'],
    );
    assert.equal(link.requests.length, 1);
  });

  it('survives a listener and a request handler that throw', async () => {
    const fail = () => {
      throw new Error('a bug');
    };
    const link = await room().open({ onRequest: fail });
    link.onChange(fail);
    await room().watcher.waitFor(`${base}/status`, (status) => status === 'online');
    await room().watcher.publish(`${base}/set/hold`, '{}');
    await waitUntil(() => link.noise.some((text) => text.includes('a bug')), 'the log line');
    assert.equal(link.state, 'connected');
  });
});
