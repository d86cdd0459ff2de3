import assert from 'node:assert/strict';
import fc from 'fast-check';

import { readTruenasDisks, readTruenasIdentifier } from '../../dist/lib/core/read-truenas-disks.js';
import {
  readTruenasAlerts,
  readTruenasTemperatures,
  readTruenasTimeZone,
} from '../../dist/lib/core/read-truenas-health.js';
import { readTruenasPools } from '../../dist/lib/core/read-truenas-pools.js';
import {
  readTruenasScrubs,
  readTruenasSmartJobs,
  readTruenasSmartTests,
} from '../../dist/lib/core/read-truenas-tasks.js';
import {
  readTruenasDetails,
  readTruenasDevices,
  readTruenasExtents,
  readTruenasNames,
  readTruenasUnused,
} from '../../dist/lib/core/read-truenas-usage.js';
import { capture, problemOf, rows, scaleRows, sizeBytes, valueOf } from './truenas-samples.mts';
import type { Row } from './truenas-samples.mts';

const allRows = Object.keys(rows) as Row[];

describe('The readers of TrueNAS answers', () => {
  it('read the rows of disk.query of every version', () => {
    for (const row of allRows) {
      const disks = valueOf(readTruenasDisks(capture(row, 'disk.query')));
      const disk = disks.find(({ serial }) => serial === 'ZL2ABC12');
      assert.deepEqual(
        disk,
        {
          identifier: '{serial_lunid}ZL2ABC12_5000c500d1e2f3a4',
          identity: { kind: 'serial_lunid', serial: 'ZL2ABC12', lunid: '5000c500d1e2f3a4' },
          name: row === 'core-13.0' ? 'da4' : 'sdf',
          devname: row === 'core-13.0' ? 'da4' : 'sdf',
          serial: 'ZL2ABC12',
          lunid: '5000c500d1e2f3a4',
          sizeBytes,
          description: '',
          model: 'ST18000NM000J-2TV103',
          isRotational: true,
          bus: row === 'core-13.0' ? 'SCSI' : 'ATA',
          zfsGuid: null,
          pool: null,
          isExpired: false,
          standby: 'ALWAYS ON',
          powerManagement: 'DISABLED',
          slot: '0:5',
          multipath: null,
        },
        row,
      );
    }
  });

  it('A numeric-looking serial survives every filter path', () => {
    for (const row of scaleRows) {
      const serials = valueOf(readTruenasDisks(capture(row, 'disk.query'))).map(({ serial }) => serial);
      assert.ok(serials.includes('0012345678'), row);
      const live = valueOf(readTruenasDevices(capture(row, 'device.get_info')));
      assert.ok(live.some(({ serial }) => serial === '0012345678'));
    }
    // As a number it has lost its zeros, and nobody knows how many.
    const [first] = capture('25.10', 'disk.query') as Record<string, unknown>[];
    assert.match(problemOf(readTruenasDisks([{ ...first, serial: 12345678 }])), /^disk\.query gave .*serial/);
  });

  it('read sizes given as text, none for a drive that did not spin up, and refuse a lossy one', () => {
    const [first] = capture('25.10', 'disk.query') as Record<string, unknown>[];
    const sizeOf = (size: unknown) => valueOf(readTruenasDisks([{ ...first, size }]))[0]?.sizeBytes;
    assert.equal(sizeOf('18000207937536'), sizeBytes);
    assert.equal(sizeOf(null), null);
    assert.equal(sizeOf(undefined), null);
    assert.equal(sizeOf(''), null);
    assert.equal(sizeOf(0), 0);
    for (const size of ['18 TB', -1, 1.5, 2 ** 60, true]) {
      assert.match(problemOf(readTruenasDisks([{ ...first, size }])), /^disk\.query gave .*size/);
    }
  });

  it('know what makes a row incomplete, strange or old', () => {
    const [first] = capture('25.10', 'disk.query') as Record<string, unknown>[];
    const without = (key: string): Record<string, unknown> =>
      Object.fromEntries(Object.entries(first ?? {}).filter(([k]) => k !== key));
    for (const key of ['pool', 'expiretime', 'identifier', 'name']) {
      assert.match(problemOf(readTruenasDisks([without(key)])), new RegExp(`^disk\\.query gave .*${key}`));
    }
    assert.match(problemOf(readTruenasDisks([{ ...first, name: ' ' }])), /0 name is empty/);
    const [disk] = valueOf(
      readTruenasDisks([
        {
          ...without('devname'),
          expiretime: 1795300000000,
          zfs_guid: 7,
          enclosure: {},
          description: null,
          rotationrate: '5400',
        },
      ]),
    );
    assert.equal(disk?.isExpired, true);
    assert.equal(disk.zfsGuid, '7');
    assert.equal(disk.devname, 'sda');
    assert.equal(disk.slot, null);
    assert.equal(disk.description, '');
    assert.equal(disk.isRotational, true);
    assert.match(problemOf(readTruenasDisks([{ ...first, zfs_guid: 2 ** 63 }])), /zfs_guid/);
  });

  it('split an identifier on its last underscore', () => {
    const read = (text: string) => {
      const { kind, serial, lunid } = readTruenasIdentifier(text);
      return [kind, serial, lunid];
    };
    assert.deepEqual(read('{serial_lunid}VMW_NVME_0001_0025385b21404d42'), [
      'serial_lunid',
      'VMW_NVME_0001',
      '0025385b21404d42',
    ]);
    assert.deepEqual(read('{serial}A_B'), ['serial', 'A_B', null]);
    assert.deepEqual(read('{uuid}6f1c'), ['uuid', null, null]);
    assert.deepEqual(read('{label}x'), ['label', null, null]);
    assert.deepEqual(read('{devicename}sda'), ['devicename', null, null]);
    for (const text of [
      '',
      'sda',
      '{serial_lunid}AB',
      '{serial_lunid}_5000',
      '{serial_lunid}AB_',
      '{wwid}x',
      '{serial}',
    ]) {
      assert.deepEqual(read(text), ['unknown', null, null], text);
    }
  });

  it('walk the topology of pools down to every leaf, with drives that the pool has lost', () => {
    for (const row of allRows) {
      const [tank, vault] = valueOf(readTruenasPools(capture(row, 'pool.query')));
      assert.equal(tank?.name, 'tank');
      assert.deepEqual(tank.scan, { kind: 'scrub', percent: 42.5 });
      assert.equal(tank.guids.length, 4);
      const lostName = row === 'core-13.0' ? 'da1' : 'sdc';
      assert.deepEqual(
        new Map(
          tank.members?.map((member) => [
            member.guid?.slice(-2),
            [member.disk === null, member.status, member.lost],
          ]),
        ),
        new Map<string, unknown>([
          ['23', [false, 'ONLINE', null]],
          ['22', [true, 'FAULTED', { name: lostName, serial: 'ZL2TNK02' }]],
          ['21', [false, 'ONLINE', null]],
        ]),
        row,
      );
      if (row !== 'core-13.0') assert.equal(vault?.members, null);
    }
  });

  it('take a topology with a part that cannot be read for no answer', () => {
    const pool = (topology: unknown, more = {}) => [{ name: 'p', status: 'ONLINE', topology, ...more }];
    for (const topology of [
      { data: ['sda'] },
      { data: [{ type: 'MIRROR', children: [7] }] },
      { data: 1 },
      [],
    ]) {
      assert.match(problemOf(readTruenasPools(pool(topology))), /^pool\.query gave/);
    }
    assert.match(problemOf(readTruenasPools({})), /^pool\.query gave an unreadable answer: Invalid/);
    const odd = {
      data: [{ type: 'DISK', unavail_disk: 'sdx' }, { type: 'FILE' }, { type: 'RAIDZ', children: [] }],
    };
    assert.deepEqual(valueOf(readTruenasPools(pool(odd)))[0]?.members, [
      { disk: null, guid: null, status: 'UNKNOWN', lost: { name: 'sdx', serial: null } },
    ]);
  });

  it('tell a scrub from a resilver, and a paused or finished one from one at work', () => {
    const scanOf = (scan: unknown) =>
      valueOf(readTruenasPools([{ name: 'p', status: 'ONLINE', scan }]))[0]?.scan;
    assert.deepEqual(scanOf({ function: 'RESILVER', state: 'SCANNING', percentage: 120 }), {
      kind: 'resilver',
      percent: null,
    });
    assert.deepEqual(scanOf({ function: 'SCRUB', state: 'SCANNING', percentage: null }), {
      kind: 'scrub',
      percent: null,
    });
    assert.equal(scanOf({ function: 'SCRUB', state: 'SCANNING', percentage: -1 })?.percent, null);
    assert.equal(scanOf({ function: 'SCRUB', state: 'SCANNING', pause: 1795300000000 }), null);
    assert.equal(scanOf({ function: 'SCRUB', state: 'FINISHED', percentage: 100 }), null);
    assert.equal(scanOf(null), null);
  });

  it('read which drives are used and unused, with twins, formats and bays', () => {
    for (const row of scaleRows) {
      const { scope, drives } = valueOf(readTruenasDetails(capture(row, 'disk.details')));
      assert.equal(scope, 'all');
      const of = (name: string) => drives.find((one) => one.name === name);
      assert.deepEqual(of('sdf'), {
        name: 'sdf',
        serial: 'ZL2ABC12',
        lunid: '5000c500d1e2f3a4',
        isUnused: true,
        importedPool: null,
        exportedPool: null,
        duplicates: [],
        isDif: false,
        partitionCount: 0,
        bay: { enclosure: '5000ccab04000001', number: 5 },
      });
      assert.equal(of('sde')?.exportedPool, 'oldpool');
      assert.equal(of('sdb')?.importedPool, 'tank');
      assert.equal(of('sdb')?.isUnused, false);
      assert.deepEqual(of('sdh')?.duplicates, ['sdi']);
      assert.equal(of('sdg')?.isDif, true);
      assert.equal(of('sdg')?.partitionCount, 2);
    }
    const bare = [{ name: 'da4', serial: 'A', duplicate_serial: [], enclosure: { drive_bay_number: 3 } }];
    assert.deepEqual(valueOf(readTruenasUnused(bare)).drives[0]?.bay, { enclosure: '', number: 3 });
    assert.equal(valueOf(readTruenasUnused(bare)).drives[0]?.partitionCount, null);
    assert.equal(valueOf(readTruenasUnused(capture('core-13.0', 'disk.get_unused'))).scope, 'unused');
    // Without these members nothing is known of pools and twins.
    assert.match(
      problemOf(readTruenasUnused([{ name: 'da4', serial: 'A' }])),
      /^disk\.get_unused gave .*duplicate_serial/,
    );
    assert.match(
      problemOf(readTruenasDetails({ used: [], unused: [{ name: 'sda', duplicate_serial: [] }] })),
      /^disk\.details gave .*zpool/,
    );
  });

  it('read live devices in all their forms', () => {
    for (const row of allRows) {
      const devices = valueOf(readTruenasDevices(capture(row, 'device.get_info')));
      const name = row === 'core-13.0' ? 'da4' : 'sdf';
      assert.deepEqual(
        devices.find((one) => one.name === name),
        { name, serial: 'ZL2ABC12', lunid: '5000c500d1e2f3a4', sizeBytes },
        row,
      );
    }
    assert.deepEqual(valueOf(readTruenasDevices({ sdc: ' ZL2ABC12', sdd: '' })), [
      { name: 'sdc', serial: 'ZL2ABC12', lunid: null, sizeBytes: null },
      { name: 'sdd', serial: null, lunid: null, sizeBytes: null },
    ]);
    assert.match(problemOf(readTruenasDevices({ sdc: 7 })), /^device\.get_info gave/);
  });

  it('read names, and extents on whole drives alone', () => {
    assert.deepEqual(valueOf(readTruenasNames('boot.get_disks', ['sda', '/dev/sdb'])), ['sda', 'sdb']);
    assert.match(problemOf(readTruenasNames('boot.get_disks', { sda: 1 })), /^boot\.get_disks gave/);
    assert.deepEqual(valueOf(readTruenasExtents(capture('core-13.0', 'iscsi.extent.query'))), [
      { name: 'raw', targets: ['da3', '{serial_lunid}ZL2ISC01_5000c500d1e20004'] },
    ]);
    assert.match(problemOf(readTruenasExtents([{ name: 'x', type: 'DISK' }])), /names no drive for x/);
    assert.match(problemOf(readTruenasExtents(null)), /^iscsi\.extent\.query gave/);
  });

  it('never throw, whatever the answer is', () => {
    const readers = [
      readTruenasDisks,
      readTruenasPools,
      readTruenasDetails,
      readTruenasUnused,
      readTruenasDevices,
      readTruenasExtents,
      readTruenasTemperatures,
      readTruenasSmartTests,
      readTruenasSmartJobs,
      readTruenasScrubs,
      readTruenasAlerts,
      readTruenasTimeZone,
    ];
    fc.assert(
      fc.property(fc.jsonValue(), (answer) => {
        for (const read of readers) {
          for (const value of [answer, [answer], { used: [answer], unused: [] }]) {
            const reading = read(value);
            if (!reading.ok) assert.match(reading.problem, /^\w+(\.\w+)+ (gave|names)/);
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
