import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { UnreachableError } from '../../dist/lib/core/refusal.js';
import type { Store } from '../../dist/lib/store/open-store.js';
import { holdDatabase } from '../support/hold-database.mts';
import { buildJob, buildVerdict, nas, plan, startJob, TemporaryStores } from '../store/temporary-store.mts';

describe('incident "database is locked": jobs failed after sixteen hours because another process was writing', () => {
  let stores: TemporaryStores;
  beforeEach(() => (stores = new TemporaryStores()));
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    stores.remove();
  });

  const children: ChildProcess[] = [];
  const holdWriteLock = async (holdMs: number): Promise<ChildProcess> => {
    const child = await holdDatabase(stores.file(), holdMs);
    children.push(child);
    return child;
  };

  const everyKindOfWrite: Readonly<Record<string, (store: Store) => unknown>> = {
    percent: ({ stages }) => stages.savePercent({ jobId: 'a', position: 0, percent: 50 }),
    memo: ({ stages }) => stages.saveMemo({ jobId: 'a', position: 0, memo: { bytes: 1 } }),
    log: ({ log }) => log.append('a', 1, ['line']),
    admission: ({ jobs }) => jobs.admit({ job: buildJob('b'), plan }),
    claim: ({ jobs }) => jobs.claimSlots({ nas, maxParallel: 9, now: 1 }),
    verdict: ({ stages }) => stages.end({ jobId: 'a', position: 0, verdict: buildVerdict('passed'), now: 9 }),
  };
  const startStage = (store: Store): void => {
    startJob(store, 'a');
    store.stages.take({ jobId: 'a', position: 0, stationId: 's', now: 1 });
  };

  it('no write is lost and nothing fails while another process holds a write transaction for a while', async () => {
    const store = stores.open();
    startStage(store);
    for (const write of Object.values(everyKindOfWrite)) {
      const child = await holdWriteLock(150);
      write(store);
      await once(child, 'exit');
    }
    assert.equal(store.stages.list('a')[0]?.state, 'passed');
    assert.deepEqual(store.stages.list('a')[0]?.memo, { bytes: 1 });
    assert.equal(store.log.tail('a', 9).length, 1);
    assert.equal(store.jobs.get('b')?.state, 'running');
    assert.equal(store.events.list({ limit: 99 }).length, Object.keys(everyKindOfWrite).length);
  });

  it('reads do not wait at all', async () => {
    const store = stores.open(stores.file(), 0);
    startStage(store);
    const child = await holdWriteLock(60_000);
    assert.equal(store.jobs.get('a')?.state, 'running');
    assert.equal(store.jobs.countLive(nas).running, 1);
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  it('a process that never lets go makes writes "try again later", changes nothing, and its death ends that', async () => {
    const store = stores.open(stores.file(), 50);
    startStage(store);
    const child = await holdWriteLock(60_000);
    for (const [name, write] of Object.entries(everyKindOfWrite)) {
      assert.throws(() => write(store), UnreachableError, name);
      assert.throws(() => write(store), /cannot be used just now: database is locked/);
    }
    assert.throws(() => stores.open(stores.file(), 50), UnreachableError, 'opening');
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal(store.stages.list('a')[0]?.percent, 0);
    for (const write of Object.values(everyKindOfWrite)) write(store);
    assert.equal(store.stages.list('a')[0]?.state, 'passed');
  });
});
