import type { DriveUse } from './drive-catalog';
import { deviceNumber, type PresentDrive } from './host-state';

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
export function buildMountTable(present: readonly PresentDrive[]): string {
  const rows = [
    ['0:25', 'boot-pool/ROOT/24.10.2', '/', 'zfs', 'rw,relatime'],
    ['0:27', 'tmpfs', '/run', 'tmpfs', 'rw,nosuid,nodev'],
    ['0:48', 'tank', '/mnt/tank', 'zfs', 'rw,noatime'],
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

/** What `zpool status -LP` prints: the boot pool, and `tank`. */
export function buildPoolStatus(present: readonly PresentDrive[]): string {
  const pool = (name: string, use: DriveUse) => {
    const member = present.find((entry) => entry.drive.use === use);
    const vdev = member === undefined ? null : partitionsOf(member).at(-1);
    return buildPool(name, vdev ? `/dev/${vdev.name}` : null);
  };
  return `${pool('boot-pool', 'boot_pool')}\n${pool('tank', 'pool')}`;
}

function buildPool(name: string, vdev: string | null): string {
  const state = vdev === null ? 'UNAVAIL' : 'ONLINE';
  const row = (label: string) => `\t${label.padEnd(20)}  ${state.padEnd(8)}     0     0     0`;
  return [
    `  pool: ${name}`,
    ` state: ${state}`,
    'config:',
    '',
    `\t${'NAME'.padEnd(20)}  STATE     READ WRITE CKSUM`,
    row(name),
    row(`  ${vdev ?? '1283746501928374650'}`),
    '',
    'errors: No known data errors',
    '',
  ].join('\n');
}
