import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Store } from '../../dist/lib/store/open-store.js';
import { startChild } from './children.mts';
import { nas, plan, TemporaryStores } from './temporary-store.mts';

describe('a process killed in the middle of its writes', () => {
  let stores: TemporaryStores;
  beforeEach(() => (stores = new TemporaryStores()));
  afterEach(() => stores.remove());

  /** Ids of the jobs whose end the child had told of before it was killed. */
  const hammerAndKill = async (name: string, count: number): Promise<readonly string[]> => {
    const child = await startChild('hammer', stores.file(), name);
    const told: string[] = [];
    child.on('message', (message: { passed: string }) => {
      told.push(message.passed);
      if (told.length === count) child.kill('SIGKILL');
    });
    child.send('go');
    const [, signal] = (await once(child, 'exit')) as [unknown, string];
    assert.equal(signal, 'SIGKILL');
    return told;
  };

  const assertWhole = (store: Store): void => {
    const raw = stores.openRaw();
    assert.deepEqual(raw.pragma('integrity_check'), [{ integrity_check: 'ok' }]);
    assert.deepEqual(raw.pragma('foreign_key_check'), []);
    for (const job of store.jobs.lastPerDrive(nas)) {
      const stages = store.stages.list(job.id);
      assert.equal(stages.length, plan.length);
      assert.equal(
        stages.every((stage) => stage.state === 'passed'),
        job.state === 'passed',
      );
      assert.equal(store.log.tail(job.id, 99).length % 3, 0, 'lines of one append are all there or none');
    }
    assert.deepEqual(store.corruptRows(), []);
  };

  it('leaves a consistent database, has lost nothing it had told of, and the next process goes on', async () => {
    for (const name of ['first', 'second', 'third']) {
      const told = await hammerAndKill(name, 7);
      const store = stores.open();
      assertWhole(store);
      for (const id of told) assert.equal(store.jobs.get(id)?.state, 'passed', id);
      const due = new Set(store.reports.due(nas).map((job) => job.id));
      for (const id of told) assert.ok(due.has(id), `the report of ${id} is due`);
      store.close();
    }
  });
});
