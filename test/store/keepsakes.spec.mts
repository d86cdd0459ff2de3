import assert from 'node:assert/strict';
import type { DriveFacts } from '../../dist/lib/core/drive.js';
import type { Store } from '../../dist/lib/store/open-store.js';
import { buildJob, nas, plan, startJob, TemporaryStores } from './temporary-store.mts';

const drive: DriveFacts = {
  serial: 'S1',
  wwn: null,
  sizeBytes: 4_000_787_030_016,
  name: 'sda',
  deviceNumber: '8:0',
  type: 'disk',
  model: 'WDC',
  physicalSectorBytes: 4_096,
  isRotational: true,
  transport: 'sata',
  temperatureC: 31.5,
};

describe('what the store keeps beside jobs', () => {
  let stores: TemporaryStores;
  let store: Store;
  beforeEach(() => {
    stores = new TemporaryStores();
    store = stores.open();
  });
  afterEach(() => stores.remove());
  const reopen = () => {
    store.close();
    store = stores.open();
  };

  it('knows each drive of a NAS as it was last seen, until it is forgotten', () => {
    store.drives.upsert(nas, drive, 10);
    store.drives.upsert(nas, { ...drive, name: 'sdb', temperatureC: null }, 20);
    store.drives.upsert('other', drive, 30);
    reopen();
    assert.deepEqual(store.drives.list(nas), [
      { drive: { ...drive, name: 'sdb', temperatureC: null }, seenAt: 20 },
    ]);
    assert.equal(store.drives.forget(nas, 'S1'), true);
    assert.equal(store.drives.forget(nas, 'S1'), false);
    assert.deepEqual(store.drives.list(nas), []);
    assert.equal(store.drives.list('other').length, 1);
  });

  it('keeps a log line by line and answers its tail in order', () => {
    for (const id of ['a', 'b']) store.jobs.admit({ job: buildJob(id), plan });
    store.log.append('a', 1, ['one', 'two']);
    store.log.append('b', 2, ['other']);
    store.log.append('a', 3, []);
    store.log.append('a', 4, ['three\nin two']);
    assert.deepEqual(store.log.tail('a', 2), [
      { at: 1, line: 'two' },
      { at: 4, line: 'three\nin two' },
    ]);
    assert.equal(store.log.tail('a', 99).length, 3);
    assert.equal(stores.openRaw().prepare('SELECT count(*) FROM log_lines').pluck().get(), 4);
  });

  it('lists events latest first, of all drives or of one', () => {
    const event = (at: number, serial: string | null) => ({
      at,
      type: 't',
      serial,
      job: null,
      message: `m${at}`,
    });
    for (const [at, serial] of [
      [1, 'S1'],
      [2, null],
      [3, 'S2'],
      [4, 'S1'],
    ] as const) {
      store.events.append(event(at, serial));
    }
    assert.deepEqual(store.events.list({ limit: 3 }), [event(4, 'S1'), event(3, 'S2'), event(2, null)]);
    assert.deepEqual(store.events.list({ limit: 9, serial: 'S1' }), [event(4, 'S1'), event(1, 'S1')]);
  });

  it('adds snapshots without replacing earlier ones of the same moment', () => {
    store.jobs.admit({ job: buildJob('a'), plan });
    const before = {
      jobId: 'a',
      position: 2,
      moment: 'before',
      at: 1,
      json: { smart_status: { passed: true } },
    } as const;
    store.snapshots.add(before);
    store.snapshots.add({ ...before, at: 2, json: [1, null] });
    store.snapshots.add({ ...before, moment: 'after', at: 3, json: undefined });
    reopen();
    assert.deepEqual(store.snapshots.list('a'), [
      before,
      { ...before, at: 2, json: [1, null] },
      { ...before, moment: 'after', at: 3, json: null },
    ]);
  });

  it('knows a replayed request, also after a restart, until it is pruned', () => {
    assert.equal(store.requests.remember({ transaction: 't1', at: 10, jobs: ['jt1'] }), true);
    assert.equal(store.requests.remember({ transaction: 't1', at: 11, jobs: ['jt1'] }), false);
    reopen();
    assert.equal(store.requests.remember({ transaction: 't1', at: 12, jobs: ['jt1'] }), false);
    assert.deepEqual(store.requests.find('t1'), { transaction: 't1', at: 10, jobs: ['jt1'] });
    assert.equal(store.requests.find('t2'), null);
    store.requests.remember({ transaction: 't2', at: 20, jobs: ['jt2'] });
    assert.equal(store.requests.prune(20), 1);
    assert.equal(store.requests.remember({ transaction: 't1', at: 21, jobs: ['jt1'] }), true);
    assert.equal(store.requests.remember({ transaction: 't2', at: 21, jobs: ['jt2'] }), false);
  });

  it('has an id of its own, the same after a restart and another in every database', () => {
    const id = store.installation.id();
    assert.match(id, /^[0-9a-f-]{36}$/);
    reopen();
    assert.equal(store.installation.id(), id);
    assert.notEqual(stores.open(stores.file('other.db')).installation.id(), id);
  });

  it('prunes old lines and events, but none of a live job, and no job, stage or snapshot', () => {
    startJob(store, 'closed');
    for (const id of ['closed', 'live']) {
      if (id === 'live') store.jobs.admit({ job: buildJob(id), plan });
      store.log.append(id, 10, ['old']);
      store.log.append(id, 20, ['new']);
      for (const at of [10, 20])
        store.events.append({ at, type: 't', serial: 'S', job: id, message: `${id} ${at}` });
    }
    store.events.append({ at: 10, type: 'start_refused', serial: null, job: null, message: 'no job 10' });
    store.snapshots.add({ jobId: 'closed', position: 0, moment: 'before', at: 1, json: {} });
    store.jobs.close({ jobId: 'closed', from: 'running', outcome: 'failed', reasons: ['x'], now: 30 });
    assert.deepEqual(store.prune(20), { logLines: 1, events: 2 });
    assert.deepEqual(
      store.log.tail('closed', 9).map(({ line }) => line),
      ['new'],
    );
    assert.deepEqual(
      store.log.tail('live', 9).map(({ line }) => line),
      ['old', 'new'],
    );
    const messages = store.events.list({ limit: 9 }).map(({ message }) => message);
    assert.deepEqual(messages, ['live 20', 'live 10', 'closed 20']);
    assert.equal(store.stages.list('closed').length, plan.length);
    assert.equal(store.snapshots.list('closed').length, 1);
  });
});
