import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { readSmart } from '../../dist/lib/core/read-smart.js';
import { readStoredSmart } from '../../dist/lib/core/read-stored-smart.js';
import { factsOf, lookAt, readCapture } from './smart-captures.mts';

const read = (json: unknown) => readSmart({ kind: 'read', json });

/** smartctl's JSON with one ATA attribute in it. */
function withAttribute(row: Readonly<Record<string, unknown>>): unknown {
  return {
    smartctl: { exit_status: 0 },
    device: { protocol: 'ATA' },
    ata_smart_attributes: { table: [null, 'text', { id: 1 }, row] },
  };
}

function attribute(row: Readonly<Record<string, unknown>>) {
  const look = read(withAttribute(row));
  return look.kind === 'read' ? look.facts : assert.fail();
}

function uncorrectedOf(log: Readonly<Record<string, unknown>>) {
  const look = read({ smartctl: { exit_status: 0 }, scsi_error_counter_log: log });
  return look.kind === 'read' ? look.facts.uncorrectedErrors : assert.fail();
}

describe('reading smartctl', () => {
  it('reads a healthy SATA drive, and leaves attributes it does not have open', () => {
    for (const capture of ['ata-healthy-x-7.3', 'ata-healthy-x-7.5']) {
      assert.deepEqual(factsOf(capture), {
        protocol: 'ATA',
        model: 'LABSATA',
        serial: 'SATA0001',
        isPassed: true,
        exitStatus: 4,
        newestSelfTest: { outcome: 'none', text: 'no finished self-test in the log' },
        temperatureC: 31,
        powerOnHours: 1,
        reallocated: 0,
        reallocationEvents: null,
        pending: null,
        uncorrectable: null,
        reportedUncorrect: null,
        endToEndErrors: null,
        crcErrors: null,
        grownDefects: null,
        uncorrectedErrors: null,
        criticalWarning: null,
        mediaErrors: null,
        percentageUsed: null,
      });
    }
  });

  it('reads the counters of a failing SATA drive', () => {
    const facts = factsOf('ata-failing-pending-x-7.3');
    assert.equal(facts.isPassed, false);
    assert.equal(facts.exitStatus, 140);
    assert.equal(facts.reallocated, 16);
    assert.equal(facts.pending, 8);
    assert.equal(facts.uncorrectable, 4);
    assert.deepEqual(facts.newestSelfTest, {
      outcome: 'failed',
      text: 'Extended offline: Completed: read failure',
    });
  });

  it('reads SAS drives of both spellings, the model included', () => {
    assert.equal(factsOf('scsi-sas-healthy-x-7.3').grownDefects, 0);
    assert.equal(factsOf('scsi-sas-healthy-x-7.3').uncorrectedErrors, 0);
    assert.equal(factsOf('scsi-sas-healthy-x-7.3').newestSelfTest?.outcome, 'passed');
    for (const capture of ['scsi-sas-failing-x-7.3', 'scsi-sas-failing-x-7.5']) {
      const facts = factsOf(capture);
      assert.equal(facts.protocol, 'SCSI');
      assert.equal(facts.model, 'QEMU QEMU HARDDISK');
      assert.equal(facts.serial, 'SCSI0001');
      assert.equal(facts.isPassed, false);
      assert.equal(facts.grownDefects, 2);
      assert.equal(facts.uncorrectedErrors, 21);
      assert.equal(facts.temperatureC, 34);
      assert.equal(facts.newestSelfTest?.outcome, 'failed');
    }
  });

  it('reads a SCSI disk that reports next to nothing as nulls, not as zeros', () => {
    const facts = factsOf('scsi-plain-x-7.3');
    assert.equal(facts.isPassed, null);
    assert.equal(facts.grownDefects, null);
    assert.equal(facts.uncorrectedErrors, null);
    assert.equal(facts.newestSelfTest, null);
    assert.equal(factsOf('scsi-debug-x-7.3').temperatureC, null);
  });

  it('reads NVMe drives', () => {
    for (const capture of ['nvme-healthy-x-7.3', 'nvme-healthy-x-7.5']) {
      const facts = factsOf(capture);
      assert.equal(facts.protocol, 'NVMe');
      assert.equal(facts.criticalWarning, 0);
      assert.equal(facts.mediaErrors, 0);
      assert.equal(facts.percentageUsed, 0);
      assert.equal(facts.newestSelfTest, null);
    }
    const failing = factsOf('nvme-critical-warning-7.3');
    assert.equal(failing.criticalWarning, 4);
    assert.equal(failing.mediaErrors, 9);
    assert.equal(failing.serial, null);
  });

  it('takes the newest finished self-test and passes over aborted and running ones', () => {
    const newest = (capture: string) => factsOf(capture).newestSelfTest?.outcome;
    assert.equal(newest('nvme-selftest-results-7.5'), 'passed');
    assert.equal(newest('nvme-selftest-inprogress-7.5'), 'none');
    assert.equal(newest('ata-selftest-failed-read-7.3'), 'failed');
    assert.equal(newest('ata-selftest-inprogress-60-7.3'), 'passed');
    assert.equal(newest('scsi-selftest-inprogress-7.3'), 'passed');
  });

  it('reads every code a self-test can end with', () => {
    const outcomeOf = (members: Readonly<Record<string, unknown>>) => {
      const look = read({ smartctl: { exit_status: 0 }, ...members });
      return look.kind === 'read' ? look.facts.newestSelfTest?.outcome : assert.fail();
    };
    const ata = (status: unknown) =>
      outcomeOf({ ata_smart_self_test_log: { extended: { table: [{ status }] } } });
    const scsi = (value: unknown) => outcomeOf({ scsi_self_test_0: { result: { value } } });
    const nvme = (value: unknown) =>
      outcomeOf({ nvme_self_test_log: { table: [{ self_test_result: { value } }] } });

    const codes = Array.from({ length: 16 }, (_, code) => code);
    const failuresOf = (outcome: (code: number) => unknown) => codes.filter((c) => outcome(c) === 'failed');
    assert.deepEqual(
      failuresOf((code) => ata({ value: code * 16 + 5 })),
      [3, 4, 5, 6, 7, 8],
    );
    assert.deepEqual(failuresOf(scsi), [3, 4, 5, 6, 7]);
    assert.deepEqual(failuresOf(nvme), [5, 6, 7]);
    assert.deepEqual(
      codes.filter((code) => ata({ value: code * 16 }) === 'passed'),
      [0],
    );
    assert.deepEqual(
      codes.filter((code) => scsi(code) === 'passed'),
      [0],
    );
    assert.deepEqual(
      codes.filter((code) => nvme(code) === 'passed'),
      [0],
    );
    assert.equal(ata({ passed: true }), 'passed');
    assert.equal(ata({ passed: false }), 'failed');
    assert.equal(ata({}), 'none');
    assert.equal(scsi('0'), 'none');
  });

  it('takes the count, not the packed words, of an attribute that smartctl prints with a bracket', () => {
    const packed = { id: 5, name: 'Reallocated_Sector_Ct', raw: { value: 65536 * 7 + 3, string: '3 (0 7)' } };
    assert.equal(attribute(packed).reallocated, 3);
    const endless = { id: 5, name: 'x', raw: { value: 4, string: `${'9'.repeat(400)} (7)` } };
    assert.equal(attribute(endless).reallocated, 4);
    const words = { id: 197, name: 'x', raw: { value: 65536, string: '0 1 0' } };
    assert.equal(attribute(words).pending, 65536);
  });

  it('takes attribute 184 only where it means end-to-end errors', () => {
    const raw = { value: 9, string: '9' };
    assert.equal(attribute({ id: 184, name: 'End-to-End_Error', raw }).endToEndErrors, 9);
    assert.equal(attribute({ id: 184, name: 'Error_Correction_Count', raw }).endToEndErrors, null);
    assert.equal(attribute({ id: 184, raw }).endToEndErrors, null);
  });

  it('does not take a value of the wrong kind for a count', () => {
    for (const value of ['8', -1, null, true, {}]) {
      assert.equal(attribute({ id: 197, raw: { value } }).pending, null);
    }
    assert.equal(attribute({ id: 197 }).pending, null);
  });

  it('sums uncorrected errors only when reads and writes are both counted, or when there are some', () => {
    const errors = (count: number) => ({ total_uncorrected_errors: count });
    assert.equal(uncorrectedOf({ read: errors(1), write: errors(2), verify: errors(4) }), 7);
    assert.equal(uncorrectedOf({ read: errors(0), write: errors(0) }), 0);
    assert.equal(uncorrectedOf({ verify: errors(0) }), null);
    assert.equal(uncorrectedOf({ read: errors(0), verify: errors(0) }), null);
    assert.equal(uncorrectedOf({ write: errors(3) }), 3);
    assert.equal(uncorrectedOf({ read: errors(1e308), write: errors(1e308) }), Number.MAX_SAFE_INTEGER);
  });

  it('gives the reason of smartctl where there is no data', () => {
    const reasons = {
      'loop-unsupported-7.3': '/dev/loop0: Unable to detect device type',
      'virtio-unsupported-7.3': '/dev/vda: Unable to detect device type',
      'loop-forced-scsi-7.3': 'smartctl ended with 2',
      'scsi-start-refused-busy-7.3': 'smartctl ended with 255',
      'ata-standby-7.5': 'Device is in STANDBY mode, exit(2)',
      'nosuch-7.3': 'Smartctl open device: /dev/sdzz failed: No such device',
      'as-nonroot-7.3': 'Smartctl open device: /dev/sdb failed: Permission denied',
    };
    for (const [capture, reason] of Object.entries(reasons)) {
      assert.deepEqual(lookAt(capture), { kind: 'not_available', reason }, capture);
    }
  });

  it('keeps data that came with a bad exit status', () => {
    const json = { smartctl: { exit_status: 3 }, smart_status: { passed: true } };
    assert.equal(read(json).kind, 'read');
  });

  it('passes on what the probe already knows', () => {
    const absent = { kind: 'no_such_drive', reason: 'it is gone' } as const;
    assert.deepEqual(readSmart(absent), absent);
    const none = { kind: 'not_available', reason: 'smartctl is not installed' } as const;
    assert.deepEqual(readSmart(none), none);
  });

  it('calls anything else unreadable and never throws', () => {
    const junk = [
      null,
      undefined,
      0,
      '',
      'text',
      [],
      {},
      [[]],
      { smartctl: null },
      { smartctl: { exit_status: 'x' } },
    ];
    for (const json of junk) assert.equal(read(json).kind, 'unreadable');
    const twisted = {
      smartctl: { exit_status: 0, messages: {} },
      ata_smart_attributes: { table: { 0: 1 } },
      device: 7,
    };
    assert.equal(read(twisted).kind, 'read');
  });

  it('survives every capture cut down member by member', () => {
    for (const file of readdirSync(new URL('../fixtures/smartctl/', import.meta.url))) {
      if (!file.endsWith('.json')) continue;
      const json = readCapture(file.slice(0, -5)) as Record<string, unknown>;
      for (const member of Object.keys(json)) {
        for (const junk of [null, 1, 'x', [], [null], {}]) {
          assert.ok(read({ ...json, [member]: junk }));
        }
      }
    }
  });
});

describe('SMART data kept in a memo', () => {
  it('comes back from JSON as it went in', () => {
    for (const capture of [
      'ata-failing-pending-x-7.3',
      'scsi-sas-failing-x-7.5',
      'nvme-healthy-x-7.5',
      'nosuch-7.3',
    ]) {
      const look = lookAt(capture);
      assert.deepEqual(readStoredSmart(JSON.parse(JSON.stringify(look))), look);
    }
  });

  it('is null when it is something else', () => {
    for (const value of [
      null,
      undefined,
      {},
      { kind: 'read' },
      { kind: 'read', facts: { protocol: 'ATA' } },
      'x',
    ]) {
      assert.equal(readStoredSmart(value), null);
    }
  });
});
