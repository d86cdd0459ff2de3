import assert from 'node:assert/strict';
import fc from 'fast-check';

import { joinTruenas } from '../../dist/lib/core/join-truenas.js';
import { judgeAdmission } from '../../dist/lib/core/judge-admission.js';
import { safetyLockKinds } from '../../dist/lib/core/drive.js';
import type { ProbedDrive, SafetyLock } from '../../dist/lib/core/drive.js';
import {
  codeOf,
  drive,
  free,
  inRow,
  inventoryOf,
  locksAfter,
  locksOf,
  named,
  report,
  rows,
  sizeBytes,
  words,
} from './truenas-samples.mts';
import type { Json, Row } from './truenas-samples.mts';

describe('The safety rules', () => {
  it('Identifier change {serial} to {serial_lunid} keeps the same drive record', () => {
    const nvme = (change: Json) =>
      locksOf(inventoryOf('25.10', { 'disk.query': inRow('nvme0n1', change) }), named['nvme']);
    assert.deepEqual(nvme({ identifier: '{serial}VMW_NVME_0001', lunid: null }), []);
    assert.deepEqual(nvme({}), []);
  });

  it('Name swap between two polls never redirects a running or queued destructive command', () => {
    const swap = (list: Json[]) =>
      list.map((row) => {
        const name = row['name'] === 'sdf' ? 'sdb' : row['name'] === 'sdb' ? 'sdf' : row['name'];
        return { ...row, name, devname: name };
      });
    const late = inventoryOf('25.10', { 'disk.query': swap });
    const joined = joinTruenas(report(free(), free(named['member'])), late);
    const [meant, member] = joined.drives.map(({ locks }) => words(locks));
    assert.ok(meant?.includes('unproven TrueNAS knows it as sdb, the host as sdf'));
    assert.ok(member?.includes('active_pool tank'));
    assert.ok(member?.includes('unproven TrueNAS knows it as sdf, the host as sdb'));
  });

  it('pool:null alone never authorises a write; nor does a missing answer', () => {
    const cached = inventoryOf('25.10', {}, 'inventory');
    assert.equal(cached.disks?.find(({ name }) => name === 'sdf')?.pool, null);
    assert.equal(codeOf(judgeAdmission('ZL2ABC12', joinTruenas(report(free()), cached))), 'locked');
    const none = { ...inventoryOf('25.10'), disks: null, pools: null };
    assert.deepEqual(locksOf(none), [
      'unproven TrueNAS: it was not asked for its drives',
      'unproven TrueNAS: it was not asked for its pools',
    ]);
  });

  it('Duplicate serials and {devicename}/{uuid} identifiers are refused for destructive tests', () => {
    const joined = joinTruenas(report(free(named['twin'])), inventoryOf('25.10'));
    assert.deepEqual(words(joined.drives[0]?.locks ?? []), [
      'ambiguous TrueNAS finds the same serial number on sdi',
      'ambiguous TrueNAS finds the same serial number on sdh',
      'ambiguous TrueNAS finds its serial number on several devices: sdh, sdi',
    ]);
    assert.equal(codeOf(judgeAdmission('VHK4TWIN', joined)), 'locked');
    const unnamed = inventoryOf('25.10', {
      'pool.get_disks': () => ['sdf'],
      'disk.query': inRow('sdf', { zfs_guid: null }),
    });
    const refused = judgeAdmission('ZL2ABC12', joinTruenas(report(free()), unnamed));
    assert.equal(refused.ok ? '' : refused.phrase, null, 'a pool without a name has no phrase');
    const rowTwice = (list: Json[]) =>
      list.flatMap((row) => (row['name'] === 'sdf' ? [row, { ...row, name: 'sdz' }] : row));
    assert.ok(
      locksAfter({ 'disk.query': rowTwice }).includes(
        'ambiguous TrueNAS has it under several names: sdf, sdz',
      ),
    );
  });
});

describe('Twins whose WWN tells them apart', () => {
  const other = { serial: 'ZL2ABC12', lunid: '5000c500d1e20099' };
  const changes = {
    'disk.query': (list: Json[]) => [
      ...list,
      ...inRow('sdf', {
        ...other,
        name: 'sdz',
        identifier: '{serial_lunid}ZL2ABC12_5000c500d1e20099',
        pool: 'tank',
      })(list.filter(({ name }) => name === 'sdf')),
    ],
    'device.get_info': (devices: Json) => ({ ...devices, sdz: { ...other, size: sizeBytes } }),
    'disk.details': ({ used, unused }: { used: Json[]; unused: Json[] }) => ({
      unused,
      used: [
        ...used,
        ...used.slice(0, 1).map((one) => ({ ...one, ...other, name: 'sdz', imported_zpool: 'tank' })),
      ],
    }),
  };

  it('are judged each by its own row', () => {
    assert.deepEqual(locksOf(inventoryOf('25.10', changes)), []);
    const twin = { name: 'sdz', wwn: '0x5000c500d1e20099' };
    assert.deepEqual(locksOf(inventoryOf('25.10', changes), twin), ['active_pool tank']);
  });

  it('are both in doubt where the host knows no WWN', () => {
    const locks = locksOf(inventoryOf('25.10', changes), { wwn: null });
    assert.ok(locks.includes('ambiguous TrueNAS has it under several names: sdf, sdz'));
    assert.ok(locks.includes('ambiguous TrueNAS finds its serial number on several devices: sdf, sdz'));
    assert.ok(locks.includes('active_pool tank'));
  });
});

describe('joinTruenas', () => {
  it('never removes a lock and repeats none', () => {
    const lock = fc.record({
      kind: fc.constantFrom(...safetyLockKinds),
      detail: fc.constantFrom('tank', 'boot-pool', 'x'),
    });
    const rowName = fc.constantFrom(...(Object.keys(rows) as Row[]));
    fc.assert(
      fc.property(
        fc.uniqueArray(lock, { selector: JSON.stringify }),
        rowName,
        fc.boolean(),
        (locks, row, isLost) => {
          const host: ProbedDrive = { drive: drive(named['member']), locks };
          const truenas = isLost ? { failed: 'x' } : inventoryOf(row);
          const joined = joinTruenas({ ...report(host), gaps: ['host: gap'] }, truenas);
          const after: readonly SafetyLock[] = joined.drives[0]?.locks ?? [];
          assert.deepEqual(after.slice(0, locks.length), locks);
          assert.equal(new Set(words(after)).size, after.length);
          assert.equal(joined.gaps[0], 'host: gap');
        },
      ),
      { numRuns: 50 },
    );
  });

  it("leaves the host's word for a pool in place of a nameless one", () => {
    const host: ProbedDrive = { drive: drive(), locks: [{ kind: 'active_pool', detail: 'tank' }] };
    const inventory = inventoryOf('25.10', { 'pool.get_disks': () => ['sdf'] });
    assert.deepEqual(words(joinTruenas(report(host), inventory).drives[0]?.locks ?? []), [
      'active_pool tank',
    ]);
  });

  it('adds scrubs and resilvers under way, each once', () => {
    const activities = [{ pool: 'tank', kind: 'scrub', percent: 43 } as const];
    const inventory = inventoryOf('25.10');
    assert.deepEqual(joinTruenas(report(), inventory).activities, [
      { pool: 'tank', kind: 'scrub', percent: 42.5 },
    ]);
    assert.deepEqual(joinTruenas({ ...report(), activities }, inventory).activities, activities);
  });

  it('trusts no pool whose members it cannot point at', () => {
    const pools = (change: (tank: Json) => Json) => ({
      'pool.query': ([tank = {}]: Json[]) => [change(tank)],
    });
    const leaf = (status: string, disk: string | null) => ({
      ...pools((tank) => ({ ...tank, topology: { data: [{ type: 'DISK', status, disk, guid: '99' }] } })),
    });
    assert.deepEqual(locksAfter(leaf('ONLINE', null)), [
      'unproven TrueNAS: a member of pool tank cannot be traced to a drive (ONLINE)',
    ]);
    assert.deepEqual(locksAfter(leaf('ONLINE', 'sdz')), [
      'unproven TrueNAS: a member of pool tank cannot be traced to a drive (sdz)',
    ]);
    for (const status of ['OFFLINE', 'FAULTED', 'REMOVED', 'UNAVAIL'])
      assert.deepEqual(locksAfter(leaf(status, null)), []);
    const shown = joinTruenas(
      report(free()),
      inventoryOf('25.10', leaf('ONLINE', 'sdz'), 'inventory'),
      'inventory',
    );
    assert.match(shown.gaps.join(), /cannot be traced/);
    // A row that knows the member by its guid, or by the device it is written through, is a trace.
    const byGuid = { ...leaf('ONLINE', null), 'disk.query': inRow('sdh', { zfs_guid: '99' }) };
    assert.deepEqual(locksAfter(byGuid), []);
    const throughPath = {
      ...leaf('ONLINE', 'multipath/disk1'),
      'disk.query': inRow('sdh', { devname: 'multipath/disk1' }),
    };
    assert.deepEqual(locksAfter(throughPath), []);
    // The live device counts as well, before its row is there.
    assert.deepEqual(locksAfter(leaf('ONLINE', 'sdi')), []);
    assert.deepEqual(locksAfter(pools((tank) => ({ ...tank, topology: null }))), [
      'unproven TrueNAS: the members of pool tank (DEGRADED) are not known',
    ]);
  });

  it('relies on the import scan for the drives of a pool that did not come up, and locks all where there is none', () => {
    const offline = () => [{ name: 'vault', status: 'OFFLINE', topology: null }];
    assert.deepEqual(locksAfter({ 'pool.query': offline }), []);
    const core = inventoryOf('core-13.0', { 'pool.query': offline });
    assert.deepEqual(locksOf(core, { name: 'da4' }), [
      'unproven TrueNAS: the members of pool vault (OFFLINE) are not known',
    ]);
  });
});
