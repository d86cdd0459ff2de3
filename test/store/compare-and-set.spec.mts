import assert from 'node:assert/strict';
import { isClosed, type JobState, type StageState } from '../../dist/lib/core/job.js';
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

type Bring = (store: Store) => void;

const endWith =
  (outcome: 'failed' | 'cancelled' | 'unknown'): Bring =>
  (store) => {
    startJob(store, 'a');
    store.stages.take({ jobId: 'a', position: 0, stationId: 's', now: 1 });
    store.stages.end({ jobId: 'a', position: 0, verdict: buildVerdict(outcome, ['x']), now: 2 });
  };

/** How job `a` gets into each state. */
const jobsIn: Record<JobState, Bring> = {
  queued: (store) => store.jobs.admit({ job: buildJob('a'), plan }),
  running: (store) => startJob(store, 'a'),
  passed: (store) => {
    startJob(store, 'a');
    passStages(store, 'a', 0, plan.length);
  },
  failed: endWith('failed'),
  cancelled: endWith('cancelled'),
  unknown: endWith('unknown'),
};

/** How the stage at position 0 (skipped: at position 1) gets into each state. */
const stagesIn: Record<StageState, { readonly bring: Bring; readonly position: number }> = {
  pending: { bring: jobsIn.running, position: 0 },
  running: {
    bring: (store) => {
      startJob(store, 'a');
      store.stages.take({ jobId: 'a', position: 0, stationId: 's', now: 1 });
    },
    position: 0,
  },
  passed: { bring: jobsIn.passed, position: 0 },
  failed: { bring: jobsIn.failed, position: 0 },
  cancelled: { bring: jobsIn.cancelled, position: 0 },
  unknown: { bring: jobsIn.unknown, position: 0 },
  skipped: { bring: jobsIn.failed, position: 1 },
};

interface Change<State> {
  readonly name: string;
  readonly allowed: readonly State[];
  /** True when the store says that it took place. */
  apply(store: Store, position: number): boolean;
}

const close = (from: 'queued' | 'running'): Change<JobState> => ({
  name: `close from ${from}`,
  allowed: [from],
  apply: ({ jobs }) => jobs.close({ jobId: 'a', from, outcome: 'cancelled', reasons: ['why'], now: 99 }),
});

const jobChanges: readonly Change<JobState>[] = [
  close('queued'),
  close('running'),
  {
    name: 'requestCancel',
    allowed: ['queued', 'running'],
    apply: ({ jobs }) => jobs.requestCancel('a', 'bob'),
  },
  {
    name: 'claimSlots',
    allowed: ['queued'],
    apply: ({ jobs }) => jobs.claimSlots({ nas, maxParallel: 9, now: 99 }).length > 0,
  },
  {
    name: 'markGiven',
    allowed: ['passed', 'failed', 'cancelled', 'unknown'],
    apply: ({ reports }) => reports.markGiven('a', 99),
  },
  {
    name: 'take',
    allowed: ['running'],
    apply: ({ stages }) => stages.take({ jobId: 'a', position: 0, stationId: 'x', now: 99 }),
  },
];

const whileRunning = (name: string, apply: Change<StageState>['apply']): Change<StageState> => ({
  name,
  allowed: ['running'],
  apply,
});

const stageChanges: readonly Change<StageState>[] = [
  {
    name: 'take',
    allowed: ['pending'],
    apply: ({ stages }, position) => stages.take({ jobId: 'a', position, stationId: 'x', now: 99 }),
  },
  whileRunning('adopt', ({ stages }, position) => stages.adopt({ jobId: 'a', position, stationId: 'x' })),
  whileRunning('saveMemo', ({ stages }, position) =>
    stages.saveMemo({ jobId: 'a', position, memo: { x: 1 } }),
  ),
  whileRunning('savePercent', ({ stages }, position) =>
    stages.savePercent({ jobId: 'a', position, percent: 1 }),
  ),
  ...(['passed', 'failed', 'cancelled', 'unknown'] as const).map((outcome) =>
    whileRunning(`end as ${outcome}`, ({ stages }, position) => {
      return stages.end({ jobId: 'a', position, verdict: buildVerdict(outcome), now: 99 }) !== 'not_running';
    }),
  ),
];

describe('a change that expects a state', () => {
  let stores: TemporaryStores;
  beforeEach(() => (stores = new TemporaryStores()));
  afterEach(() => stores.remove());

  const everything = (): unknown => {
    const raw = stores.openRaw();
    return [raw.prepare('SELECT * FROM jobs').all(), raw.prepare('SELECT * FROM stages').all()];
  };

  /** A refused change must leave every row as it was. */
  const check = (store: Store, change: Change<unknown>, state: unknown, position = 0): void => {
    const before = everything();
    const isAllowed = change.allowed.includes(state);
    assert.equal(change.apply(store, position), isAllowed);
    if (isAllowed) assert.notDeepEqual(everything(), before);
    else assert.deepEqual(everything(), before);
  };

  for (const change of jobChanges) {
    for (const [state, bring] of Object.entries(jobsIn)) {
      const verb = change.allowed.includes(state as JobState) ? 'takes place' : 'is refused';
      it(`${change.name} ${verb} for a job that is ${state}`, () => {
        const store = stores.open();
        bring(store);
        assert.equal(store.jobs.get('a')?.state, state);
        check(store, change, state);
      });
    }
  }

  for (const change of stageChanges) {
    for (const [state, { bring, position }] of Object.entries(stagesIn)) {
      const verb = change.allowed.includes(state as StageState) ? 'takes place' : 'is refused';
      it(`${change.name} ${verb} for a stage that is ${state}`, () => {
        const store = stores.open();
        bring(store);
        assert.equal(store.stages.list('a')[position]?.state, state);
        check(store, change, state, position);
      });
    }
  }

  for (const [state, bring] of Object.entries(jobsIn)) {
    if (!isClosed(state as JobState)) continue;
    it(`cannot be forced by SQL on a job that has ended as ${state}, nor on its stages`, () => {
      bring(stores.open());
      const raw = stores.openRaw();
      assert.throws(
        () => raw.exec(`UPDATE jobs SET state = 'running', ended_at = NULL`),
        /a closed job never/,
      );
      assert.throws(() => raw.exec(`UPDATE stages SET state = 'pending'`), /an ended stage never/);
    });
  }

  it('is refused for a job that does not exist', () => {
    const store = stores.open();
    for (const change of [...jobChanges, ...stageChanges])
      assert.equal(change.apply(store, 0), false, change.name);
  });
});
