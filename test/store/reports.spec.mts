import assert from 'node:assert/strict';
import type { Store } from '../../dist/lib/store/open-store.js';
import { buildJob, nas, plan, TemporaryStores } from './temporary-store.mts';

describe('reports in the store', () => {
  let stores: TemporaryStores;
  let store: Store;
  beforeEach(() => {
    stores = new TemporaryStores();
    store = stores.open();
    for (const id of ['a', 'b', 'c']) store.jobs.admit({ job: buildJob(id), plan });
  });
  afterEach(() => stores.remove());

  const close = (jobId: string, now: number) =>
    store.jobs.close({ jobId, from: 'queued', outcome: 'failed', reasons: ['x'], now });
  const due = () => store.reports.due(nas).map((job) => job.id);
  const dueDeliveries = (now: number) => store.reports.dueDeliveries(now);

  it('are due by the end of the job, in the order of the ends, and given out once, across a restart', () => {
    close('b', 10);
    close('a', 20);
    assert.deepEqual(due(), ['b', 'a']);
    assert.deepEqual(store.reports.due('other'), []);
    assert.equal(store.reports.markGiven('b', 30), true);
    assert.equal(store.reports.markGiven('b', 31), false);
    store.close();
    store = stores.open();
    assert.deepEqual(due(), ['a']);
    assert.equal(store.reports.markGiven('b', 32), false);
  });

  it('are put in line once for each channel', () => {
    close('a', 10);
    assert.equal(store.reports.enqueue('a', ['mail', 'webhook'], 20), 2);
    assert.equal(store.reports.enqueue('a', ['mail', 'webhook'], 30), 0);
    const fresh = { jobId: 'a', attempts: 0, lastError: null, nextAttemptAt: 20 };
    assert.deepEqual(dueDeliveries(20), [
      { ...fresh, channel: 'mail' },
      { ...fresh, channel: 'webhook' },
    ]);
    assert.deepEqual(dueDeliveries(19), []);
  });

  it('are tried again at their time with the last error kept, until they arrive', () => {
    store.reports.enqueue('a', ['mail'], 20);
    const failed = { jobId: 'a', channel: 'mail', error: 'no answer', now: 30, nextAttemptAt: 80 } as const;
    assert.equal(store.reports.markAttemptFailed(failed), true);
    assert.deepEqual(dueDeliveries(79), []);
    assert.deepEqual(dueDeliveries(80), [
      { jobId: 'a', channel: 'mail', attempts: 1, lastError: 'no answer', nextAttemptAt: 80 },
    ]);
    assert.equal(store.reports.markDelivered({ jobId: 'a', channel: 'mail', now: 90 }), true);
    assert.deepEqual(dueDeliveries(999), []);
  });

  it('are queued once for each ended job, on the channels there are then', () => {
    assert.equal(store.reports.queue('a', ['mail'], 5), false);
    close('a', 10);
    close('b', 11);
    assert.deepEqual(
      store.reports.toQueue(nas).map((job) => job.id),
      ['a', 'b'],
    );
    assert.equal(store.reports.queue('a', ['mail'], 20), true);
    assert.equal(store.reports.queue('b', [], 20), true);
    store.close();
    store = stores.open();
    assert.equal(store.reports.queue('a', ['mail', 'webhook'], 30), false);
    assert.deepEqual(store.reports.toQueue(nas), []);
    assert.deepEqual(
      dueDeliveries(99).map(({ jobId, channel }) => [jobId, channel]),
      [['a', 'mail']],
    );
    assert.deepEqual(due(), ['a', 'b']);
  });

  it('are known as failing since their first failure, until they arrive', () => {
    close('a', 10);
    store.reports.enqueue('a', ['mail', 'webhook'], 20);
    for (const now of [30, 40]) {
      const failed = { jobId: 'a', channel: 'mail', error: `at ${now}`, now, nextAttemptAt: 50 } as const;
      store.reports.markAttemptFailed(failed);
    }
    const list = (before: number) => store.reports.listFailing({ nas, channel: 'mail', before });
    assert.deepEqual(list(29), []);
    assert.deepEqual(list(30), [{ serial: 'serial-a', lastError: 'at 40' }]);
    assert.deepEqual(store.reports.listFailing({ nas, channel: 'webhook', before: 99 }), []);
    store.reports.markDelivered({ jobId: 'a', channel: 'mail', now: 60 });
    assert.deepEqual(list(99), []);
  });

  it('refuse every change once delivered or given up, and are not put in line again', () => {
    store.reports.enqueue('a', ['mail', 'webhook'], 20);
    store.reports.markDelivered({ jobId: 'a', channel: 'mail', now: 90 });
    assert.equal(store.reports.giveUp({ jobId: 'a', channel: 'webhook', error: 'gone', now: 90 }), true);
    for (const channel of ['mail', 'webhook'] as const) {
      const key = { jobId: 'a', channel, now: 91, error: 'late', nextAttemptAt: 92 };
      assert.equal(store.reports.markDelivered(key), false);
      assert.equal(store.reports.markAttemptFailed(key), false);
      assert.equal(store.reports.giveUp(key), false);
      assert.equal(store.reports.enqueue('a', [channel], 93), 0);
    }
    assert.deepEqual(dueDeliveries(999), []);
  });
});
