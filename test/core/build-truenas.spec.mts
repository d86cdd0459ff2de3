import assert from 'node:assert/strict';
import fc from 'fast-check';

import { buildTruenasDescription } from '../../dist/lib/core/build-truenas-description.js';
import { buildTruenasReport, listTruenasSlots } from '../../dist/lib/core/build-truenas-report.js';
import { judgeAdmission } from '../../dist/lib/core/judge-admission.js';
import {
  codeOf,
  drive,
  free,
  inventoryOf,
  problemOf,
  report,
  sizeBytes,
  valueOf,
  words,
} from './truenas-samples.mts';

type Json = Record<string, unknown>;

const at = Date.parse('2026-11-22T12:00:00Z');
const describeDrive = (old: string) => valueOf(buildTruenasDescription(old, 'passed', at));

describe('buildTruenasDescription', () => {
  it('puts the result in front of what the operator wrote', () => {
    assert.equal(describeDrive(''), '[burn-in passed 2026-11-22]');
    assert.equal(describeDrive('shelf 3, spare'), '[burn-in passed 2026-11-22] shelf 3, spare');
  });

  it('replaces earlier results, wherever they stand, and nothing else in brackets', () => {
    const old = '[burn-in failed 2025-01-02] shelf 3 [burn-in unknown 2025-01-01] [burn-in bench] spare';
    assert.equal(describeDrive(old), '[burn-in passed 2026-11-22] shelf 3 [burn-in bench] spare');
    assert.equal(describeDrive(describeDrive('x')), describeDrive('x'));
  });

  it("never cuts or changes the operator's words", () => {
    assert.equal(describeDrive('x'.repeat(92)).length, 120);
    assert.match(problemOf(buildTruenasDescription('x'.repeat(93), 'passed', at)), /no room: 120 characters/);
    for (const old of ['Gehäuse 3', 'two\nlines', 'tab\there']) {
      assert.match(problemOf(buildTruenasDescription(old, 'failed', at)), /one line of ASCII/);
    }
    fc.assert(
      fc.property(fc.string(), (old) => {
        const reading = buildTruenasDescription(old, 'cancelled', at);
        if (!reading.ok) return;
        assert.match(reading.value, /^\[burn-in cancelled 2026-11-22\]( [ -~]*)?$/);
        assert.ok(reading.value.length <= 120);
        if (!old.includes('[burn-in ')) assert.ok(reading.value.endsWith(old.trim()));
      }),
    );
  });
});

const only =
  'unproven nothing can be written without SSH to a Linux host, and TrueNAS alone cannot prove it free';

describe('buildTruenasReport', () => {
  it('shows the drives of TrueNAS CORE, each locked for good', () => {
    const { drives, unfit, activities, gaps, bootId } = buildTruenasReport(inventoryOf('core-13.0'));
    assert.equal(bootId, '');
    assert.deepEqual(gaps, []);
    assert.deepEqual(activities, [{ pool: 'tank', kind: 'scrub', percent: 42.5 }]);
    assert.deepEqual(
      drives.map(({ drive: { name }, locks }) => [name, words(locks)]),
      [
        ['ada0', [only, 'boot_pool boot-pool']],
        ['da0', [only, 'active_pool tank']],
        ['da1', [only, 'active_pool tank']],
        ['da2', [only, 'active_pool tank']],
        ['da3', [only, 'holder the iSCSI extent raw']],
        ['da4', [only]],
        ['da5', [only, 'ambiguous TrueNAS has it as one path of disk1']],
        ['nvd0', [only]],
      ],
    );
    assert.deepEqual(unfit, [
      { name: 'da6', reason: 'no_serial', model: 'ST18000NM000J-2TV103', sizeBytes: 0 },
      { name: 'da7', reason: 'no_size', model: 'ST18000NM000J-2TV103', sizeBytes: 0 },
    ]);
  });

  it('admits none of them, at no depth', () => {
    for (const depth of ['inventory', 'preflight'] as const) {
      for (const row of ['core-13.0', '24.10', '25.04', '25.10', '26'] as const) {
        const shown = buildTruenasReport(inventoryOf(row, {}, depth));
        assert.ok(shown.drives.length > 5);
        for (const { drive: one, locks } of shown.drives) {
          assert.equal(words(locks)[0], only);
          assert.equal(codeOf(judgeAdmission(one.serial, shown)), 'locked');
        }
      }
    }
  });

  it('tells identity, kind and temperature as the host would', () => {
    const { drives } = buildTruenasReport(inventoryOf('25.10'));
    const of = (serial: string) => drives.find((one) => one.drive.serial === serial)?.drive;
    assert.deepEqual(of('ZL2ABC12'), drive({ deviceNumber: '', physicalSectorBytes: 512, temperatureC: 36 }));
    assert.equal(of('VMW_NVME_0001')?.wwn, 'eui.0025385b21404d42');
    assert.equal(of('VMW_NVME_0001')?.transport, 'nvme');
    assert.equal(of('VMW_NVME_0001')?.isRotational, false);
    assert.equal(of('VHK4TWIN')?.temperatureC, null);
    const bare = (rows: Json[]) =>
      rows.map((row) => ({ ...row, lunid: null, bus: null, serial: '', size: 5 }));
    const { unfit } = buildTruenasReport(inventoryOf('25.10', { 'disk.query': bare }));
    assert.deepEqual(unfit[0], { name: 'sda', reason: 'no_serial', model: 'INVENTED SSD', sizeBytes: 5 });
    const unknown = (rows: Json[]) => rows.map((row) => ({ ...row, lunid: null, bus: null }));
    const [first] = buildTruenasReport(inventoryOf('25.10', { 'disk.query': unknown }, 'inventory')).drives;
    assert.deepEqual([first?.drive.wwn, first?.drive.transport], [null, null]);
  });

  it('shows nothing and says so when the list of drives is unreadable', () => {
    const shown = buildTruenasReport(inventoryOf('25.10', { 'disk.query': () => 7 }));
    assert.deepEqual(shown.drives, []);
    assert.match(shown.gaps.join(), /^TrueNAS: disk\.query gave an unreadable answer/);
  });
});

describe('listTruenasSlots', () => {
  const list = (changes: Parameters<typeof inventoryOf>[1], ...more: Parameters<typeof free>) =>
    listTruenasSlots(report(free(...more)), inventoryOf('25.10', changes)).get(more[0]?.serial ?? 'ZL2ABC12');

  it('finds the bay of a drive by its serial', () => {
    assert.equal(list({}), '0:5');
    assert.equal(list({}, { serial: 'ZL2ABC120000C9' }), '0:5');
    assert.equal(list({}, { serial: 'NOT-THERE', wwn: null }), undefined);
    assert.equal(listTruenasSlots(report(free()), { ...inventoryOf('25.10'), disks: null }).size, 0);
  });

  it('takes the bay of disk.details where the row has none, with the enclosure where there are several', () => {
    const noSlots = { 'disk.query': (rows: Json[]) => rows.map((row) => ({ ...row, enclosure: null })) };
    assert.equal(list(noSlots), '5');
    const inTwo = {
      ...noSlots,
      'disk.details': ({ used, unused }: { used: Json[]; unused: Json[] }) => ({
        unused,
        used: used.map((one) => ({ ...one, enclosure: { id: '5000ccab04000002', drive_bay_number: 1 } })),
      }),
    };
    assert.equal(list(inTwo), '5000ccab04000001:5');
    assert.equal(list(noSlots, { serial: '0012345678', wwn: null }), undefined);
    const twice = (rows: Json[]) => [...rows, ...rows];
    assert.equal(list({ 'disk.query': twice }), undefined);
    const inventory = inventoryOf('25.10', noSlots, 'inventory');
    assert.equal(listTruenasSlots(report(free({ sizeBytes })), inventory).size, 0);
  });
});
