import assert from 'node:assert/strict';
import { CorruptRowError } from '../../dist/lib/store/errors.js';
import type { Store } from '../../dist/lib/store/open-store.js';
import { buildJob, nas, plan, TemporaryStores } from './temporary-store.mts';

describe('a corrupt row', () => {
  let stores: TemporaryStores;
  let store: Store;
  beforeEach(() => {
    stores = new TemporaryStores();
    store = stores.open();
    for (const id of ['a', 'b']) store.jobs.admit({ job: buildJob(id), plan });
  });
  afterEach(() => stores.remove());

  const spoil = (sql: string) => {
    const raw = stores.openRaw();
    raw.pragma('ignore_check_constraints = ON');
    assert.equal(raw.prepare(sql).run().changes, 1);
  };
  const isCorrupt = (table: string, key: string, problem: RegExp) => (error: unknown) => {
    assert.ok(error instanceof CorruptRowError);
    assert.deepEqual([error.table, error.key], [table, key]);
    assert.match(error.message, problem);
    return true;
  };

  it('is a clear error naming table and key where one row is asked for', () => {
    spoil(`UPDATE jobs SET reasons = '{' WHERE id = 'a'`);
    const problem = /^corrupt row in table jobs, id=a: reasons: is not JSON$/;
    assert.throws(() => store.jobs.get('a'), isCorrupt('jobs', 'id=a', problem));
    assert.throws(() => store.jobs.lastOf(nas, 'serial-a'), isCorrupt('jobs', 'id=a', problem));
    assert.equal(store.jobs.get('b')?.id, 'b');
  });

  for (const [name, change] of Object.entries({
    'a context that is no object': `context = '[1]'`,
    'a context that is no JSON': `context = '{'`,
    'reasons that are no list of text': `reasons = '[1]'`,
    'an unheard-of state': `state = 'sleeping', ended_at = NULL`,
    'a size below nought': `size_bytes = -1`,
    'no serial': `serial = ''`,
  })) {
    it(`is noticed in a job with ${name}`, () => {
      spoil(`UPDATE jobs SET ${change} WHERE id = 'a'`);
      assert.throws(() => store.jobs.get('a'), CorruptRowError);
    });
  }

  it('is noticed in a stage that is further than its end', () => {
    spoil(`UPDATE stages SET percent = 1e300 WHERE job_id = 'a' AND position = 0`);
    assert.throws(() => store.stages.list('a'), CorruptRowError);
  });

  it('is left out of a list, noted once, and hides nothing else', () => {
    spoil(`UPDATE jobs SET context = '[]' WHERE id = 'a'`);
    assert.deepEqual(
      store.jobs.listLive(nas).map((job) => job.id),
      ['b'],
    );
    assert.deepEqual(
      store.jobs.lastPerDrive(nas).map((job) => job.id),
      ['b'],
    );
    assert.deepEqual(
      store.corruptRows().map((error) => error.message),
      ['corrupt row in table jobs, id=a: context: is not a JSON object'],
    );
  });

  it('is not started, keeps its drive reserved, counts as queued and can be closed', () => {
    spoil(`UPDATE jobs SET context = '[]' WHERE id = 'a'`);
    assert.deepEqual(
      store.jobs.claimSlots({ nas, maxParallel: 1, now: 5 }).map((job) => job.id),
      ['b'],
    );
    assert.deepEqual(store.jobs.countLive(nas), { queued: 1, running: 1 });
    assert.equal(store.jobs.admit({ job: buildJob('c', 'serial-a'), plan }), 'already_live');
    const end = { jobId: 'a', from: 'queued', outcome: 'unknown', reasons: ['unreadable'], now: 6 } as const;
    assert.equal(store.jobs.close(end), true);
  });

  it('spoils the whole plan it belongs to, and no other', () => {
    spoil(`UPDATE stages SET kind = 'polish' WHERE job_id = 'a' AND position = 1`);
    assert.throws(() => store.stages.list('a'), isCorrupt('stages', 'job_id=a position=1', /kind: /));
    assert.equal(store.stages.list('b').length, plan.length);
  });

  it('is noticed in memo and evidence of a stage', () => {
    spoil(`UPDATE stages SET memo = '7' WHERE job_id = 'a' AND position = 0`);
    assert.throws(() => store.stages.list('a'), isCorrupt('stages', 'job_id=a position=0', /memo: /));
    spoil(
      `UPDATE stages SET evidence = '[{"key":"k","state":"maybe","text":""}]' WHERE job_id = 'b' AND position = 2`,
    );
    assert.throws(
      () => store.stages.list('b'),
      isCorrupt('stages', 'job_id=b position=2', /evidence\.0\.state: /),
    );
  });

  it('spoils the snapshots it belongs to, because proof has no holes', () => {
    store.snapshots.add({ jobId: 'a', position: 0, moment: 'before', at: 1, json: {} });
    spoil(`UPDATE snapshots SET json = '{'`);
    assert.throws(
      () => store.snapshots.list('a'),
      isCorrupt('snapshots', 'job_id=a seq=1', /json: is not JSON/),
    );
  });

  it('is left out of drives, deliveries, and noted with its whole key', () => {
    const raw = stores.openRaw();
    raw.exec(`INSERT INTO drives VALUES ('nas', 'S1', '{"serial":"S2"}', 1)`);
    store.reports.enqueue('a', ['mail', 'webhook'], 1);
    spoil(`UPDATE deliveries SET channel = 'pigeon' WHERE channel = 'mail'`);
    assert.deepEqual(store.drives.list('nas'), []);
    assert.deepEqual(
      store.reports.dueDeliveries(1).map((delivery) => delivery.channel),
      ['webhook'],
    );
    assert.deepEqual(
      store.corruptRows().map(({ table, key }) => [table, key]),
      [
        ['drives', 'nas=nas serial=S1'],
        ['deliveries', 'job_id=a channel=pigeon'],
      ],
    );
  });

  it('in the facts of a drive is noticed when they are those of another drive', () => {
    const facts = {
      serial: 'S1',
      wwn: null,
      sizeBytes: 1,
      name: 'sda',
      deviceNumber: '8:0',
      type: 'disk',
      model: null,
    };
    const rest = { physicalSectorBytes: 512, isRotational: false, transport: null, temperatureC: null };
    store.drives.upsert(nas, { ...facts, ...rest }, 1);
    assert.equal(store.drives.list(nas).length, 1);
    spoil(`UPDATE drives SET serial = 'S2'`);
    assert.deepEqual(store.drives.list(nas), []);
    assert.match(store.corruptRows()[0]?.message ?? '', /holds the facts of another drive/);
  });
});
