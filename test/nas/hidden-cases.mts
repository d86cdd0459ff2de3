import { diskLine, partLine } from '../support/paper-host.mts';
import { pool, secondPart } from './safety-cases.mts';
import type { SafetyCase } from './safety-cases.mts';

/** Uses of a drive that another use, another name or another host could hide: the locks that must be seen on `sda`. */
export const hiddenCases: readonly SafetyCase[] = [
  {
    title: 'an exported pool beside a volume group',
    lsblk: [
      diskLine('sda'),
      partLine('sda', { FSTYPE: 'LVM2_member' }),
      secondPart({ FSTYPE: 'zfs_member', LABEL: 'photos' }),
    ],
    locks: ['holder LVM2_member on sda1', 'exported_pool photos'],
  },
  {
    title: 'an exported pool beside a member that another pool has given up',
    lsblk: [
      diskLine('sda'),
      partLine('sda', { FSTYPE: 'zfs_member', LABEL: 'tank' }),
      secondPart({ FSTYPE: 'zfs_member', LABEL: 'photos' }),
    ],
    zpool: pool('tank', '/dev/sda1  OFFLINE  0  0  0'),
    locks: ['active_pool tank', 'exported_pool photos'],
  },
  {
    title: 'an exported pool on what has the name of a member that was removed',
    lsblk: [diskLine('sda'), partLine('sda', { FSTYPE: 'zfs_member', LABEL: 'photos' })],
    zpool: pool('tank', '/dev/sda1  REMOVED  0  0  0'),
    locks: ['active_pool tank', 'exported_pool photos'],
  },
  {
    title: 'a partition for ZFS that has the name of a member that was removed',
    lsblk: [diskLine('sda'), partLine('sda', { PARTTYPE: '6a898cc3-1dd2-11b2-99a6-080020736631' })],
    zpool: pool('tank', '/dev/sda1  REMOVED  0  0  0'),
    locks: ['active_pool tank', 'exported_pool ZFS partition sda1'],
  },
  {
    title: 'a volume group on what zpool lists as a member',
    lsblk: [diskLine('sda'), partLine('sda', { FSTYPE: 'LVM2_member' })],
    zpool: pool('tank', '/dev/sda1  ONLINE  0  0  0'),
    locks: ['active_pool tank', 'holder LVM2_member on sda1'],
  },
  {
    title: 'a drive that shows the label of the partition at its end',
    lsblk: [
      diskLine('sda', { FSTYPE: 'zfs_member', LABEL: 'tank' }),
      partLine('sda', { FSTYPE: 'zfs_member', LABEL: 'tank' }),
    ],
    zpool: pool('tank', '/dev/sda1  ONLINE  0  0  0'),
    locks: ['active_pool tank'],
  },
  {
    title: 'a loop device over something that nobody here can see, as of a container',
    lsblk: [diskLine('sda')],
    sys: { 'block/loop0/loop/backing_file': '/srv/disk\n' },
    locks: ['unproven loop: unknown device /srv/disk behind loop0'],
  },
  {
    title: 'an NVMe target for other hosts over a partition',
    lsblk: [diskLine('sda'), partLine('sda')],
    sys: {
      'kernel/config/nvmet/subsystems/nqn.2026:a/namespaces/1/device_path': '/dev/sda1\n',
      'kernel/config/nvmet/subsystems/nqn.2026:a/namespaces/2/device_path': '(null)\n',
    },
    locks: ['holder nvmet nqn.2026:a 1'],
  },
  {
    title: 'a SCSI target for other hosts over it',
    lsblk: [diskLine('sda')],
    sys: {
      'kernel/config/target/core/iblock_0/lun a/udev_path': '/dev/sda\n',
      'kernel/config/target/core/rd_mcp_1/memory/udev_path': '',
    },
    locks: ['holder LIO iblock_0 lun a'],
  },
  {
    title: 'a SCSI target for other hosts over something that nobody knows',
    lsblk: [diskLine('sda')],
    sys: { 'kernel/config/target/core/iblock_0/a/udev_path': '/dev/disk/by-id/x\n' },
    locks: ['unproven loop: unknown device /dev/disk/by-id/x behind LIO iblock_0 a'],
  },
  {
    title: 'a btrfs of several devices that is mounted',
    lsblk: [diskLine('sdb'), diskLine('sda', { FSTYPE: 'btrfs', MOUNTPOINT: '/srv' })],
    findmnt: ['0:24 /dev/sda /srv btrfs'],
    sys: { 'fs/btrfs/1234/devices/sda': '', 'fs/btrfs/1234/devices/sdb': '' },
    locks: ['holder btrfs /srv'],
  },
  {
    title: 'a btrfs of several devices, of which one is missing',
    lsblk: [diskLine('sda')],
    findmnt: ['0:24 /dev/sda /srv btrfs'],
    sys: {
      'fs/btrfs/1234/devices/sda': '',
      'fs/btrfs/1234/devinfo/1/missing': '0\n',
      'fs/btrfs/1234/devinfo/2/missing': '1\n',
    },
    locks: ['holder btrfs /srv'],
  },
  {
    title: 'a btrfs of one device that is mounted',
    lsblk: [diskLine('sda')],
    findmnt: ['0:24 /dev/sda /srv btrfs'],
    sys: { 'fs/btrfs/1234/devices/sda': '', 'fs/btrfs/1234/devinfo/1/missing': '0\n' },
    locks: ['mounted /srv'],
  },
  {
    title: 'the root file system on a btrfs by a name that nobody knows',
    lsblk: [diskLine('sda'), partLine('sda')],
    findmnt: ['0:24 /dev/root / btrfs'],
    sys: { 'fs/btrfs/1234/devices/sda1': '' },
    locks: ['root_filesystem /'],
  },
  {
    title: 'a mount of a btrfs by a name that nobody knows, and no btrfs that it can be',
    lsblk: [diskLine('sda'), partLine('sda')],
    findmnt: ['0:24 /dev/root / btrfs', '0:25 /dev/sda1 /srv btrfs'],
    sys: { 'fs/btrfs/1234/devices/sda1': '' },
    locks: ['mounted /srv', 'unproven findmnt: unknown device /dev/root on /'],
  },
  {
    title: 'the root file system on a bcachefs of several devices',
    lsblk: [diskLine('sdb'), diskLine('sda')],
    findmnt: ['0:24 /dev/sdb:/dev/sda / bcachefs'],
    locks: ['root_filesystem /'],
  },
  {
    title: 'a mount with a number of its own of a device that nobody knows',
    lsblk: [diskLine('sda')],
    findmnt: ['0:24 /dev/disk/by-uuid/12 /mnt/x fuseblk'],
    locks: ['unproven findmnt: unknown device /dev/disk/by-uuid/12 on /mnt/x'],
  },
  {
    title: 'a file system, a pool and a volume group by what tells them from the next ones',
    lsblk: [
      diskLine('sda'),
      partLine('sda', { FSTYPE: 'ext4', UUID: '0a-1', MOUNTPOINT: '/data' }),
      secondPart({ FSTYPE: 'zfs_member', LABEL: 'tank', UUID: '123' }),
      secondPart({ NAME: 'sda3', KNAME: 'sda3', 'MAJ:MIN': '8:3', FSTYPE: 'LVM2_member', UUID: 'Ab-c' }),
    ],
    findmnt: ['8:1 /dev/sda1 /data ext4'],
    locks: [
      'mounted /data (UUID=0a-1)',
      'exported_pool tank (UUID=123)',
      'holder LVM2_member on sda3 (UUID=Ab-c)',
    ],
  },
  {
    title: 'a mount point that ends in a blank',
    lsblk: [diskLine('sda'), partLine('sda')],
    findmnt: ['8:1 /dev/sda1 /mnt/a\\x20 ext4'],
    locks: ['mounted /mnt/a', 'unproven findmnt: the mount point /mnt/a cannot be named'],
  },
  {
    title: 'a mount point that looks like one with an identity',
    lsblk: [diskLine('sda'), partLine('sda')],
    findmnt: ['8:1 /dev/sda1 /mnt/a\\x20(UUID=1) ext4'],
    locks: ['mounted /mnt/a (UUID=1)', 'unproven findmnt: the mount point /mnt/a (UUID=1) cannot be named'],
  },
  {
    title: 'an exported pool whose name holds what cannot be printed',
    lsblk: [diskLine('sda', { FSTYPE: 'zfs_member', LABEL: 't\\xc3' })],
    locks: ['exported_pool t?', 'unproven lsblk: the label t? cannot be named'],
  },
  ...['iscsi', 'fc', 'fcoe'].map((transport) => ({
    title: `a drive behind a network (${transport})`,
    lsblk: [diskLine('sda', { TRAN: transport })],
    locks: [`unproven it is reached over a network (${transport}), where another host may use it`],
  })),
  {
    title: 'a drive behind a network that only the kernel tells of',
    lsblk: [diskLine('sda', { TRAN: 'nvme' })],
    sys: { 'block/sda/device/transport': 'tcp\n' },
    locks: ['unproven it is reached over a network (tcp), where another host may use it'],
  },
  {
    title: 'an NVMe drive of this very host',
    lsblk: [diskLine('sda', { TRAN: 'nvme' })],
    sys: { 'block/sda/device/transport': 'pcie\n' },
    locks: [],
  },
];
