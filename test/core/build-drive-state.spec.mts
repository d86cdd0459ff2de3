import assert from 'node:assert/strict';
import {
  buildDriveState,
  buildUrgentKey,
  nextFinish,
  type DriveState,
} from '../../dist/lib/core/build-drive-state.js';
import { buildDriveAttributes } from '../../dist/lib/core/build-drive-attributes.js';
import { jobStates } from '../../dist/lib/core/job.js';
import type { DriveView } from '../../dist/lib/core/views.js';
import {
  sampleDriveView,
  sampleFacts,
  sampleJob,
  sampleJobView,
  sampleNow,
  sampleProgress,
  sampleStage,
} from '../support/sample-views.mts';

const build = (changes: Partial<DriveView> = {}, previousFinish: string | null = null): DriveState =>
  buildDriveState(sampleDriveView(changes), { now: sampleNow, previousFinish });

/** The fields that Home Assistant's entities read, plus our own. */
const fields = [
  ...['state', 'running', 'progress', 'finish', 'bad_blocks', 'temperature', 'health', 'lock', 'speed'],
  ...['stage', 'phase', 'phase_progress', 'time_left', 'started', 'lock_reason', 'last_result', 'size'],
  ...['power_on_hours', 'reallocated', 'pending', 'profile', 'start'],
  ...['serial', 'model', 'name', 'job', 'operator', 'reason'],
].sort();

const situations: Record<string, Partial<DriveView>> = {
  idle: { job: null },
  queued: { job: sampleJobView({ job: sampleJob({ state: 'queued', startedAt: null }), progress: null }) },
  running: {},
  'running, just restarted': { job: sampleJobView({ progress: null }) },
  'running, between stages': { job: sampleJobView({ stages: [], progress: null }) },
  failed: { job: sampleJobView({ job: sampleJob({ state: 'failed', reasons: ['3 bad blocks'] }) }) },
  absent: { isPresent: false, isHealthy: null },
  bare: { drive: sampleFacts({ model: null, wwn: null, temperatureC: null, transport: null }), job: null },
};

describe('the state of a drive', () => {
  for (const [name, changes] of Object.entries(situations)) {
    it(`has every field when ${name}, and never undefined or NaN`, () => {
      const state = build(changes);
      assert.deepEqual(Object.keys(state).sort(), fields);
      assert.deepEqual(JSON.parse(JSON.stringify(state)), { ...state });
    });
  }

  it('shows a running stage', () => {
    assert.deepEqual(build(), {
      state: 'running',
      running: true,
      progress: 18.4,
      finish: '2026-11-26T23:40:00.000Z',
      bad_blocks: 0,
      temperature: 38,
      health: 'passed',
      lock: 'UNLOCKED',
      lock_reason: 'none',
      speed: 193.5,
      stage: 'surface_validate',
      phase: 'verify_aa',
      phase_progress: 47.2,
      time_left: 394_800,
      started: '2026-11-21T08:00:05.000Z',
      last_result: null,
      size: 14000519643136,
      power_on_hours: 17,
      reallocated: 0,
      pending: 0,
      profile: null,
      start: '',
      serial: 'ZL2ABC12',
      model: 'ST14000NM001G',
      name: 'sda',
      job: '01JDA5ZK3W',
      operator: 'alice',
      reason: null,
    });
  });

  it('is idle with everything of a job unknown while there is none', () => {
    const { state, running, progress, finish, speed, stage, phase, job, last_result } = build({ job: null });
    assert.deepEqual(
      [state, running, progress, finish, speed, stage, phase, job, last_result],
      ['idle', false, null, null, null, 'none', 'none', null, null],
    );
  });

  for (const jobState of jobStates) {
    it(`writes a job that is ${jobState} in Home Assistant's words`, () => {
      const state = build({ job: sampleJobView({ job: sampleJob({ state: jobState }) }) });
      const word = jobState === 'unknown' ? 'indeterminate' : jobState;
      const isLive = jobState === 'queued' || jobState === 'running';
      assert.equal(state.state, word);
      assert.equal(state.running, jobState === 'running');
      assert.equal(state.last_result, isLive ? null : word);
    });
  }

  it('shows no speed, phase or finish of a stage once the job has ended', () => {
    const { speed, phase, phase_progress, finish, time_left } = build({
      job: sampleJobView({ job: sampleJob({ state: 'cancelled' }) }),
    });
    assert.deepEqual([speed, phase, phase_progress, finish, time_left], [null, 'none', null, null, null]);
  });

  it('joins all reasons of a job', () => {
    const job = sampleJobView({
      job: sampleJob({ state: 'failed', reasons: ['3 bad blocks', 'SMART failing'] }),
    });
    assert.equal(build({ job }).reason, '3 bad blocks; SMART failing');
  });

  it('does not let a stage that counts from nought hide bad blocks found before', () => {
    assert.equal(build({ badBlocks: 5 }).bad_blocks, 5);
    assert.equal(
      build({ badBlocks: 5, job: sampleJobView({ progress: sampleProgress({ badBlocks: 7 }) }) }).bad_blocks,
      7,
    );
    assert.equal(build({ badBlocks: 5, job: null }).bad_blocks, 5);
    assert.equal(build({ badBlocks: null, job: null }).bad_blocks, null);
  });

  it('tells a failing drive from one whose health was never read', () => {
    assert.equal(build({ isHealthy: false }).health, 'failed');
    assert.equal(build({ isHealthy: null }).health, null);
  });

  it('is locked by any safety lock and names the gravest', () => {
    const locks = [
      { kind: 'claimed' as const, detail: 'sda' },
      { kind: 'active_pool' as const, detail: 'tank' },
    ];
    assert.equal(build({ locks }).lock, 'LOCKED');
    assert.equal(build({ locks }).lock_reason, 'active_pool');
    assert.equal(build({ locks: [{ kind: 'unproven', detail: 'zpool failed' }] }).lock, 'LOCKED');
  });

  it('is unlocked for now while a permission covers every safety lock, and only then', () => {
    const tank = { kind: 'active_pool', detail: 'tank' } as const;
    const mount = { kind: 'mounted', detail: '/mnt' } as const;
    const grant = { operator: 'ann', locks: [tank], endsAt: sampleNow };
    const lockOf = (changes: Partial<DriveView>) => {
      const { lock, lock_reason } = build(changes);
      return [lock, lock_reason];
    };
    assert.deepEqual(lockOf({ locks: [tank], grant }), ['UNLOCKED', 'unlocked_for_now']);
    assert.deepEqual(lockOf({ locks: [tank], grant: null }), ['LOCKED', 'active_pool']);
    assert.deepEqual(lockOf({ locks: [tank, mount], grant }), ['LOCKED', 'active_pool']);
    assert.deepEqual(lockOf({ locks: [], grant }), ['UNLOCKED', 'none']);
    const swap = { kind: 'swap', detail: 'sda2' } as const;
    assert.deepEqual(lockOf({ locks: [swap], grant: { ...grant, locks: [swap] } }), ['LOCKED', 'swap']);
  });

  it('has no SMART figures before the first reading', () => {
    const { power_on_hours, reallocated, pending } = build({ smart: null });
    assert.deepEqual([power_on_hours, reallocated, pending], [null, null, null]);
  });

  it('forgets device name and temperature of a drive that is gone', () => {
    const { name, temperature, serial } = build({ isPresent: false });
    assert.deepEqual([name, temperature, serial], [null, null, 'ZL2ABC12']);
  });

  it('leaves speed and phase progress unknown outside of a surface validation', () => {
    const progress = sampleProgress({ phase: 'none', speedBytesPerS: null, finishAt: null });
    const { speed, phase_progress, finish, time_left } = build({ job: sampleJobView({ progress }) });
    assert.deepEqual([speed, phase_progress, finish, time_left], [null, null, null, null]);
  });

  it('does not let time left fall below nought', () => {
    const progress = sampleProgress({ finishAt: sampleNow - 600_000 });
    assert.equal(build({ job: sampleJobView({ progress }) }).time_left, 0);
  });
});

describe('the published finish', () => {
  const at = (text: string) => Date.parse(`2026-11-22T${text}Z`);
  const previousFinish = '2026-11-22T20:00:00.000Z';
  const next = (finishAt: number | null, previous: string | null = previousFinish) =>
    nextFinish(finishAt, { now: at('10:00:00'), previousFinish: previous });

  it('is in whole minutes', () => assert.equal(next(at('20:00:29'), null), '2026-11-22T20:00:00.000Z'));
  it('stays while it is off by five minutes or less', () =>
    assert.equal(next(at('20:04:59')), previousFinish));
  it('moves when it is off by more', () => assert.equal(next(at('20:06:10')), '2026-11-22T20:06:00.000Z'));
  it('moves earlier as well', () => assert.equal(next(at('19:50:00')), '2026-11-22T19:50:00.000Z'));
  it('moves by 1 % of the time left near the end', () => {
    assert.equal(next(at('11:02:00'), '2026-11-22T11:00:00.000Z'), '2026-11-22T11:02:00.000Z');
  });
  it('does not flutter between two minutes at the very end', () => {
    assert.equal(next(at('10:01:25'), '2026-11-22T10:01:00.000Z'), '2026-11-22T10:01:00.000Z');
  });
  it('is unknown when nobody knows, and for what is no time at all', () => {
    for (const value of [null, Infinity, NaN, 9e15]) assert.equal(next(value, null), null);
  });
});

describe('the urgent part of a state', () => {
  it('does not change with figures that tick', () => {
    const progress = sampleProgress({ percent: 19, phasePercent: 48, speedBytesPerS: 1e8, badBlocks: 1 });
    const ticked = build({ job: sampleJobView({ progress }), drive: sampleFacts({ temperatureC: 41 }) });
    assert.notDeepEqual(ticked, build());
    assert.equal(buildUrgentKey(ticked), buildUrgentKey(build()));
  });

  const urgent: Record<string, Partial<DriveView>> = {
    phase: { job: sampleJobView({ progress: sampleProgress({ phase: 'write_55' }) }) },
    stage: { job: sampleJobView({ stages: [sampleStage({ kind: 'long_smart' })] }) },
    state: { job: sampleJobView({ job: sampleJob({ state: 'failed' }) }) },
    lock: { locks: [{ kind: 'mounted', detail: '/mnt' }] },
    health: { isHealthy: false },
    name: { isPresent: false },
  };
  for (const [field, changes] of Object.entries(urgent)) {
    it(`changes with ${field}`, () =>
      assert.notEqual(buildUrgentKey(build(changes)), buildUrgentKey(build())));
  }
});

describe('the attributes of a drive', () => {
  it('tell the plan with reasons and evidence, and nothing that ticks', () => {
    const attributes = buildDriveAttributes(sampleDriveView());
    assert.deepEqual(
      attributes.stages.map(({ stage, state }) => [stage, state]),
      [
        ['precheck', 'passed'],
        ['surface_validate', 'running'],
        ['final_check', 'pending'],
      ],
    );
    assert.equal(attributes.stages[0]?.evidence[0]?.key, 'identity');
    const ticked = sampleJobView({
      progress: sampleProgress({ percent: 50 }),
      stages: [...sampleJobView().stages],
    });
    assert.deepEqual(
      buildDriveAttributes(sampleDriveView({ job: ticked, seenAt: sampleNow + 1 })),
      attributes,
    );
  });

  it('write an unknown stage as indeterminate', () => {
    const job = sampleJobView({ stages: [sampleStage({ state: 'unknown', reasons: ['result lost'] })] });
    assert.equal(buildDriveAttributes(sampleDriveView({ job })).stages[0]?.state, 'indeterminate');
  });

  it('tell what overrides each safety lock, or why nothing does, and what to type', () => {
    const locks = [
      { kind: 'mounted', detail: '/mnt/old' },
      { kind: 'active_pool', detail: 'tank' },
    ] as const;
    const grant = { operator: 'alice', locks, endsAt: sampleNow + 600_000 };
    const attributes = buildDriveAttributes(sampleDriveView({ locks, grant }));
    assert.deepEqual(attributes.locks, [
      { kind: 'active_pool', detail: 'tank', phrase: 'tank', no_override: null },
      { kind: 'mounted', detail: '/mnt/old', phrase: 'DESTROY MOUNTED FILESYSTEM', no_override: null },
    ]);
    assert.equal(attributes.phrase, 'tank + DESTROY MOUNTED FILESYSTEM');
    assert.deepEqual(attributes.grant, { operator: 'alice', ends: '2026-11-22T10:10:00.000Z' });
    const stuck = buildDriveAttributes(sampleDriveView({ locks: [{ kind: 'swap', detail: 'sda2' }] }));
    assert.deepEqual([stuck.phrase, stuck.locks[0]?.phrase], [null, null]);
    assert.match(stuck.locks[0]?.no_override ?? '', /swap off/);
  });

  it('ask for the WWN of a drive that it tells from its twin', () => {
    const locks = [{ kind: 'ambiguous', detail: '2 devices' }] as const;
    const phraseOf = (isToldApartByWwn: boolean) =>
      buildDriveAttributes(sampleDriveView({ locks, isToldApartByWwn })).phrase;
    assert.deepEqual([phraseOf(true), phraseOf(false)], ['0x5000c500c3a1b2c4', null]);
  });

  it('tell what was overridden for the job, and by whom', () => {
    const grants = [{ kind: 'mounted', detail: '/mnt' }] as const;
    const job = sampleJobView({ job: sampleJob({ grants, grantedBy: 'ann', grantedAt: 1 }) });
    const { granted_by, overridden } = buildDriveAttributes(sampleDriveView({ job }));
    assert.deepEqual([granted_by, overridden], ['ann', grants]);
  });

  it('have the same fields without a job', () => {
    const withJob = Object.keys(buildDriveAttributes(sampleDriveView()));
    assert.deepEqual(
      Object.keys(buildDriveAttributes(sampleDriveView({ job: null }))).sort(),
      withJob.sort(),
    );
  });

  it('use none of the words that Home Assistant drops', () => {
    const dropped = ['state', 'device_class', 'unit_of_measurement', 'friendly_name', 'icon', 'available'];
    const used = Object.keys(buildDriveAttributes(sampleDriveView()));
    assert.deepEqual(
      used.filter((key) => dropped.includes(key)),
      [],
    );
  });
});
