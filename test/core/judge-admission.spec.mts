import assert from 'node:assert/strict';
import type { ProbedDrive, ProbeReport, SafetyLock } from '../../dist/lib/core/drive.js';
import { safetyLockKinds } from '../../dist/lib/core/drive.js';
import { judgeAdmission } from '../../dist/lib/core/judge-admission.js';

function probed(serial: string, locks: SafetyLock[] = [], changes = {}): ProbedDrive {
  const drive = {
    serial,
    wwn: null,
    sizeBytes: 1e12,
    name: 'sdb',
    deviceNumber: '8:16',
    type: 'disk',
    model: null,
    physicalSectorBytes: 4096,
    isRotational: true,
    transport: 'sata',
    temperatureC: null,
    ...changes,
  };
  return { drive, locks };
}

const report = (...drives: ProbedDrive[]): ProbeReport => ({
  bootId: 'b',
  uptimeS: 1,
  drives,
  gaps: [],
  unfit: [],
  activities: [],
});

describe('judgeAdmission', () => {
  it('admits a free drive', () => {
    assert.equal(judgeAdmission('A1', report(probed('A1'), probed('B2'))), null);
  });

  it('refuses a serial that no drive has, and never matches a part of one', () => {
    for (const serial of ['A', 'A11', 'a1', '']) {
      assert.equal(judgeAdmission(serial, report(probed('A1')))?.code, 'unknown_drive', serial);
    }
  });

  it('refuses a device name and tells the serial number', () => {
    for (const name of ['sdb', '/dev/sdb']) {
      assert.match(judgeAdmission(name, report(probed('A1')))?.message ?? '', /device name.*A1/);
    }
  });

  it('refuses a serial that two drives carry', () => {
    assert.match(judgeAdmission('A1', report(probed('A1'), probed('A1')))?.message ?? '', /2 drives/);
  });

  it('refuses a drive without a size', () => {
    assert.equal(judgeAdmission('A1', report(probed('A1', [], { sizeBytes: 0 })))?.code, 'not_ready');
  });

  for (const kind of safetyLockKinds) {
    it(`refuses a drive with the safety lock ${kind} and names what is on it`, () => {
      const refusal = judgeAdmission('A1', report(probed('A1', [{ kind, detail: 'tank' }])));
      assert.equal(refusal?.code, 'locked');
      assert.match(refusal.message, /tank\. Nothing was written/);
    });
  }

  it('names every use', () => {
    const locks: SafetyLock[] = [
      { kind: 'mounted', detail: '/mnt/a' },
      { kind: 'swap', detail: '/dev/sdb2' },
    ];
    assert.match(
      judgeAdmission('A1', report(probed('A1', locks)))?.message ?? '',
      /\/mnt\/a; it is used as swap/,
    );
  });
});
