import { diskLine, partLine } from '../support/paper-host.mts';
import { child, pool } from './safety-cases.mts';
import type { SafetyCase } from './safety-cases.mts';

const parted = [diskLine('sda'), partLine('sda')];
const bootPool = (state: string) => pool('boot-pool', `/dev/sda1  ${state}  0  0  0`);
const truenas = ['0:25 boot-pool/ROOT/24.10.2 / zfs', '0:26 boot-pool/ROOT/24.10.2/usr /usr zfs'];

/** Where the running system stands, and where it only has something mounted: the locks that must be seen on `sda`. */
export const systemCases: readonly SafetyCase[] = [
  ...[
    '/',
    '/usr',
    '/usr/local',
    '/var',
    '/var/log',
    '/etc',
    '/boot',
    '/boot/efi',
    '/home',
    '/root',
    '/opt',
  ].map((target) => ({
    title: `a file system that the system stands on, at ${target}`,
    lsblk: parted,
    findmnt: [`8:1 /dev/sda1 ${target} ext4`],
    locks: [`root_filesystem ${target}`],
  })),
  ...['/mnt/a', '/media/usb', '/srv', '/data', '/home/me/disk', '/var/lib/docker', '/usrdata', '/boots'].map(
    (target) => ({
      title: `a file system that is only mounted, at ${target}`,
      lsblk: [diskLine('sda'), partLine('sda', { MOUNTPOINT: target })],
      locks: [`mounted ${target}`],
    }),
  ),
  {
    title: 'the root file system on an array over it',
    lsblk: [...parted, { ...child('raid1', 'md0', 'sda1'), MOUNTPOINT: '/' }],
    locks: ['holder md0', 'root_filesystem /'],
  },
  {
    title: 'the root file system on a btrfs of several devices',
    lsblk: [diskLine('sdb'), diskLine('sda')],
    findmnt: ['0:24 /dev/sdb[/@root] / btrfs', '0:24 /dev/sdb[/@srv] /srv btrfs'],
    sys: { 'fs/btrfs/1234/devices/sda': '', 'fs/btrfs/1234/devices/sdb': '' },
    locks: ['root_filesystem /', 'holder btrfs /srv'],
  },
  {
    title: 'a mount that only the kernel tells of',
    lsblk: parted,
    mountinfo: ['36 35 8:1 / /mnt/a\\040b rw,noatime shared:1 - ext4 /dev/root rw'],
    locks: ['mounted /mnt/a b'],
  },
  {
    title: 'the same mount in both lists',
    lsblk: [diskLine('sda'), partLine('sda', { MOUNTPOINT: '/mnt/ü' })],
    findmnt: ['8:1 /dev/sda1 /mnt/\\xc3\\xbc ext4'],
    mountinfo: ['36 35 8:1 / /mnt/ü rw - ext4 /dev/sda1 rw'],
    locks: [
      'mounted /mnt/??',
      'unproven findmnt: the mount point /mnt/?? cannot be named',
      'unproven lsblk: the mountpoint /mnt/?? cannot be named',
    ],
  },
  {
    title: 'a mount with something else on top of it',
    lsblk: parted,
    findmnt: ['8:1 /dev/sda1 /mnt/a ext4', '0:77 tmpfs /mnt/a tmpfs'],
    locks: ['mounted /mnt/a', 'unproven findmnt: something else is mounted on /mnt/a too'],
  },
  {
    title: 'a mount that an automount made',
    lsblk: parted,
    findmnt: ['0:33 systemd-1 /mnt/a autofs', '8:1 /dev/sda1 /mnt/a ext4'],
    locks: ['mounted /mnt/a'],
  },
  ...['ONLINE', 'DEGRADED', 'ONLINE  0  0  0  (resilvering)'].map((state) => ({
    title: `a drive of the pool that the system stands on, ${state}`,
    lsblk: parted,
    findmnt: truenas,
    zpool: bootPool(state),
    locks: ['boot_pool boot-pool', 'root_filesystem /'],
  })),
  ...['OFFLINE', 'FAULTED', 'REMOVED', 'UNAVAIL'].map((state) => ({
    title: `a drive that the pool of the system has given up, ${state}`,
    lsblk: parted,
    findmnt: truenas,
    zpool: bootPool(state),
    locks: ['boot_pool boot-pool'],
  })),
  {
    title: 'a pool for /boot alone',
    lsblk: parted,
    findmnt: ['0:30 bpool/BOOT/ubuntu /boot zfs'],
    zpool: pool('bpool', '/dev/sda1  ONLINE  0  0  0'),
    locks: ['boot_pool bpool', 'root_filesystem /boot'],
  },
  {
    title: 'a pool of data that carries /home',
    lsblk: parted,
    findmnt: ['0:30 tank/home /home zfs'],
    zpool: pool('tank', '/dev/sda1  ONLINE  0  0  0'),
    locks: ['active_pool tank', 'root_filesystem /home'],
  },
  {
    title: 'a pool of data with the system dataset of TrueNAS',
    lsblk: parted,
    findmnt: [...truenas, '0:31 tank/.system /var/db/system zfs', '0:32 tank /mnt/tank zfs'],
    zpool: `${pool('boot-pool')}${pool('tank', '/dev/sda1  ONLINE  0  0  0')}`,
    locks: ['active_pool tank'],
  },
  {
    title: 'a pool whose end is missing',
    lsblk: parted,
    zpool: pool('tank', '/dev/sda1  ONLINE  0  0  0').replace(/errors:[^]*/, ''),
    locks: ['active_pool tank', 'unproven zpool: tells only a part of pool tank'],
  },
  {
    title: 'words of zpool that nobody understands',
    lsblk: [diskLine('sda')],
    zpool: 'keine Pools vorhanden\n',
    locks: ['unproven zpool: its answer cannot be understood'],
  },
  {
    title: 'swaps without a head',
    lsblk: [diskLine('sda')],
    sys: { '../proc/swaps': '' },
    locks: ['unproven swaps: the list has no head'],
  },
  {
    title: 'a partition that lsblk does not tell of',
    lsblk: [diskLine('sda')],
    sys: { 'block/sda/sda1/partition': '1\n' },
    locks: ['unproven lsblk does not tell of sda1'],
  },
  {
    title: 'mounts that cannot be read',
    lsblk: [diskLine('sda')],
    findmnt: ['0:5 proc /proc proc', 'Warnung: 8:1'],
    locks: ['unproven findmnt: a line that cannot be read: Warnung: 8:1'],
  },
];
