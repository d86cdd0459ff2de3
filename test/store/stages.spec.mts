import assert from 'node:assert/strict';
import type { Store } from '../../dist/lib/store/open-store.js';
import {
  buildJob,
  buildVerdict,
  nas,
  passStages,
  plan,
  startJob,
  TemporaryStores,
} from './temporary-store.mts';

describe('stages in the store', () => {
  let stores: TemporaryStores;
  let store: Store;
  beforeEach(() => {
    stores = new TemporaryStores();
    store = stores.open();
  });
  afterEach(() => stores.remove());

  const take = (position: number, stationId = 'station') =>
    store.stages.take({ jobId: 'a', position, stationId, now: 3_000 });
  const stage = (position: number) => store.stages.list('a')[position];

  it('are taken in order, one at a time, in a running job alone', () => {
    store.jobs.admit({ job: buildJob('a'), plan });
    assert.equal(take(0), false, 'the job is queued');
    store.jobs.claimSlots({ nas, maxParallel: 1, now: 1 });
    assert.equal(take(1), false, 'an earlier stage is pending');
    assert.equal(take(0), true);
    assert.equal(take(0, 'another'), false, 'it is running');
    assert.equal(take(1), false, 'an earlier stage is running');
    assert.equal(stage(0)?.stationId, 'station');
    assert.equal(stage(0)?.startedAt, 3_000);
    store.stages.end({ jobId: 'a', position: 0, verdict: buildVerdict('passed'), now: 4_000 });
    assert.equal(take(0), false, 'it has passed');
    assert.equal(take(2), false, 'an earlier stage is pending');
    assert.equal(take(1), true);
    assert.equal(take(7), false, 'there is no such stage');
  });

  it('are not taken beside a running one, whatever put it there', () => {
    startJob(store, 'a');
    stores.openRaw().exec(`UPDATE stages SET state = 'running' WHERE position = 2`);
    assert.equal(take(0), false);
  });

  it('keep memo, percentage and station while they run, across a restart', () => {
    startJob(store, 'a');
    take(0);
    const memo = { runId: 'r1', position: { bytes: 4_096 } };
    assert.equal(stage(0)?.memo, null);
    assert.equal(store.stages.saveMemo({ jobId: 'a', position: 0, memo }), true);
    assert.equal(store.stages.savePercent({ jobId: 'a', position: 0, percent: 12.5 }), true);
    assert.equal(store.stages.adopt({ jobId: 'a', position: 0, stationId: 'new' }), true);
    store.close();
    store = stores.open();
    assert.deepEqual(stage(0)?.memo, memo);
    assert.equal(stage(0)?.percent, 12.5);
    assert.equal(stage(0)?.stationId, 'new');
  });

  it('never lower their percentage, nor take one that is no number or above 100', () => {
    startJob(store, 'a');
    take(0);
    const save = (percent: number) => store.stages.savePercent({ jobId: 'a', position: 0, percent });
    assert.deepEqual([save(40), save(39), save(40), save(NaN), save(-1)], [true, false, false, false, false]);
    assert.equal(stage(0)?.percent, 40);
    assert.deepEqual([save(140), save(141)], [true, false]);
    assert.equal(stage(0)?.percent, 100);
  });

  it('keep verdict and evidence, and let the job go on after a pass', () => {
    startJob(store, 'a');
    take(0);
    const verdict = buildVerdict('passed');
    assert.equal(store.stages.end({ jobId: 'a', position: 0, verdict, now: 4_000 }), 'running');
    assert.deepEqual(stage(0), {
      jobId: 'a',
      position: 0,
      kind: 'precheck',
      state: 'passed',
      stationId: 'station',
      memo: null,
      startedAt: 3_000,
      endedAt: 4_000,
      percent: 100,
      reasons: [],
      evidence: verdict.evidence,
    });
    assert.equal(store.jobs.get('a')?.state, 'running');
    assert.deepEqual(store.reports.due(nas), []);
  });

  it('pass the job with the last of them, and make its report due', () => {
    startJob(store, 'a');
    passStages(store, 'a', 0, 2);
    take(2);
    const verdict = buildVerdict('passed', ['a remark of the last stage']);
    assert.equal(store.stages.end({ jobId: 'a', position: 2, verdict, now: 9 }), 'passed');
    const job = store.jobs.get('a');
    assert.deepEqual([job?.state, job?.endedAt, job?.reasons], ['passed', 9, []]);
    assert.deepEqual(store.reports.due(nas), [job]);
  });

  for (const outcome of ['failed', 'cancelled', 'unknown'] as const) {
    it(`end the job as ${outcome} with their reasons, and what follows is skipped`, () => {
      startJob(store, 'a');
      passStages(store, 'a', 0, 1);
      take(1);
      const verdict = buildVerdict(outcome, ['three bad blocks']);
      assert.equal(store.stages.end({ jobId: 'a', position: 1, verdict, now: 9 }), outcome);
      const job = store.jobs.get('a');
      assert.deepEqual([job?.state, job?.endedAt, job?.reasons], [outcome, 9, ['three bad blocks']]);
      assert.deepEqual(
        store.stages.list('a').map(({ state, reasons }) => [state, reasons]),
        [
          ['passed', []],
          [outcome, ['three bad blocks']],
          ['skipped', []],
        ],
      );
      assert.deepEqual(store.reports.due(nas), [job]);
    });
  }

  it('state a reason of their own when a verdict other than a pass has none', () => {
    startJob(store, 'a');
    take(0);
    store.stages.end({ jobId: 'a', position: 0, verdict: buildVerdict('unknown'), now: 9 });
    assert.deepEqual(stage(0)?.reasons, ['ended as unknown without a stated reason']);
    assert.deepEqual(store.jobs.get('a')?.reasons, ['ended as unknown without a stated reason']);
  });

  it('end together with other writes or not at all', () => {
    startJob(store, 'a');
    take(0);
    const end = () =>
      store.inOneWrite(() => {
        store.stages.end({ jobId: 'a', position: 0, verdict: buildVerdict('failed', ['x']), now: 9 });
        throw new Error('the event could not be written');
      });
    assert.throws(end, /the event could not be written/);
    assert.equal(stage(0)?.state, 'running');
    assert.equal(store.jobs.get('a')?.state, 'running');
  });
});
