import type { DriveUse } from './drive-catalog';
import { deviceNumber, type HostState, type PresentDrive } from './host-state';
import { conditionOf, isImported, pools, scanPercent, type RehearsalPool } from './pools';

/** A partition of a drive in use, as the host's tools show it. */
export interface Partition {
  readonly number: number;
  readonly name: string;
  readonly sizeBytes: number;
  readonly fileSystem: string;
  readonly label: string;
  readonly mountPoint: string;
}

const layouts: Readonly<Record<DriveUse, readonly Pick<Partition, 'fileSystem' | 'label' | 'mountPoint'>[]>> =
  {
    boot_pool: [
      { fileSystem: '', label: '', mountPoint: '' },
      { fileSystem: 'vfat', label: 'EFI', mountPoint: '' },
      { fileSystem: 'zfs_member', label: 'boot-pool', mountPoint: '' },
    ],
    pool: [{ fileSystem: 'zfs_member', label: 'tank', mountPoint: '' }],
    exported_pool: [{ fileSystem: 'zfs_member', label: 'archive', mountPoint: '' }],
    mounted: [{ fileSystem: 'ext4', label: 'old', mountPoint: '/mnt/old' }],
  };

export function partitionsOf({ drive, name }: PresentDrive): readonly Partition[] {
  const layout = drive.use === null ? [] : layouts[drive.use];
  return layout.map((part, index) => ({
    ...part,
    number: index + 1,
    name: `${name}${drive.transport === 'nvme' ? 'p' : ''}${index + 1}`,
    sizeBytes: index + 1 === layout.length ? drive.sizeBytes - 2 * 1_048_576 : 1_048_576,
  }));
}

const lsblkColumns = [
  ...[
    'NAME',
    'KNAME',
    'PKNAME',
    'PATH',
    'TYPE',
    'FSTYPE',
    'LABEL',
    'MOUNTPOINT',
    'MOUNTPOINTS',
    'SERIAL',
    'WWN',
  ],
  ...[
    'SIZE',
    'MODEL',
    'MAJ:MIN',
    'PHY-SEC',
    'LOG-SEC',
    'ROTA',
    'TRAN',
    'RM',
    'RO',
    'PARTTYPE',
    'PARTTYPENAME',
    'UUID',
    'STATE',
  ],
];

/** The table that the fake `lsblk` picks its columns from. */
export function buildLsblkTable(present: readonly PresentDrive[]): string {
  const rows = present.flatMap((entry) => [
    diskRow(entry),
    ...partitionsOf(entry).map((part) => partRow(entry, part)),
  ]);
  return [
    lsblkColumns.join('\t'),
    ...rows.map((row) => lsblkColumns.map((name) => row[name] ?? '').join('\t')),
    '',
  ].join('\n');
}

function diskRow({ drive, name, deviceNumber: number }: PresentDrive): Record<string, string> {
  return {
    ...sharedCells(name, number),
    TYPE: 'disk',
    SERIAL: drive.serial,
    WWN: drive.wwn ?? '',
    SIZE: String(drive.sizeBytes),
    MODEL: drive.model,
    'PHY-SEC': drive.isRotational ? '4096' : '512',
    ROTA: drive.isRotational ? '1' : '0',
    TRAN: drive.transport,
    STATE: drive.transport === 'nvme' ? 'live' : 'running',
  };
}

function partRow(disk: PresentDrive, part: Partition): Record<string, string> {
  return {
    ...sharedCells(part.name, deviceNumber(disk.name, part.number)),
    PKNAME: disk.name,
    TYPE: 'part',
    FSTYPE: part.fileSystem,
    LABEL: part.label,
    MOUNTPOINT: part.mountPoint,
    MOUNTPOINTS: part.mountPoint,
    WWN: disk.drive.wwn ?? '',
    SIZE: String(part.sizeBytes),
    'PHY-SEC': disk.drive.isRotational ? '4096' : '512',
    ROTA: disk.drive.isRotational ? '1' : '0',
  };
}

function sharedCells(name: string, number: string): Record<string, string> {
  return {
    NAME: name,
    KNAME: name,
    PATH: `/dev/${name}`,
    'MAJ:MIN': number,
    'LOG-SEC': '512',
    RM: '0',
    RO: '0',
  };
}

/** The table that the fake `findmnt` picks its columns from. */
export function buildMountTable(present: readonly PresentDrive[], state: HostState): string {
  const mounted = pools.filter(
    (pool) => pool.use !== 'boot_pool' && isImported(conditionOf(state.pools, pool)),
  );
  const rows = [
    ['0:25', 'boot-pool/ROOT/24.10.2', '/', 'zfs', 'rw,relatime'],
    ['0:27', 'tmpfs', '/run', 'tmpfs', 'rw,nosuid,nodev'],
    ...mounted.map(({ name }, index) => [`0:${48 + index}`, name, `/mnt/${name}`, 'zfs', 'rw,noatime']),
    ...present.flatMap((entry) =>
      partitionsOf(entry)
        .filter((part) => part.mountPoint !== '')
        .map((part) => [
          deviceNumber(entry.name, part.number),
          `/dev/${part.name}`,
          part.mountPoint,
          part.fileSystem,
          'rw,relatime',
        ]),
    ),
  ];
  const heading = ['MAJ:MIN', 'SOURCE', 'TARGET', 'FSTYPE', 'OPTIONS'];
  return [heading, ...rows, []].map((row) => row.join('\t')).join('\n');
}

/** What `zpool status -LP` prints of the pools that are imported. */
export function buildPoolStatus(present: readonly PresentDrive[], state: HostState): string {
  return pools
    .filter((pool) => isImported(conditionOf(state.pools, pool)))
    .map((pool) => buildPool(pool, present, state))
    .join('\n');
}

function buildPool(pool: RehearsalPool, present: readonly PresentDrive[], state: HostState): string {
  const member = present.find((entry) => entry.drive.use === pool.use);
  const vdev = member && partitionsOf(member).at(-1);
  const isFaulted = conditionOf(state.pools, pool) === 'faulted';
  const health = vdev === undefined ? 'UNAVAIL' : isFaulted ? 'DEGRADED' : 'ONLINE';
  const row = (label: string, word: string) => `\t${label.padEnd(20)}  ${word.padEnd(8)}     0     0     0`;
  const leaf = `  ${vdev ? `/dev/${vdev.name}` : pool.memberGuid}`;
  return [
    `  pool: ${pool.name}`,
    ` state: ${health}`,
    ...buildScan(state.scans[pool.name]),
    'config:',
    '',
    `\t${'NAME'.padEnd(20)}  STATE     READ WRITE CKSUM`,
    row(pool.name, health),
    vdev && isFaulted ? `${row(leaf, 'FAULTED')}  too many errors` : row(leaf, health),
    '',
    'errors: No known data errors',
    '',
  ].join('\n');
}

/** As OpenZFS 2.2 prints a scan under way. */
function buildScan(kind: HostState['scans'][string] | undefined): readonly string[] {
  if (kind === undefined) return [];
  const done = `${scanPercent.toFixed(2)}% done, 11:34:07 to go`;
  return [
    `  scan: ${kind} in progress since Sun Nov 22 03:38:03 2026`,
    '\t6.30T / 8.40T scanned at 812M/s, 3.15T / 8.40T issued at 132M/s',
    `\t${kind === 'scrub' ? '0B repaired' : '3.15T resilvered'}, ${done}`,
  ];
}
