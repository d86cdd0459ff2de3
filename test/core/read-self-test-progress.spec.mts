import assert from 'node:assert/strict';
import { readSelfTestInProgress, tellsSelfTest } from '../../dist/lib/core/read-self-test-progress.js';
import { readCapture } from './smart-captures.mts';

const ata = (value: unknown, rows: object[] = [], table = 'standard') => ({
  ata_smart_data: { self_test: { status: { value } } },
  ata_smart_self_test_log: { [table]: { table: rows } },
});
const nvme = (operation: object, percent?: unknown) => ({
  nvme_self_test_log: {
    current_self_test_operation: operation,
    current_self_test_completion_percent: percent,
  },
});

describe('a self-test in progress', () => {
  for (const [capture, text, percentLeft] of [
    ['ata-selftest-inprogress-60-7.3', 'self-test', 60],
    ['ata-selftest-inprogress-00-7.3', 'self-test', 0],
    ['nvme-selftest-inprogress-7.4', 'extended self-test', 63],
    ['nvme-selftest-inprogress-7.5', 'extended self-test', 63],
    ['scsi-selftest-inprogress-7.3', 'extended self-test', null],
    ['scsi-selftest-inprogress-7.3-json-o', 'extended self-test', 63],
  ] as const) {
    it(`is seen in ${capture}`, () => {
      assert.deepEqual(readSelfTestInProgress(readCapture(capture)), { text, percentLeft });
      assert.equal(tellsSelfTest(readCapture(capture)), true);
    });
  }

  for (const capture of [
    'ata-healthy-x-7.3',
    'ata-selftest-aborted-7.3',
    'ata-selftest-failed-read-7.3',
    'nvme-selftest-results-7.5',
    'scsi-sas-healthy-x-7.3',
    'scsi-sas-failing-x-7.5',
  ]) {
    it(`is not seen in ${capture}, which tells of self-tests`, () => {
      assert.equal(readSelfTestInProgress(readCapture(capture)), null);
      assert.equal(tellsSelfTest(readCapture(capture)), true);
    });
  }

  for (const capture of ['ata-standby-7.5', 'nvme-healthy-x-7.3', 'loop-unsupported-7.3']) {
    it(`is not told of at all in ${capture}`, () => {
      assert.equal(readSelfTestInProgress(readCapture(capture)), null);
      assert.equal(tellsSelfTest(readCapture(capture)), false);
    });
  }

  it('is an ATA status from 240 to 249 and no other', () => {
    for (const value of [0, 25, 121, 239, 250, 255, 244.5, -10, '246', null, Number.NaN]) {
      assert.equal(readSelfTestInProgress(ata(value)), null, String(value));
    }
    assert.deepEqual(readSelfTestInProgress(ata(249)), { text: 'self-test', percentLeft: 90 });
  });

  it('has the name that an ATA drive has put into its log, and not that of an older test', () => {
    const row = (type: string, value: number) => ({ type: { string: type }, status: { value } });
    const read = (rows: object[], table?: string) => readSelfTestInProgress(ata(244, rows, table))?.text;
    assert.equal(read([row('Extended offline', 244)]), 'extended self-test');
    assert.equal(read([row('Short offline', 249)], 'extended'), 'short self-test');
    assert.equal(read([row('Conveyance offline', 249)]), 'self-test');
    assert.equal(read([row('Extended offline', 0)]), 'self-test');
    assert.equal(read([{ status: { value: 241 } }]), 'self-test');
  });

  it('of an NVMe drive may be short, of an unknown kind, or without a credible percentage', () => {
    const read = (operation: object, percent?: unknown) => readSelfTestInProgress(nvme(operation, percent));
    assert.deepEqual(read({ value: 1, string: 'Short self-test in progress' }, 20), {
      text: 'short self-test',
      percentLeft: 80,
    });
    assert.deepEqual(read({ value: 14 }, 130), { text: 'self-test', percentLeft: null });
    assert.deepEqual(read({ value: 2, string: 'Extended' }), {
      text: 'extended self-test',
      percentLeft: null,
    });
    assert.equal(read({ value: 0, string: 'No self-test in progress' }, 40), null);
  });

  it('of a SCSI drive is told by the flag alone too', () => {
    const read = (more: object, output?: unknown) =>
      readSelfTestInProgress({ smartctl: { output }, scsi_self_test_0: more });
    assert.deepEqual(read({ self_test_in_progress: true }, [7, 'Self-test execution status: 999% of']), {
      text: 'self-test',
      percentLeft: null,
    });
    assert.equal(read({ result: { value: 0 }, self_test_in_progress: false }), null);
  });
});
