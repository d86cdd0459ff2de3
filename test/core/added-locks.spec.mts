import assert from 'node:assert/strict';
import { addLocks, listAdded } from '../../dist/lib/core/added-locks.js';
import type { SafetyLock } from '../../dist/lib/core/drive.js';
import { estimateRunMs } from '../../dist/lib/core/estimate-run.js';
import { probed, reportOf } from '../support/probes.mts';

const mounted: SafetyLock = { kind: 'mounted', detail: '/mnt' };
const exported: SafetyLock = { kind: 'exported_pool', detail: 'old' };
const open: SafetyLock = { kind: 'unproven', detail: 'TrueNAS: no answer' };

describe('locks that one source adds', () => {
  const host = reportOf(probed('A', [mounted]), probed('B'));
  const joined = reportOf(probed('A', [mounted, exported, open]), probed('B', [exported]));
  const added = listAdded(host, joined);
  const { drive } = probed('A');

  it('are those that the other has not', () => {
    assert.deepEqual(added.of(drive), [exported, open]);
  });

  it('are none for a drive that is not exactly the one that was seen', () => {
    assert.deepEqual(added.of({ ...drive, sizeBytes: 1 }), []);
  });

  it('are put beside later ones, each once, and without doubts', () => {
    const later = reportOf(probed('A'), probed('B', [exported]), probed('C'));
    const locks = addLocks(later, added).drives.map((one) => one.locks);
    assert.deepEqual(locks, [[exported], [exported], []]);
  });

  it('may be none at all', () => {
    assert.equal(addLocks(host, null), host);
  });
});

describe('the estimate of a run', () => {
  it('grows with the drive: about ten days for 18 TB', () => {
    const days = estimateRunMs(18e12) / 86_400_000;
    assert.ok(days > 8 && days < 14, String(days));
    assert.equal(estimateRunMs(0), 0);
  });
});
