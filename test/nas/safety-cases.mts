import { diskLine, partLine } from '../support/paper-host.mts';
import type { LsblkLine, PaperFacts } from '../support/paper-host.mts';

export const pool = (name: string, ...members: string[]) =>
  [
    `  pool: ${name}`,
    ' state: ONLINE',
    'config:',
    '',
    '\tNAME          STATE     READ WRITE CKSUM',
    `\t${name}          ONLINE       0     0     0`,
    '\t  mirror-0    ONLINE       0     0     0',
    ...members.map((member) => `\t    ${member}`),
    '',
    'errors: No known data errors',
    '',
  ].join('\n');
export const child = (type: string, name: string, parent: string) => ({
  NAME: name,
  KNAME: 'dm-0',
  PKNAME: parent,
  'MAJ:MIN': '252:0',
  TYPE: type,
  SIZE: '1',
});

export const secondPart = (more: LsblkLine = {}) =>
  partLine('sda', { NAME: 'sda2', KNAME: 'sda2', 'MAJ:MIN': '8:2', ...more });

/** A use of a drive as the sources of facts tell it. */
export interface SafetyCase extends PaperFacts {
  readonly title: string;
  readonly locks: readonly string[];
}

/** What a drive is used for, and the locks that must be seen on `sda`, as `kind detail`. */
export const safetyCases: readonly SafetyCase[] = [
  { title: 'nothing', lsblk: [diskLine('sda')], locks: [] },
  {
    title: 'an old file system that is not mounted',
    lsblk: [diskLine('sda'), partLine('sda', { FSTYPE: 'ext4' })],
    locks: [],
  },
  {
    title: 'a mount that lsblk tells of',
    lsblk: [diskLine('sda'), partLine('sda', { MOUNTPOINT: '/mnt/a b' })],
    locks: ['mounted /mnt/a b'],
  },
  {
    title: 'a mount that only findmnt tells of, by number',
    lsblk: [diskLine('sda'), partLine('sda')],
    findmnt: ['0:5 proc /proc proc', '8:1 /dev/root /mnt/a\\x20b ext4'],
    locks: ['mounted /mnt/a b'],
  },
  {
    title: 'the root file system, on btrfs with a number of its own',
    lsblk: [diskLine('sda'), partLine('sda')],
    findmnt: ['0:24 /dev/sda1[/@root] / btrfs'],
    locks: ['root_filesystem /'],
  },
  {
    title: 'a btrfs of several devices that is mounted by another name',
    lsblk: [diskLine('sda')],
    sys: { 'fs/btrfs/1234-5678/devices/sda': '' },
    locks: ['mounted btrfs'],
  },
  {
    title: 'swap on a partition',
    lsblk: [diskLine('sda'), partLine('sda')],
    swaps: ['/dev/sda1 partition 100 0 -2', '/swapfile file 100 0 -3'],
    locks: ['swap sda1'],
  },
  {
    title: 'encrypted swap',
    lsblk: [
      diskLine('sda'),
      partLine('sda'),
      { ...child('crypt', 'cryptswap', 'sda1'), MOUNTPOINT: '[SWAP]' },
    ],
    swaps: ['/dev/dm-0 partition 100 0 -2'],
    locks: ['holder cryptswap', 'swap dm-0'],
  },
  {
    title: 'swap on a device that nobody knows',
    lsblk: [diskLine('sda')],
    swaps: ['/dev/sdq1 partition 100 0 -2'],
    locks: ['unproven swaps: unknown device /dev/sdq1'],
  },
  {
    title: 'a mount of a device that nobody knows',
    lsblk: [diskLine('sda')],
    findmnt: ['8:99 /dev/sdg3 /mnt/x ext4'],
    locks: ['unproven findmnt: unknown device 8:99 on /mnt/x'],
  },
  {
    title: 'a mount of fuse, which is no block device',
    lsblk: [diskLine('sda')],
    findmnt: ['0:99 /dev/fuse /run/user/1/doc fuse'],
    locks: [],
  },
  {
    title: 'a logical volume',
    lsblk: [diskLine('sda'), partLine('sda', { FSTYPE: 'LVM2_member' }), child('lvm', 'vg-lv', 'sda1')],
    locks: ['holder vg-lv'],
  },
  {
    title: 'a logical volume that is mounted, over two drives',
    lsblk: [
      diskLine('sdb'),
      child('lvm', 'vg-lv', 'sdb'),
      diskLine('sda'),
      { ...child('lvm', 'vg-lv', 'sda'), MOUNTPOINT: '/data' },
    ],
    findmnt: ['252:0 /dev/mapper/vg-lv /data ext4'],
    locks: ['holder vg-lv', 'mounted /data'],
  },
  {
    title: 'a volume group without active volumes',
    lsblk: [diskLine('sda', { FSTYPE: 'LVM2_member' })],
    locks: ['holder LVM2_member on sda'],
  },
  {
    title: 'a member of an array that is not assembled',
    lsblk: [diskLine('sda'), partLine('sda', { FSTYPE: 'linux_raid_member' })],
    locks: ['holder linux_raid_member on sda1'],
  },
  {
    title: 'one of two paths to a drive',
    lsblk: [diskLine('sda'), child('mpath', 'mpatha', 'sda')],
    locks: ['holder mpatha'],
  },
  {
    title: 'a holder that only sysfs tells of',
    lsblk: [diskLine('sda'), partLine('sda')],
    sys: { 'block/sda/holders/md127': '', 'block/sda/sda1/holders/bcache0': '' },
    locks: ['holder md127', 'holder bcache0'],
  },
  {
    title: 'a loop device over a partition, also of a node that was removed since',
    lsblk: [diskLine('sda'), partLine('sda')],
    sys: {
      'block/loop0/loop/backing_file': '/dev/sda1\n',
      'block/loop1/loop/backing_file': '/dev/sda (deleted)\n',
    },
    locks: ['holder loop0', 'holder loop1'],
  },
  {
    title: 'loop devices over files',
    lsblk: [diskLine('sda')],
    sys: {
      'block/loop0/loop/backing_file': '/dev/shm/file\n',
      'block/loop1/loop/backing_file': '/var/lib/snap.img\n',
      'block/loop2/loop/other': '',
      '../var/lib/snap.img': '',
    },
    locks: [],
  },
  {
    title: 'a loop device over something that nobody knows',
    lsblk: [diskLine('sda')],
    sys: { 'block/loop0/loop/backing_file': '/dev/sdq1\n' },
    locks: ['unproven loop: unknown device /dev/sdq1 behind loop0'],
  },
  {
    title: 'an active pool',
    lsblk: [
      diskLine('sda', { FSTYPE: 'zfs_member' }),
      partLine('sda', { FSTYPE: 'zfs_member', LABEL: 'tank' }),
    ],
    zpool: pool('tank', '/dev/sda1  ONLINE  0  0  0'),
    locks: ['active_pool tank'],
  },
  {
    title: 'a spare of a pool with a blank in its name',
    lsblk: [diskLine('sda')],
    zpool: `${pool('my tank')}\tspares\n\t  /dev/sda    AVAIL   \n`,
    locks: ['active_pool my tank'],
  },
  {
    title: 'the pool the root file system is on',
    lsblk: [diskLine('sda'), partLine('sda')],
    findmnt: ['0:25 rpool/ROOT/debian / zfs'],
    zpool: pool('rpool', '/dev/sda1  ONLINE  0  0  0'),
    locks: ['boot_pool rpool', 'root_filesystem /'],
  },
  {
    title: 'the boot pool of TrueNAS',
    lsblk: [diskLine('sda'), partLine('sda')],
    zpool: pool('boot-pool', '/dev/sda1  ONLINE  0  0  0'),
    locks: ['boot_pool boot-pool'],
  },
  {
    title: 'an exported pool',
    lsblk: [diskLine('sda'), partLine('sda', { FSTYPE: 'zfs_member', LABEL: 'oldtank' })],
    zpool: 'no pools available\n',
    locks: ['exported_pool oldtank'],
  },
  ...['6a898cc3-1dd2-11b2-99a6-080020736631', '516E7CBA-6ECF-11D6-8FF8-00022D09712B'].map((type) => ({
    title: `a partition that is meant for ZFS (${type}) and says nothing`,
    lsblk: [diskLine('sda'), partLine('sda', { PARTTYPE: type })],
    locks: ['exported_pool ZFS partition sda1'],
  })),
  {
    title: 'a partition that is meant for an array',
    lsblk: [diskLine('sda'), partLine('sda', { PARTTYPE: 'a19d880f-05fc-4d3b-a006-743f0f84911e' })],
    locks: ['holder RAID partition sda1'],
  },
  {
    title: 'a partition that is meant for volumes',
    lsblk: [diskLine('sda'), partLine('sda', { PARTTYPE: 'e6d6d379-f507-44c2-a23c-238f2a3df928' })],
    locks: ['holder LVM partition sda1'],
  },
  {
    title: 'a partition for ZFS in an active pool',
    lsblk: [diskLine('sda'), partLine('sda', { PARTTYPE: '6a898cc3-1dd2-11b2-99a6-080020736631' })],
    zpool: pool('tank', '/dev/sda1  ONLINE  0  0  0'),
    locks: ['active_pool tank'],
  },
  {
    title: 'an array that is at work in its partition',
    lsblk: [
      diskLine('sda'),
      partLine('sda', { PARTTYPE: 'a19d880f-05fc-4d3b-a006-743f0f84911e' }),
      child('raid1', 'md0', 'sda1'),
    ],
    locks: ['holder md0'],
  },
  ...['stratis', 'bcachefs', 'DM_snapshot_cow', 'crypto_LUKS', 'bcache'].map((type) => ({
    title: `the signature of ${type}`,
    lsblk: [diskLine('sda', { FSTYPE: type })],
    locks: [`holder ${type} on sda`],
  })),
  {
    title: 'the signature of swap that is not in use',
    lsblk: [diskLine('sda', { FSTYPE: 'swap' })],
    locks: [],
  },
  {
    title: 'a pool on a host without ZFS',
    lsblk: [diskLine('sda', { FSTYPE: 'zfs_member' })],
    locks: ['exported_pool zfs_member on sda'],
  },
  {
    title: 'a member that is missing from its pool: no reason to lock others',
    lsblk: [diskLine('sda')],
    zpool: pool(
      'tank',
      '1234567890  UNAVAIL  0  0  0  was /dev/sda1',
      '/dev/sdz1  UNAVAIL  0  0  0  cannot open',
    ),
    locks: [],
  },
  {
    title: 'a pool with a member that nobody knows',
    lsblk: [diskLine('sda')],
    zpool: pool('tank', '/dev/sdz1  ONLINE  0  0  0'),
    locks: ['unproven zpool: unknown device /dev/sdz1 in tank'],
  },
  {
    title: 'ZFS in the kernel without zpool',
    lsblk: [diskLine('sda')],
    sys: { 'module/zfs/version': '2.2' },
    locks: ['unproven zpool: is missing although ZFS is loaded'],
  },
  {
    title: 'a zpool that says nothing',
    lsblk: [diskLine('sda')],
    zpool: '',
    locks: ['unproven zpool: failed with exit status 0'],
  },
  {
    title: 'a serial that another drive has too',
    lsblk: [diskLine('sda'), diskLine('sdb', { SERIAL: ' S-sda ' })],
    locks: ['ambiguous 2 devices with serial S-sda: sda without WWN, sdb without WWN'],
  },
  {
    title: 'a WWN that a device with another serial, or none, has too',
    lsblk: [
      diskLine('sda', { WWN: '0x5000c500a1b2c3d4' }),
      partLine('sda', { WWN: '0x5000c500a1b2c3d4' }),
      diskLine('sdb', { WWN: '0x5000C500a1b2c3d4', SERIAL: '' }),
      diskLine('sdc', { WWN: '0x5000c500a1b2c3d4', SERIAL: 'other' }),
    ],
    locks: [
      'ambiguous 3 devices with WWN 0x5000c500a1b2c3d4: sda serial S-sda, sdb without serial, sdc serial other',
    ],
  },
  {
    title: 'partitions that share its WWN, and WWNs that are none',
    lsblk: [
      diskLine('sda', { WWN: '0x0000000000000000' }),
      partLine('sda', { WWN: '0x0000000000000000' }),
      diskLine('sdb', { WWN: '0x0000000000000000' }),
      diskLine('sdc', { TYPE: 'rom', WWN: '0x0000000000000000' }),
    ],
    locks: [],
  },
];
