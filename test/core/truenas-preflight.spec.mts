import assert from 'node:assert/strict';

import type { DriveFacts } from '../../dist/lib/core/drive.js';
import { joinTruenas } from '../../dist/lib/core/join-truenas.js';
import { judgeAdmission } from '../../dist/lib/core/judge-admission.js';
import { listDisturbances } from '../../dist/lib/core/list-disturbances.js';
import {
  codeOf,
  free,
  inDetails,
  inRow,
  inventoryOf,
  locksAfter,
  locksOf,
  named,
  report,
  scaleRows,
  sizeBytes,
  words,
} from './truenas-samples.mts';
import type { Changes, Json } from './truenas-samples.mts';

describe('A drive is free by all sources or not at all', () => {
  it('is free on every version when each answer agrees', () => {
    for (const row of scaleRows) {
      assert.deepEqual(locksOf(inventoryOf(row)), [], row);
      assert.deepEqual(locksOf(inventoryOf(row), named['digits']), [], row);
      assert.deepEqual(locksOf(inventoryOf(row), named['nvme']), [], row);
    }
  });

  it('1. Target chosen by identifier and serial; identifier type is serial_lunid or serial', () => {
    const withIdentifier = (identifier: string) => locksAfter({ 'disk.query': inRow('sdf', { identifier }) });
    assert.deepEqual(withIdentifier('{serial}ZL2ABC12'), []);
    for (const identifier of ['{uuid}6f1c', '{label}x', '{devicename}sdf']) {
      const kind = identifier.slice(0, identifier.indexOf('}') + 1);
      assert.deepEqual(withIdentifier(identifier), [`ambiguous TrueNAS knows it by its ${kind} only`]);
    }
    assert.deepEqual(withIdentifier('sdf'), [
      'ambiguous TrueNAS knows it by an identifier of an unknown kind',
    ]);
    for (const identifier of ['{serial_lunid}ZL2TNK01_5000c500d1e2f3a4', '{serial}ZL2TNK01']) {
      assert.deepEqual(withIdentifier(identifier), [
        'ambiguous its identifier in TrueNAS is of another drive: ZL2TNK01',
      ]);
    }
    assert.deepEqual(withIdentifier('{serial_lunid}ZL2ABC12_5000c500d1e20001'), [
      'ambiguous its identifier in TrueNAS is of another drive: ZL2ABC12',
    ]);
  });

  it('2. disk.query row: pool null, expiretime null, size > 0, name equal to device.get_info for that serial', () => {
    const withRow = (change: Json) => locksAfter({ 'disk.query': inRow('sdf', change) });
    assert.deepEqual(withRow({ pool: 'tank' }), ['active_pool tank']);
    assert.deepEqual(withRow({ expiretime: 1795300000000 }), ['unproven TrueNAS takes it for removed']);
    assert.deepEqual(withRow({ size: 0 }), ['unproven TrueNAS knows no size of it']);
    assert.deepEqual(withRow({ size: null }), ['unproven TrueNAS knows no size of it']);
    assert.deepEqual(withRow({ size: 1000 }), [`ambiguous TrueNAS says 1000 bytes, the host ${sizeBytes}`]);
    assert.deepEqual(withRow({ name: 'sdz' }), ['unproven TrueNAS knows it as sdz, the host as sdf']);
    const live = (change: (devices: Record<string, Json>) => unknown) =>
      locksAfter({ 'device.get_info': change });
    assert.deepEqual(
      live(({ sdf, ...others }) => ({ ...others, sdz: sdf })),
      ['unproven TrueNAS finds it as sdz (device.get_info), the host as sdf'],
    );
    assert.deepEqual(
      live(({ sdf, ...others }) => ({ ...others, sdf: { ...sdf, serial: 'ZL2OTHER' } })),
      ['unproven TrueNAS finds no such device (device.get_info)'],
    );
    assert.deepEqual(
      live((devices) => ({ ...devices, sdz: devices['sdf'] })),
      ['ambiguous TrueNAS finds its serial number on several devices: sdf, sdz'],
    );
  });

  it('3. Not in boot.get_disks, not in pool.get_disks', () => {
    assert.deepEqual(locksAfter({ 'boot.get_disks': () => ['sdf'] }), ['boot_pool boot-pool']);
    assert.deepEqual(locksAfter({ 'pool.get_disks': (list: string[]) => [...list, 'sdf'] }), [
      'active_pool (TrueNAS does not tell its name)',
    ]);
    for (const row of scaleRows) {
      assert.deepEqual(locksOf(inventoryOf(row), named['boot']), ['boot_pool boot-pool'], row);
      for (const use of ['member', 'spare']) {
        assert.deepEqual(locksOf(inventoryOf(row), named[use]), ['active_pool tank'], row);
      }
    }
  });

  it('3. Not among leaves or unavail_disk of any pool.query topology; zfs_guid not equal to any vdev guid', () => {
    const alone: Changes = {
      'pool.get_disks': () => [],
      'disk.query': (list: Json[]) => list.map((row) => ({ ...row, pool: null })),
    };
    const unused = (name: string) => ({
      'disk.details': ({ used, unused: rest }: { used: Json[]; unused: Json[] }) => ({
        used: [],
        unused: [
          ...rest,
          ...used.filter((one) => one['name'] === name).map((one) => ({ ...one, imported_zpool: null })),
        ],
      }),
    });
    // The leaf of the faulted member names no drive: its guid does, and so does the row that TrueNAS remembers.
    const guidOnly = { 'pool.query': withoutLost };
    for (const changes of [unused('sdc'), { ...unused('sdc'), ...guidOnly }]) {
      assert.deepEqual(locksOf(inventoryOf('25.10', { ...alone, ...changes }), named['faulted']), [
        'active_pool tank',
      ]);
    }
    const noGuid = {
      'disk.query': (list: Json[]) => list.map((row) => ({ ...row, pool: null, zfs_guid: null })),
    };
    for (const [use, name] of [
      ['faulted', 'sdc'],
      ['member', 'sdb'],
      ['spare', 'sdd'],
    ] as const) {
      const inventory = inventoryOf('25.10', { ...alone, ...unused(name), ...noGuid });
      assert.deepEqual(locksOf(inventory, named[use]), ['active_pool tank'], use);
    }
  });

  it('3. A new drive in the place of a lost member is not taken for it, unless only the name is known', () => {
    const lose = (unavail: unknown) => ({
      'pool.query': (pools: Json[]) => changeLost(pools, unavail),
    });
    assert.deepEqual(locksAfter(lose({ name: 'sdf', serial: 'ZL2GONE1' })), []);
    assert.deepEqual(locksAfter(lose({ name: 'sdf', serial: null })), ['active_pool tank']);
    assert.deepEqual(locksAfter(lose({ name: 'sdz', serial: 'zl2abc12 ' })), ['active_pool tank']);
  });

  it('4. SCALE: present in disk.details unused, imported_zpool and exported_zpool null, duplicate_serial empty', () => {
    const detail = (change: Json) => locksAfter({ 'disk.details': inDetails('sdf', change) });
    assert.deepEqual(detail({ imported_zpool: 'fast' }), ['active_pool fast']);
    assert.deepEqual(detail({ imported_zpool: 'freenas-boot' }), ['boot_pool freenas-boot']);
    assert.deepEqual(detail({ exported_zpool: 'old' }), ['exported_pool old']);
    assert.deepEqual(detail({ duplicate_serial: ['sdi', 'sdj'] }), [
      'ambiguous TrueNAS finds the same serial number on sdi, sdj',
    ]);
    assert.deepEqual(locksAfter({ 'disk.details': (all: Json) => ({ ...all, unused: [] }) }), [
      'unproven TrueNAS does not list it as unused',
    ]);
    const moved = ({ unused }: { unused: Json[] }) => ({ used: unused, unused: [] });
    assert.deepEqual(locksAfter({ 'disk.details': moved }), ['unproven TrueNAS does not list it as unused']);
    assert.deepEqual(detail({ name: 'sdz' }), ['unproven TrueNAS does not list it as unused']);
    assert.deepEqual(detail({ serial: 'ZL2OTHER' }), ['unproven TrueNAS has another drive as sdf: ZL2OTHER']);
    assert.deepEqual(detail({ serial: '', ident: '' }), [
      'unproven TrueNAS has another drive as sdf: without a serial number',
    ]);
    for (const row of scaleRows) {
      assert.deepEqual(locksOf(inventoryOf(row), named['exported']), ['exported_pool oldpool'], row);
    }
  });

  it('4. CORE: in disk.get_unused with empty duplicate_serial, no multipath_member, and not the path of an iSCSI extent of type DISK', () => {
    const core = inventoryOf('core-13.0');
    const of = (serial: string, name: string) => locksOf(core, { serial, name, wwn: null });
    assert.deepEqual(of('ZL2ABC12', 'da4'), []);
    assert.deepEqual(of('ZL2ISC01', 'da3'), ['holder the iSCSI extent raw']);
    assert.deepEqual(of('VHK4PATH', 'da5'), ['ambiguous TrueNAS has it as one path of disk1']);
    const unlisted = inventoryOf('core-13.0', { 'disk.get_unused': () => [] });
    assert.deepEqual(locksOf(unlisted, { name: 'da4' }), ['unproven TrueNAS does not list it as unused']);
    const twin = inventoryOf('core-13.0', { 'disk.get_unused': inRow('da4', { duplicate_serial: ['da9'] }) });
    assert.deepEqual(locksOf(twin, { name: 'da4' }), [
      'ambiguous TrueNAS finds the same serial number on da9',
    ]);
    const exported = inventoryOf('core-13.0', { 'disk.get_unused': inRow('da4', { exported_zpool: 'old' }) });
    assert.deepEqual(locksOf(exported, { name: 'da4' }), ['exported_pool old']);
    const identifier = '{serial_lunid}ZL2ABC12_5000c500d1e2f3a4';
    const byIdentifier = { 'iscsi.extent.query': () => [{ name: 'raw', type: 'DISK', path: identifier }] };
    assert.deepEqual(locksOf(inventoryOf('core-13.0', byIdentifier), { name: 'da4' }), [
      'holder the iSCSI extent raw',
    ]);
    const byName = { 'iscsi.extent.query': () => [{ name: 'raw', type: 'DISK', path: '/dev/da4' }] };
    assert.deepEqual(locksOf(inventoryOf('core-13.0', byName), { name: 'da4' }), [
      'holder the iSCSI extent raw',
    ]);
  });

  it('4. dif false, else the person who starts is told', () => {
    const told = listDisturbances(inventoryOf('25.10'), '0012345678', 0, 0);
    assert.ok(told.some((sentence) => sentence.includes('T10 DIF')));
    assert.ok(!listDisturbances(inventoryOf('25.10'), 'ZL2ABC12', 0, 0).some((text) => text.includes('DIF')));
  });

  it('5. partitions: if any exist, the person who confirms is told that data will be destroyed', () => {
    const told = listDisturbances(inventoryOf('25.10'), '0012345678', 0, 0);
    assert.ok(told.includes('This drive contains 2 partitions: the data on it will be destroyed.'));
  });

  it('6. On the host: serial (and WWN where present) and capacity match the API', () => {
    const of = (changes: Partial<DriveFacts>) => locksOf(inventoryOf('25.10'), changes);
    assert.deepEqual(of({ sizeBytes: 1e12 }), [
      `ambiguous TrueNAS says ${sizeBytes} bytes, the host 1000000000000`,
    ]);
    assert.deepEqual(of({ wwn: '0x5000c500d1e20001' }), [
      'ambiguous TrueNAS says WWN 5000c500d1e2f3a4, the host 0x5000c500d1e20001',
      'ambiguous its identifier in TrueNAS is of another drive: ZL2ABC12',
    ]);
    assert.deepEqual(of({ wwn: null }), []);
    assert.deepEqual(of({ wwn: 'nvme.144d-5335' }), []);
    assert.deepEqual(of({ serial: 'ZL9NEW01', name: 'sdz', wwn: null }), [
      'unproven TrueNAS does not know it',
      'unproven TrueNAS finds no such device (device.get_info)',
      'unproven TrueNAS does not list it as unused',
    ]);
    assert.ok(
      of({ serial: 'ZL9NEW01' }).includes(
        'unproven TrueNAS knows its WWN with another serial number, ZL2ABC12',
      ),
    );
  });

  it('6. A longer unit serial of the same size is the same drive, of another size or WWN it is not', () => {
    const of = (changes: Partial<DriveFacts>) => locksOf(inventoryOf('25.10'), changes);
    assert.deepEqual(of({ serial: ' zl2abc12' }), []);
    for (const serial of ['ZL2ABC120000C9', 'ZL2ABC']) {
      assert.ok(!of({ serial }).some((lock) => lock.includes('does not know')), serial);
    }
    assert.ok(
      of({ serial: 'ZL2ABC120000C9', sizeBytes: 1e12, wwn: null }).includes(
        'unproven TrueNAS does not know it',
      ),
    );
    const other = of({ serial: 'ZL2ABC120000C9', wwn: '0x5000c500ffffffff' });
    assert.ok(other.includes('unproven TrueNAS does not know it'));
    // Five characters are the beginning of too much.
    assert.ok(of({ serial: 'ZL2AB', wwn: null }).includes('unproven TrueNAS does not know it'));
  });

  it('7. A reading less deep than a pre-flight lets no write begin', () => {
    const cached = inventoryOf('25.10', {}, 'inventory');
    assert.deepEqual(locksOf(cached), [
      'unproven TrueNAS: it was not asked for which drives are unused',
      'unproven TrueNAS: it was not asked for its live devices',
      'unproven TrueNAS: it was not asked for the drives that it boots from',
      'unproven TrueNAS: it was not asked for the drives of its pools',
      'unproven TrueNAS: it was not asked for its iSCSI extents',
    ]);
    // Enough to show what is known.
    const shown = joinTruenas(report(free(), free(named['member'])), cached, 'inventory');
    assert.deepEqual(
      shown.drives.map(({ locks }) => words(locks)),
      [[], ['active_pool tank']],
    );
  });

  it('8. Fail closed: any call that errors, times out or is missing counts as in use', () => {
    const lost = joinTruenas(report(free()), { failed: 'no answer' });
    assert.deepEqual(lost.gaps, ['TrueNAS: no answer']);
    assert.deepEqual(words(lost.drives[0]?.locks ?? []), ['unproven TrueNAS: no answer']);
    assert.equal(codeOf(judgeAdmission('ZL2ABC12', lost)), 'locked');
    const methods = [
      'disk.query',
      'pool.query',
      'disk.details',
      'device.get_info',
      'boot.get_disks',
      'pool.get_disks',
    ];
    for (const method of methods) {
      const inventory = inventoryOf('25.10', { [method]: () => 'garbage' });
      assert.equal(inventory.gaps.length, 1);
      const joined = joinTruenas(report(free()), inventory);
      assert.match(joined.gaps.join(), new RegExp(`^TrueNAS: ${method} gave an unreadable answer`));
      assert.ok(
        joined.drives[0]?.locks.some(({ kind, detail }) => kind === 'unproven' && detail === joined.gaps[0]),
      );
    }
    const core = inventoryOf('core-13.0', { 'iscsi.extent.query': () => null });
    assert.equal(core.extents, null);
    assert.match(locksOf(core, { name: 'da4' }).join(), /^unproven TrueNAS: iscsi\.extent\.query/);
  });

  it('8. What decides nothing locks nothing', () => {
    const changes = Object.fromEntries(
      ['alert.list', 'cronjob.query', 'pool.scrub.query', 'system.info'].map((method) => [method, () => 7]),
    );
    const inventory = inventoryOf('25.10', changes);
    assert.equal(inventory.unread.length, 4);
    assert.deepEqual(locksOf(inventory), []);
  });
});

/** The lost member of the captures without the row that TrueNAS remembers. */
function withoutLost(pools: Json[]): unknown {
  return changeLost(pools, null);
}

function changeLost(pools: Json[], unavail: unknown): unknown {
  return JSON.parse(
    JSON.stringify(pools, (key, value: unknown) =>
      key === 'unavail_disk' && value !== null ? unavail : value,
    ),
  ) as unknown;
}
