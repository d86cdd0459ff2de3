import assert from 'node:assert/strict';
import { safetyLockKinds, type SafetyLock } from '../../dist/lib/core/drive.js';
import { grantMs, isCovered, isInTime, judgeGrant, type Grant } from '../../dist/lib/core/judge-grant.js';
import { probed } from '../support/probes.mts';

const locks: SafetyLock[] = [
  { kind: 'active_pool', detail: 'tank' },
  { kind: 'mounted', detail: '/mnt/a' },
];
const wwn = '0x5000c500c3a1b2c4';
const grant: Grant = {
  drive: { serial: 'A1', wwn, sizeBytes: 1e12 },
  bootId: 'b',
  locks,
  operator: 'ann',
  givenAt: 1_000_000,
};
const seen = (changed: SafetyLock[] = locks, changes = {}) => probed('A1', changed, { wwn, ...changes });
const judge = (drive = seen(), { bootId = 'b', now = grant.givenAt } = {}) =>
  judgeGrant(grant, { probed: drive, bootId, now });

describe('a permission', () => {
  it('holds for the drive that was seen, in any order of its locks, under any name', () => {
    assert.equal(judge(), null);
    assert.equal(judge(seen([...locks].reverse(), { name: 'sdz', deviceNumber: '65:0' })), null);
  });

  for (const [what, changed] of [
    ['one more lock', [...locks, { kind: 'holder', detail: 'md0' }]],
    ['the same lock once more', [...locks, { kind: 'mounted', detail: '/mnt/a' }]],
    ['one lock less', locks.slice(1)],
    ['no lock at all', []],
    ['another pool', [{ kind: 'active_pool', detail: 'backup' }, ...locks.slice(1)]],
    ['another kind', [{ kind: 'boot_pool', detail: 'tank' }, ...locks.slice(1)]],
  ] as const) {
    it(`ends with ${what}`, () => {
      assert.equal(judge(seen([...changed])), 'reclassified');
    });
  }

  it('ends with another drive and another boot', () => {
    assert.equal(judge(seen(locks, { wwn: null })), 'other_drive');
    assert.equal(judge(seen(locks, { sizeBytes: 1 })), 'other_drive');
    assert.equal(judge(seen(locks, { serial: 'B2' })), 'other_drive');
    assert.equal(judge(seen(), { bootId: 'c' }), 'restarted');
  });

  it('ends after ten minutes, also when the clock is set back by more', () => {
    for (const [ms, isGood] of [
      [grantMs - 1, true],
      [grantMs, false],
      [-grantMs, false],
    ] as const) {
      const now = grant.givenAt + ms;
      assert.equal(isInTime(grant, now), isGood);
      assert.equal(judge(seen(), { now }), isGood ? null : 'time_over');
    }
  });
});

describe('the locks of a drive are covered', () => {
  it('by a permission that names each of them, and more', () => {
    assert.equal(isCovered(locks, grant), true);
    assert.equal(isCovered(locks.slice(1), grant), true);
    assert.equal(isCovered([{ kind: 'holder', detail: 'md0' }], grant), false);
    assert.equal(isCovered([{ kind: 'mounted', detail: '/mnt/b' }], grant), false);
  });

  it('never where a kind has no override, whatever the permission says', () => {
    const coverable = ['boot_pool', 'active_pool', 'mounted', 'exported_pool', 'holder', 'ambiguous'];
    for (const kind of safetyLockKinds) {
      const lock = [{ kind, detail: 'x' }];
      assert.equal(isCovered(lock, { ...grant, locks: lock }), coverable.includes(kind), kind);
    }
  });
});
