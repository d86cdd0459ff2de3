import assert from 'node:assert/strict';

import {
  readTruenasAlerts,
  readTruenasTemperatures,
  readTruenasTimeZone,
} from '../../dist/lib/core/read-truenas-health.js';
import {
  readTruenasScrubs,
  readTruenasSmartJobs,
  readTruenasSmartTests,
} from '../../dist/lib/core/read-truenas-tasks.js';
import { readTruenasVersion } from '../../dist/lib/core/truenas-version.js';
import { capture, problemOf, valueOf } from './truenas-samples.mts';
import type { Row } from './truenas-samples.mts';

describe('The readers of what TrueNAS measures and plans', () => {
  it('read temperatures in four shapes, where 0 on 25.04 is unknown', () => {
    const read = (row: Row, name: string) =>
      valueOf(readTruenasTemperatures(capture(row, 'disk.temperatures'))).find((one) => one.name === name);
    assert.deepEqual(read('core-13.0', 'da4'), { name: 'da4', temperatureC: 36, limitC: null });
    assert.equal(read('24.10', 'sdh'), undefined);
    assert.equal(read('25.04', 'sdh'), undefined);
    assert.equal(read('25.04', 'sdf')?.temperatureC, 36);
    assert.deepEqual(read('25.10', 'sdf'), { name: 'sdf', temperatureC: 36, limitC: 60 });
    assert.deepEqual(read('25.10', 'sda'), { name: 'sda', temperatureC: 31, limitC: null });
    assert.deepEqual(read('25.10', 'nvme0n1'), { name: 'nvme0n1', temperatureC: 41.9, limitC: null });
    assert.deepEqual(read('25.10', 'sdb'), { name: 'sdb', temperatureC: 35, limitC: null });
    assert.deepEqual(valueOf(readTruenasTemperatures({ sda: [], sdb: [null, 60] })), []);
    assert.deepEqual(valueOf(readTruenasTemperatures(null)), []);
    assert.match(problemOf(readTruenasTemperatures({ sda: 'warm' })), /^disk\.temperatures gave/);
  });

  it('read schedules of self-tests: of smartd up to 25.04, of cron from 25.10', () => {
    const [all, one] = valueOf(readTruenasSmartTests(capture('24.10', 'smart.test.query')));
    assert.deepEqual(all, {
      test: 'long',
      identifiers: null,
      schedule: { minute: '0', hour: '2', dom: '*', month: '*', dow: 'sun' },
      dayRule: 'both',
    });
    assert.deepEqual(one?.identifiers, ['{serial_lunid}ZL2TNK01_5000c500d1e20001']);
    const jobs = valueOf(readTruenasSmartJobs(capture('25.10', 'cronjob.query')));
    assert.deepEqual(
      jobs.map(({ test, identifiers, dayRule }) => [test, identifiers, dayRule]),
      [
        ['long', null, 'either'],
        ['short', ['{serial_lunid}ZL2TNK01_5000c500d1e20001'], 'either'],
      ],
    );
    assert.match(
      problemOf(readTruenasSmartTests([{ type: 'LONG', disks: [] }])),
      /^smart\.test\.query gave .*schedule/,
    );
    assert.match(problemOf(readTruenasSmartJobs('none')), /^cronjob\.query gave/);
  });

  it('take a self-test whose drives are not understood for one on all of them', () => {
    const schedule = { minute: 0, hour: '2', dom: '*', month: '*', dow: '*' };
    const read = (command: string) => valueOf(readTruenasSmartJobs([{ command, schedule }]))[0]?.identifiers;
    assert.equal(read('midclt call disk.smart_test LONG'), null);
    assert.equal(read('midclt call disk.smart_test "LONG" $LIST'), null);
    assert.equal(read(`midclt call disk.smart_test LONG '["sda"]'`), null);
    assert.equal(read(`midclt call disk.smart_test LONG '[]'`), null);
    assert.deepEqual(
      read('midclt call disk.smart_test LONG "[\\"{serial}A\\", \\"{serial}B\\"]"')?.length,
      2,
    );
    assert.equal(read('/root/report.sh'), undefined);
  });

  it('read scheduled scrubs that are switched on', () => {
    assert.deepEqual(valueOf(readTruenasScrubs(capture('25.10', 'pool.scrub.query'))), [
      {
        pool: 'tank',
        thresholdDays: 35,
        schedule: { minute: '00', hour: '00', dom: '*', month: '*', dow: '7' },
      },
    ]);
    assert.match(problemOf(readTruenasScrubs([{}])), /^pool\.scrub\.query gave/);
  });

  it('read alerts that nobody dismissed, with the drive they name', () => {
    const alerts = valueOf(readTruenasAlerts(capture('25.10', 'alert.list')));
    assert.deepEqual(
      alerts.map(({ serial, name, text }) => [serial, name, text]),
      [
        ['ZL2ABC12', 'sdf', 'sdf (ZL2ABC12) failed a SMART selftest.'],
        [null, 'sdf', 'Device: /dev/sdf, temperature.'],
        ['ZL2TNK01', 'sdf', 'another drive'],
        [null, null, 'NTP is off'],
      ],
    );
    assert.deepEqual(valueOf(readTruenasAlerts([{ args: [] }])), [
      { level: 'UNKNOWN', text: '', serial: null, name: null },
    ]);
    assert.match(problemOf(readTruenasAlerts({})), /^alert\.list gave/);
  });

  it('read the time zone and the version', () => {
    assert.equal(valueOf(readTruenasTimeZone(capture('26', 'system.info'))), 'Europe/Berlin');
    assert.match(problemOf(readTruenasTimeZone({})), /^system\.info gave/);
    assert.equal(readTruenasVersion('TrueNAS-13.0-U6.8')?.family, 'core');
    assert.equal(readTruenasVersion('MASTER'), null);
  });
});
