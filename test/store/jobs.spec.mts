import assert from 'node:assert/strict';
import {
  buildJob,
  buildVerdict,
  nas,
  passStages,
  plan,
  startJob,
  TemporaryStores,
} from './temporary-store.mts';

describe('jobs in the store', () => {
  let stores: TemporaryStores;
  beforeEach(() => (stores = new TemporaryStores()));
  afterEach(() => stores.remove());

  it('come back as they were admitted, also after the store was closed and opened', () => {
    const job = buildJob('a', '0123', { model: null, drive: { serial: '0123', wwn: null, sizeBytes: 512 } });
    const first = stores.open();
    assert.equal(first.jobs.admit({ job, plan }), 'admitted');
    first.close();
    const second = stores.open();
    assert.deepEqual(second.jobs.get('a'), job);
    assert.deepEqual(
      second.stages.list('a').map(({ position, kind, state }) => [position, kind, state]),
      plan.map((kind, position) => [position, kind, 'pending']),
    );
    assert.equal(second.jobs.get('b'), null);
  });

  it('are admitted once for a drive as long as one is live, and leave no stages when refused', () => {
    const { jobs, stages } = stores.open();
    assert.equal(jobs.admit({ job: buildJob('a', 'S1'), plan }), 'admitted');
    assert.equal(jobs.admit({ job: buildJob('b', 'S1'), plan }), 'already_live');
    jobs.claimSlots({ nas, maxParallel: 1, now: 1 });
    assert.equal(jobs.admit({ job: buildJob('b', 'S1'), plan }), 'already_live');
    assert.equal(jobs.get('b'), null);
    assert.deepEqual(stages.list('b'), []);
    assert.equal(jobs.admit({ job: buildJob('c', 'S1', { nas: 'other' }), plan }), 'admitted');
    jobs.close({ jobId: 'a', from: 'running', outcome: 'cancelled', reasons: ['anna cancelled it'], now: 2 });
    assert.equal(jobs.admit({ job: buildJob('b', 'S1'), plan }), 'admitted');
  });

  it('are not admitted without a plan, as running, or under an id that exists', () => {
    const { jobs } = stores.open();
    assert.throws(() => jobs.admit({ job: buildJob('a'), plan: [] }), /without a plan/);
    assert.throws(
      () => jobs.admit({ job: buildJob('a', 'S1', { state: 'running' }), plan }),
      /not as queued/,
    );
    jobs.admit({ job: buildJob('a', 'S1'), plan });
    assert.throws(() => jobs.admit({ job: buildJob('a', 'S2'), plan }), /UNIQUE constraint failed: jobs.id/);
    assert.equal(jobs.lastOf(nas, 'S2'), null);
  });

  it('get free slots in the order of admission, whatever the clock said', () => {
    const { jobs } = stores.open();
    for (const [index, id] of ['a', 'b', 'c', 'd', 'e'].entries()) {
      jobs.admit({ job: buildJob(id, id, { createdAt: 9_000 - index }), plan });
    }
    jobs.admit({ job: buildJob('other', 'x', { nas: 'other' }), plan });
    const claim = (maxParallel: number, limit?: number) =>
      jobs.claimSlots({ nas, maxParallel, now: 7, ...(limit === undefined ? {} : { limit }) });
    assert.deepEqual(
      claim(3, 1).map((job) => job.id),
      ['a'],
    );
    assert.deepEqual(claim(3, 0), []);
    const next = claim(3);
    assert.deepEqual(
      next.map((job) => [job.id, job.state, job.startedAt]),
      [
        ['b', 'running', 7],
        ['c', 'running', 7],
      ],
    );
    assert.deepEqual(next[0], jobs.get('b'));
    assert.deepEqual(claim(3), []);
    assert.deepEqual(claim(2), []);
    assert.deepEqual(jobs.countLive(nas), { running: 3, queued: 2 });
    assert.deepEqual(
      jobs.listLive(nas).map((job) => job.id),
      ['a', 'b', 'c', 'd', 'e'],
    );
    assert.deepEqual(jobs.countLive('nobody'), { running: 0, queued: 0 });
  });

  it('remember the first wish to cancel, as long as they are live', () => {
    const { jobs } = stores.open();
    jobs.admit({ job: buildJob('a'), plan });
    assert.equal(jobs.requestCancel('a', 'anna'), true);
    assert.equal(jobs.requestCancel('a', 'bob'), false);
    assert.equal(jobs.get('a')?.cancelRequestedBy, 'anna');
    jobs.close({ jobId: 'a', from: 'queued', outcome: 'cancelled', reasons: ['anna cancelled it'], now: 5 });
    jobs.admit({ job: buildJob('b'), plan });
    jobs.close({ jobId: 'b', from: 'queued', outcome: 'cancelled', reasons: ['plan withdrawn'], now: 5 });
    assert.equal(jobs.requestCancel('b', 'anna'), false);
    assert.equal(jobs.get('b')?.cancelRequestedBy, null);
  });

  it('name the last job of each drive by admission, live or ended', () => {
    const { jobs } = stores.open();
    jobs.admit({ job: buildJob('a', 'S1', { createdAt: 9 }), plan });
    jobs.close({ jobId: 'a', from: 'queued', outcome: 'cancelled', reasons: ['x'], now: 10 });
    jobs.admit({ job: buildJob('b', 'S1', { createdAt: 3 }), plan });
    jobs.admit({ job: buildJob('c', 'S2'), plan });
    assert.equal(jobs.lastOf(nas, 'S1')?.id, 'b');
    assert.equal(jobs.lastOf('other', 'S1'), null);
    assert.deepEqual(
      jobs.lastPerDrive(nas).map((job) => job.id),
      ['b', 'c'],
    );
  });

  it('leave no stage pending or running when they are closed from outside', () => {
    const store = stores.open();
    const { jobs, stages } = store;
    startJob(store, 'a');
    passStages(store, 'a', 0, 1);
    stages.take({ jobId: 'a', position: 1, stationId: 'x', now: 5 });
    assert.equal(
      jobs.close({ jobId: 'a', from: 'running', outcome: 'unknown', reasons: ['no station'], now: 6 }),
      true,
    );
    assert.deepEqual(
      stages.list('a').map((stage) => [stage.state, stage.endedAt]),
      [
        ['passed', 4_000],
        ['unknown', 6],
        ['skipped', null],
      ],
    );
    assert.deepEqual(stages.list('a')[1]?.reasons, ['no station']);
    const job = jobs.get('a');
    assert.deepEqual([job?.state, job?.endedAt, job?.reasons], ['unknown', 6, ['no station']]);
  });

  it('carry a reason for every end but a pass, also when none was given', () => {
    const { jobs } = stores.open();
    jobs.admit({ job: buildJob('a'), plan });
    jobs.close({ jobId: 'a', from: 'queued', outcome: 'failed', reasons: [], now: 5 });
    assert.deepEqual(jobs.get('a')?.reasons, ['ended as failed without a stated reason']);
  });

  it('cannot be passed from outside, only by the verdict of the last stage', () => {
    const { jobs } = stores.open();
    jobs.admit({ job: buildJob('a'), plan });
    const end = { jobId: 'a', from: 'queued', outcome: 'passed', reasons: [], now: 5 } as never;
    assert.throws(() => jobs.close(end), /passes only with every stage passed/);
    assert.equal(jobs.get('a')?.state, 'queued');
  });

  it('tell a lap with progress from one without, counting from none done, across a restart', () => {
    const first = stores.open();
    startJob(first, 'a');
    assert.equal(first.jobs.recordLap('a'), 'none');
    passStages(first, 'a', 0, 1);
    assert.equal(first.jobs.recordLap('a'), 'progress');
    first.close();
    const second = stores.open();
    assert.equal(second.jobs.recordLap('a'), 'none');
    passStages(second, 'a', 1, 2);
    assert.equal(second.jobs.recordLap('a'), 'progress');
    second.stages.take({ jobId: 'a', position: 2, stationId: 'x', now: 5 });
    second.stages.end({ jobId: 'a', position: 2, verdict: buildVerdict('passed'), now: 6 });
    assert.equal(second.jobs.recordLap('a'), 'none');
    assert.equal(second.jobs.recordLap('nobody'), 'none');
  });
});
