import assert from 'node:assert/strict';
import type { ProbedDrive, SafetyLock } from '../../dist/lib/core/drive.js';
import { safetyLockKinds } from '../../dist/lib/core/drive.js';
import { judgeAdmission } from '../../dist/lib/core/judge-admission.js';
import type { Grant } from '../../dist/lib/core/judge-grant.js';
import { probed, reportOf, twins } from '../support/probes.mts';

const tank: SafetyLock = { kind: 'active_pool', detail: 'tank' };
const refusalOf = (serial: string, ...drives: ProbedDrive[]) => {
  const admission = judgeAdmission(serial, reportOf(...drives));
  return admission.ok ? null : admission.refusal;
};
const grantOf = ({ drive, locks }: ProbedDrive): Grant => ({
  drive: { serial: drive.serial, wwn: drive.wwn, sizeBytes: drive.sizeBytes },
  bootId: 'b',
  locks,
  operator: 'ann',
  givenAt: 0,
});

describe('judgeAdmission', () => {
  it('admits a free drive, and needs no permission for it', () => {
    const free = probed('A1');
    const admission = judgeAdmission('A1', reportOf(free, probed('B2')), grantOf(free));
    assert.deepEqual(admission, { ok: true, probed: free, grant: null });
  });

  it('refuses a serial that no drive has, and never matches a part of one', () => {
    for (const serial of ['A', 'A11', 'a1', '']) {
      assert.equal(refusalOf(serial, probed('A1'))?.code, 'unknown_drive', serial);
    }
  });

  it('refuses a device name and tells the serial number', () => {
    for (const name of ['sdb', '/dev/sdb']) {
      assert.match(refusalOf(name, probed('A1'))?.message ?? '', /device name.*A1/);
    }
  });

  it('refuses a serial that two drives carry, each with its own reasons', () => {
    assert.match(refusalOf('A1', probed('A1'), probed('A1'))?.message ?? '', /2 drives/);
    const admission = judgeAdmission('A1', reportOf(...twins([tank])));
    assert.ok(!admission.ok);
    assert.equal(admission.phrase, null);
    assert.deepEqual(
      admission.reasons.map(({ kind, phrase }) => [kind, phrase]),
      [
        ['active_pool', 'tank'],
        ['ambiguous', '0x5000c500000000a1'],
        ['ambiguous', '0x5000c500000000b2'],
      ],
    );
    assert.match(admission.reasons[2]?.message ?? '', /\(sdb, 0x5000c500000000b2\) cannot be told/);
    const nameless = reportOf(probed('A1', [tank]), probed('A1'));
    const second = judgeAdmission('A1', nameless);
    assert.match((!second.ok && second.reasons[0]?.message) || '', /without a WWN\) is in/);
  });

  it('refuses a drive without a size', () => {
    assert.equal(refusalOf('A1', probed('A1', [], { sizeBytes: 0 }))?.code, 'not_ready');
  });

  for (const kind of safetyLockKinds) {
    it(`refuses a drive with the safety lock ${kind} and names what is on it`, () => {
      const refusal = refusalOf('A1', probed('A1', [{ kind, detail: 'tank' }]));
      assert.equal(refusal?.code, 'locked');
      assert.match(refusal.message, /tank\. Nothing was written\. .*, then ask again\.$/);
    });
  }

  it('names every use, and what to type for all of them', () => {
    const locks: SafetyLock[] = [{ kind: 'mounted', detail: '/mnt/a' }, tank];
    const admission = judgeAdmission('A1', reportOf(probed('A1', locks)));
    assert.ok(!admission.ok);
    assert.match(admission.refusal.message, /\/mnt\/a; it is in the imported pool tank/);
    assert.match(admission.refusal.message, /or unlock it by its phrase/);
    assert.equal(admission.phrase, 'tank + DESTROY MOUNTED FILESYSTEM');
    assert.deepEqual(admission.reasons[0], {
      code: 'locked',
      kind: 'active_pool',
      detail: 'tank',
      message: 'Drive A1 is in the imported pool tank.',
      phrase: 'tank',
    });
  });

  it('says what to do where nothing can be typed', () => {
    const admission = judgeAdmission('A1', reportOf(probed('A1', [{ kind: 'swap', detail: 'sdb2' }, tank])));
    assert.ok(!admission.ok);
    assert.equal(admission.phrase, null);
    assert.match(
      admission.refusal.message,
      /Turn the swap off on the NAS, and take it out of its settings, then/,
    );
    assert.equal(admission.reasons[0]?.phrase, undefined);
    assert.match(admission.reasons[0]?.message ?? '', /swap: sdb2\. Turn the swap off/);
  });
});

describe('judgeAdmission with a permission', () => {
  it('admits exactly what was seen', () => {
    const locked = probed('A1', [tank]);
    const grant = grantOf(locked);
    assert.deepEqual(judgeAdmission('A1', reportOf(locked), grant), { ok: true, probed: locked, grant });
  });

  for (const [what, now] of [
    ['another lock', probed('A1', [{ kind: 'active_pool', detail: 'backup' }])],
    ['one lock more', probed('A1', [tank, { kind: 'mounted', detail: '/mnt' }])],
    ['another size', probed('A1', [tank], { sizeBytes: 5 })],
    ['another WWN', probed('A1', [tank], { wwn: '0x5' })],
  ] as const) {
    it(`refuses a drive with ${what}`, () => {
      assert.equal(judgeAdmission('A1', reportOf(now), grantOf(probed('A1', [tank]))).ok, false);
    });
  }

  it('refuses kinds without an override, whatever the permission says', () => {
    const locked = probed('A1', [{ kind: 'swap', detail: 'sdb2' }]);
    assert.equal(judgeAdmission('A1', reportOf(locked), grantOf(locked)).ok, false);
  });

  it('admits the one of two twins that it was given for', () => {
    const [a, b] = twins();
    const admission = judgeAdmission('A1', reportOf(a, b), grantOf(b));
    assert.ok(admission.ok);
    assert.equal(admission.probed, b);
    const stranger = grantOf(probed('A1', [...a.locks], { wwn: '0x7' }));
    assert.equal(judgeAdmission('A1', reportOf(a, b), stranger).ok, false);
    const wider = { ...a, locks: [...a.locks, tank] };
    assert.equal(judgeAdmission('A1', reportOf(wider, b), grantOf(a)).ok, false);
  });
});
