import assert from 'node:assert/strict';
import { buildDriveMessage, buildPollMessage } from '../../dist/lib/core/build-poll-messages.js';
import { driveChanges, listDriveChanges, type DriveChange } from '../../dist/lib/core/list-drive-changes.js';
import type { DriveView } from '../../dist/lib/core/views.js';
import {
  sampleDriveView,
  sampleFacts,
  sampleJob,
  sampleJobView,
  sampleProgress,
} from '../support/sample-views.mts';
import { buildDrive, buildJobView, buildNas } from '../support/views.mts';

const smart = { readAt: 1, powerOnHours: 17, reallocated: 0, pending: 0 };

describe('what changed on a drive', () => {
  it('is that it is new, the first time', () => {
    assert.deepEqual(listDriveChanges(null, sampleDriveView()), ['new']);
  });

  it('is nothing when only a poll has passed: a later look, the same SMART values, a fraction of a percent', () => {
    const before = sampleDriveView();
    const progress = sampleProgress({ percent: 18.45, speedBytesPerS: 1, finishAt: 5 });
    const now = { seenAt: 5, smart: { ...smart, readAt: 9 }, job: sampleJobView({ progress }) };
    assert.deepEqual(listDriveChanges(before, { ...before, ...now }), []);
  });

  const cases: Readonly<Record<Exclude<DriveChange, 'new'>, Partial<DriveView>>> = {
    present: { isPresent: false },
    name: { drive: sampleFacts({ name: 'sdz' }) },
    identity: { drive: sampleFacts({ sizeBytes: 5 }) },
    temperature: { drive: sampleFacts({ temperatureC: 39 }) },
    locks: { locks: [{ kind: 'swap', detail: 'sda2' }] },
    grant: { grant: { operator: 'ann', locks: [], endsAt: 5 } },
    health: { isHealthy: false },
    smart: { smart: { ...smart, pending: 1 } },
    slot: { slot: '2:6' },
    job: { job: sampleJobView({ job: sampleJob({ id: 'other' }) }) },
    progress: { job: sampleJobView({ progress: sampleProgress({ percent: 60 }) }) },
    bad_blocks: { badBlocks: 3 },
  };
  for (const [word, change] of Object.entries(cases)) {
    it(`is ${word}, and nothing else`, () => {
      const before = sampleDriveView();
      assert.deepEqual(listDriveChanges(before, { ...before, ...change }), [word]);
      assert.deepEqual(listDriveChanges({ ...before, ...change }, before), [word]);
    });
  }

  it('has no word besides these', () => {
    assert.deepEqual(driveChanges, ['new', ...Object.keys(cases)]);
  });

  it('counts a job that came, with its progress', () => {
    const before = sampleDriveView({ job: null });
    assert.deepEqual(listDriveChanges(before, sampleDriveView()), ['job', 'progress']);
  });
});

describe('messages of a poll', () => {
  it('name the drive in the topic, what changed, and whether it was taken out', () => {
    const view = buildDrive('A1');
    assert.deepEqual(buildDriveMessage(view, ['locks']), {
      topic: 'A1',
      payload: { ...view, changed: ['locks'], removed: false },
    });
    const gone = buildDriveMessage({ ...view, isPresent: false }, ['present']);
    assert.equal((gone.payload as { removed: boolean }).removed, true);
  });

  it('sum the drives up: each that is there is free, busy or locked', () => {
    const job = buildJobView({ stationId: 's', kind: 'surface_validate', percent: 1 });
    const ended = { ...job, job: { ...job.job, state: 'passed' as const } };
    const hot = { ...buildDrive('A1').drive, temperatureC: 44 };
    const cold = { ...hot, temperatureC: null };
    const pool = { kind: 'active_pool', detail: 'tank' } as const;
    const drives = [
      buildDrive('A1', { job: ended, drive: hot }),
      buildDrive('B2', { job, locks: [pool] }),
      buildDrive('C3', { locks: [{ kind: 'mounted', detail: '/' }, pool], drive: cold }),
      buildDrive('D4', { locks: [pool] }),
      buildDrive('E5', { locks: [{ kind: 'swap', detail: 'x' }] }),
      buildDrive('F6', { isPresent: false, drive: { ...hot, temperatureC: 99 } }),
    ];
    const unfit = [{ name: 'sdx', reason: 'no_serial', model: null, sizeBytes: 1 }] as const;
    const nas = buildNas({ unfit });
    assert.deepEqual(buildPollMessage(nas, drives), {
      topic: 'demo',
      payload: {
        ...nas,
        counts: { drives: 5, free: 1, busy: 1, locked: { active_pool: 2, swap: 1 }, unfit: 1, absent: 1 },
        hottest: { serial: 'A1', temperatureC: 44 },
        poller: 'ok',
      },
    });
  });

  it('tell a NAS without drives and without polls', () => {
    const { payload } = buildPollMessage(buildNas({ isStale: true }), []);
    const { hottest, poller } = payload as { hottest: unknown; poller: unknown };
    assert.deepEqual([hottest, poller], [null, 'problem']);
  });
});
