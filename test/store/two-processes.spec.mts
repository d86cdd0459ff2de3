import assert from 'node:assert/strict';
import { runTogether, startChild } from './children.mts';
import { buildJob, nas, plan, startJob, TemporaryStores } from './temporary-store.mts';

describe('two processes on one database', () => {
  let stores: TemporaryStores;
  beforeEach(() => (stores = new TemporaryStores()));
  afterEach(() => stores.remove());

  const both = async (command: string) =>
    runTogether(await Promise.all(['one', 'two'].map((name) => startChild(command, stores.file(), name))));

  it('admit one job for each drive between them', async () => {
    const store = stores.open();
    const won = ((await both('admit')) as string[][]).flat();
    assert.equal(won.length, 50);
    assert.equal(new Set(won).size, 50);
    assert.equal(store.jobs.listLive(nas).length, 50);
    for (const job of store.jobs.listLive(nas)) assert.equal(store.stages.list(job.id).length, plan.length);
  });

  it('never have more jobs running than there are slots, and give each job to one of them', async () => {
    const store = stores.open();
    for (let index = 0; index < 60; index += 1) store.jobs.admit({ job: buildJob(`j${index}`), plan });
    // The database itself is the witness: one job too many makes the claiming child fail.
    stores.openRaw().exec(`CREATE TRIGGER witness AFTER UPDATE OF state ON jobs
      WHEN (SELECT count(*) FROM jobs WHERE state = 'running') > 3
      BEGIN SELECT RAISE(ABORT, 'more running jobs than slots'); END`);
    const given = ((await both('claim')) as string[][]).flat();
    assert.equal(given.length, 60);
    assert.equal(new Set(given).size, 60);
  });

  it('cannot both take a stage, be the first to cancel, see a request first, or give out a report', async () => {
    const store = stores.open();
    startJob(store, 'a');
    for (let index = 0; index < 20; index += 1) {
      const jobId = `j${index}`;
      store.jobs.admit({ job: buildJob(jobId), plan });
      store.jobs.close({ jobId, from: 'queued', outcome: 'failed', reasons: ['x'], now: 1 });
    }
    const [one, two] = (await both('compete')) as Record<string, number | boolean>[];
    for (const name of ['take', 'cancel', 'remember'])
      assert.deepEqual([one?.[name], two?.[name]].sort(), [false, true]);
    assert.equal(Number(one?.['given']) + Number(two?.['given']), 20);
  });

  it('may make the database together', async () => {
    const file = stores.file('new/burnin.db');
    const children = await Promise.all(['1', '2', '3', '4'].map((name) => startChild('open', file, name)));
    const ids = await runTogether(children);
    assert.equal(new Set(ids).size, 1);
    assert.equal(stores.open(file).installation.id(), ids[0]);
  });
});
