import assert from 'node:assert/strict';

import { listDisturbances } from '../../dist/lib/core/list-disturbances.js';
import { inventoryOf } from './truenas-samples.mts';
import type { Changes, Row } from './truenas-samples.mts';

type Json = Record<string, unknown>;

const now = Date.parse('2026-11-22T12:00:00Z');
const dayMs = 86_400_000;

/** The sentences on the free drive for a run of so many days. */
function disturbances(row: Row, days: number, changes: Changes = {}, serial = 'ZL2ABC12'): readonly string[] {
  return listDisturbances(inventoryOf(row, changes), serial, now, days * dayMs);
}

/** No work of the pools, no alerts, no schedules. */
const quiet: Changes = {
  'pool.query': (pools: Json[]) => pools.map((pool) => ({ ...pool, scan: null })),
  'alert.list': () => [],
  'cronjob.query': () => [],
  'smart.test.query': () => [],
  'pool.scrub.query': () => [],
};

describe('listDisturbances', () => {
  it('tells work under way, schedules that fall into the run and alerts about the drive', () => {
    assert.deepEqual(disturbances('25.10', 8), [
      'A scrub of pool tank is under way (42 % done) and shares the bandwidth.',
      'TrueNAS starts a scrub of pool tank at 2026-11-29 00:00 (Europe/Berlin), during this run if its last one is 35 days old.',
      'TrueNAS starts a long SMART self-test on this drive at 2026-11-29 02:00 (Europe/Berlin), during this run.',
      'TrueNAS reports (WARNING): sdf (ZL2ABC12) failed a SMART selftest.',
      'TrueNAS reports (WARNING): Device: /dev/sdf, temperature.',
    ]);
    assert.equal(disturbances('24.10', 8)[2], disturbances('25.10', 8)[2]);
    assert.equal(disturbances('core-13.0', 8)[2], disturbances('25.10', 8)[2]);
  });

  it('tells no schedule that falls outside of the run, and none of other drives', () => {
    assert.deepEqual(
      disturbances('25.10', 6).filter((sentence) => sentence.includes('starts')),
      [],
    );
    const tests = (serial: string) =>
      disturbances('25.10', 14, {}, serial).filter((sentence) => sentence.includes('short SMART'));
    assert.deepEqual(tests('ZL2ABC12'), []);
    assert.deepEqual(tests('ZL2TNK01'), [
      'TrueNAS starts a short SMART self-test on this drive at 2026-12-01 03:00 (Europe/Berlin), during this run.',
    ]);
  });

  it('knows its drive in a schedule by an older form of the identifier', () => {
    const job = (identifiers: string) => ({
      ...quiet,
      'cronjob.query': () => [
        {
          command: `midclt call disk.smart_test LONG '${identifiers}'`,
          schedule: { minute: '0', hour: '2', dom: '*', month: '*', dow: '*' },
        },
      ],
    });
    assert.equal(disturbances('25.10', 2, job('["{serial}ZL2ABC12"]')).length, 1);
    assert.equal(disturbances('25.10', 2, job('["{serial}ZL2TNK01"]')).length, 0);
    assert.equal(disturbances('25.10', 2, job('["{serial}X"]'), 'NOT-THERE').length, 0);
    const nameless = (rows: Json[]) => rows.map((row) => ({ ...row, serial: '' }));
    assert.equal(disturbances('25.10', 2, { ...job('["{serial}X"]'), 'disk.query': nameless }).length, 0);
  });

  it('is silent when nothing disturbs', () => {
    for (const row of ['24.10', '25.04', '25.10', '26', 'core-13.0'] as const) {
      assert.deepEqual(disturbances(row, 30, quiet), [], row);
    }
  });

  it('tells a spin-down timer and power management, which end long self-tests', () => {
    const set = (change: Json) =>
      disturbances('25.10', 1, {
        ...quiet,
        'disk.query': (rows: Json[]) => rows.map((row) => ({ ...row, ...change })),
      });
    assert.deepEqual(set({ hddstandby: '30', advpowermgmt: '1' }), [
      'TrueNAS lets this drive spin down after 30 minutes, which can end a long self-test: set HDD Standby to Always On.',
      'TrueNAS sets power management level 1 on this drive: set Advanced Power Management to Disabled.',
    ]);
    assert.deepEqual(set({ hddstandby: null, advpowermgmt: null }), []);
  });

  it('tells formats and content, also of a drive with a longer serial', () => {
    assert.deepEqual(disturbances('25.10', 1, quiet, '0012345678'), [
      'This drive is formatted with protection information (T10 DIF): TrueNAS refuses to use it.',
      'This drive contains 2 partitions: the data on it will be destroyed.',
    ]);
    assert.deepEqual(disturbances('25.10', 1, quiet, 'ZL2OLD010000C9'), [
      'This drive contains a partition: the data on it will be destroyed.',
    ]);
  });

  it('leaves an alert to the drive whose serial it names, and finds the others by name', () => {
    const alerts = disturbances('25.10', 0, {}, 'ZL2TNK01').filter((sentence) =>
      sentence.includes('reports'),
    );
    assert.deepEqual(alerts, ['TrueNAS reports (WARNING): another drive']);
  });

  it('says what it does not understand and what was not told', () => {
    const strange = { 'pool.scrub.query': () => [{ pool_name: 'tank', schedule: odd }] };
    assert.deepEqual(disturbances('25.10', 1, { ...quiet, ...strange }), [
      'TrueNAS starts a scrub of pool tank at times that are not understood (0 0 L * *).',
    ]);
    const [unread] = disturbances('25.10', 1, { ...quiet, 'alert.list': () => 7 });
    assert.match(
      unread ?? '',
      /^TrueNAS did not tell everything that may disturb this run: alert\.list gave/,
    );
    const noZone = disturbances('25.10', 8, { 'system.info': () => ({}) });
    assert.ok(noZone.some((sentence) => sentence.includes('at 2026-11-29 02:00 (UTC)')));
    assert.ok(noZone.some((sentence) => sentence.includes('system.info gave')));
    const noPercent = (pools: Json[]) =>
      pools.map((pool) => ({ ...pool, scan: { function: 'RESILVER', state: 'SCANNING' } }));
    assert.ok(
      disturbances('25.10', 0, { 'pool.query': noPercent }).includes(
        'A resilver of pool tank is under way and shares the bandwidth.',
      ),
    );
    const nothing = { ...inventoryOf('25.10', {}, 'inventory'), disks: null, pools: null };
    assert.deepEqual(listDisturbances(nothing, 'ZL2ABC12', now, dayMs), []);
  });
});

const odd = { minute: '0', hour: '0', dom: 'L', month: '*', dow: '*' };
