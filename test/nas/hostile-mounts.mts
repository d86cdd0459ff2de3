import { wwn } from '../support/hostile-bench.mts';
import type { Situation } from '../support/hostile-bench.mts';
import { diskLine, partLine } from '../support/paper-host.mts';

const sda = diskLine('sda', { WWN: wwn });
const lsblk = [sda, partLine('sda')];
const at = (...targets: string[]) => targets.map((target) => `8:1 /dev/sda1 ${target} ext4`);
const free = { findmnt: ['0:5 proc /proc proc'] };
const granted = { facts: { lsblk, findmnt: at('/mnt/a') }, after: free, grants: ['mounted /mnt/a'] };
const asked = { umounts: ['/mnt/a'] };

/** findmnt that says this of the one target that umount is about to be asked for. */
const lateMount = (answer: string) => ({
  findmnt: `[ "$3" = -M ] && { printf '${answer}'; exit; }\n[ ! -e $BURNIN_ROOT/unmounted ] || exit 1\nexec /bin/cat $BURNIN_ROOT/answers/first/findmnt`,
});

/** A file system that a person gave away, and what keeps it from being enough. */
export const hostileMounts: readonly Situation[] = [
  {
    title: 'umount that says the target is busy',
    ...granted,
    code: 'locked',
    detail: /^mounted \/mnt\/a: umount: \/mnt\/a: target is busy\.$/,
    tools: { umount: 'echo "umount: $1: target is busy." >&2; exit 32' },
  },
  {
    title: 'umount that fails in silence',
    ...granted,
    code: 'locked',
    detail: /umount failed/,
    tools: { umount: 'exit 1' },
  },
  { title: 'umount that is killed', ...granted, code: 'locked', tools: { umount: 'kill -9 $$' } },
  {
    title: 'umount that only pretends to have done it',
    ...granted,
    ...asked,
    code: 'locked',
    detail: /^mounted \/mnt\/a$/,
    after: {},
  },
  {
    title: 'a file system that is mounted elsewhere as soon as it is free',
    ...granted,
    ...asked,
    code: 'locked',
    detail: /^mounted \/mnt\/b$/,
    after: { findmnt: at('/mnt/b') },
  },
  {
    title: 'another file system where the one was that a person gave away',
    ...granted,
    code: 'locked',
    detail: /^mounted \/mnt\/a \(UUID=new\)$/,
    facts: { lsblk: [sda, partLine('sda', { UUID: 'new' })], findmnt: at('/mnt/a') },
    grants: ['mounted /mnt/a (UUID=old)', 'mounted /mnt/a'],
  },
  {
    title: 'a file system of another drive that comes to lie over it at the last moment',
    ...granted,
    code: 'locked',
    detail: /^mounted \/mnt\/a: something else is mounted there \(8:17\)$/,
    tools: lateMount('8:1 /dev/sda1\\n8:17 /dev/sdb1\\n'),
  },
  {
    title: 'a mount that is gone at the last moment',
    ...granted,
    code: 'locked',
    detail: /^mounted \/mnt\/a: something else is mounted there \(nothing\)$/,
    tools: lateMount(''),
  },
  {
    title: 'a target in whose name something was lost',
    ...granted,
    code: 'locked',
    detail: /^unproven findmnt: the mount point \/mnt\/a cannot be named$/,
    facts: { lsblk, findmnt: at('/mnt/a\\x20') },
  },
  {
    title: 'a btrfs of two devices, of which one was given away',
    code: 'locked',
    detail: /^holder btrfs \/mnt\/a$/,
    facts: { lsblk: [...lsblk, diskLine('sdb')], findmnt: ['0:24 /dev/sda1 /mnt/a btrfs'] },
    files: { 'sys/fs/btrfs/1234/devices/sda1': '', 'sys/fs/btrfs/1234/devices/sdb': '' },
    grants: ['mounted /mnt/a', 'holder btrfs /mnt/a'],
  },
  {
    title: 'a second mount below the first, at the same place',
    ...granted,
    ...asked,
    code: 'locked',
    detail: /^mounted \/mnt\/a$/,
    facts: { lsblk, findmnt: at('/mnt/a', '/mnt/a') },
    after: { findmnt: at('/mnt/a') },
  },
  {
    title: 'a system that suddenly stands on it',
    ...granted,
    ...asked,
    code: 'locked',
    detail: /^root_filesystem \/boot$/,
    after: { findmnt: at('/boot') },
  },
  {
    title: 'swap that begins once it is unmounted',
    ...granted,
    ...asked,
    code: 'locked',
    detail: /^swap/,
    after: { ...free, lsblk: [sda, partLine('sda', { MOUNTPOINT: '[SWAP]' })] },
  },
  {
    title: 'a drive that has moved to another name once it is unmounted',
    ...granted,
    ...asked,
    code: 'wrong_drive',
    after: {
      ...free,
      lsblk: [diskLine('sda'), diskLine('sdb', { WWN: wwn, SERIAL: 'S-sda' })].map((line) =>
        line.KNAME === 'sda' ? { ...line, SERIAL: 'X' } : line,
      ),
    },
  },
  {
    title: 'a drive that is gone once it is unmounted',
    ...granted,
    ...asked,
    code: 'unknown_drive',
    after: { ...free, lsblk: [diskLine('sdb')] },
  },
  {
    title: 'a twin that appears once it is unmounted',
    ...granted,
    ...asked,
    code: 'ambiguous_drive',
    after: { ...free, lsblk: [...lsblk, diskLine('sdb', { SERIAL: 'S-sda' })] },
  },
  {
    title: 'findmnt that fails once it is unmounted',
    ...granted,
    ...asked,
    code: 'locked',
    detail: /^unproven findmnt/,
    after: { findmnt: ['rubbish'] },
  },
  {
    title: 'a clock that has run out once it is unmounted',
    ...granted,
    ...asked,
    code: 'expired',
    tools: { date: '[ ! -e $BURNIN_ROOT/unmounted ] && exec /bin/date "$@"; echo 99999999999' },
  },
  {
    title: 'an array over the file system that was given away with it',
    ...granted,
    code: 'locked',
    detail: /^holder md0: take it apart first$/,
    files: { 'sys/block/sda/holders/md0': '' },
    grants: ['mounted /mnt/a', 'holder md0'],
  },
  {
    title: 'an array over its partition that was given away with it',
    ...granted,
    code: 'locked',
    detail: /^holder dm-1: take it apart first$/,
    files: { 'sys/block/sda/sda1/holders/dm-1': '' },
    grants: ['mounted /mnt/a', 'holder dm-1'],
  },
  {
    title: 'another mount on top of the one that was given away',
    ...granted,
    code: 'locked',
    detail: /^unproven findmnt: something else is mounted on/,
    facts: { lsblk, findmnt: [...at('/mnt/a'), '8:99 /dev/sdz1 /mnt/a ext4'] },
  },
  {
    title: 'a target on top of another drive',
    ...granted,
    code: 'locked',
    facts: {
      lsblk: [...lsblk, diskLine('sdb'), partLine('sdb')],
      findmnt: ['8:17 /dev/sdb1 /mnt/a ext4', ...at('/mnt/a')],
    },
  },
  {
    title: 'a file system for which nobody gave its second mount',
    ...granted,
    code: 'locked',
    detail: /^mounted \/mnt\/c$/,
    facts: { lsblk, findmnt: at('/mnt/a', '/mnt/c') },
  },
  {
    title: 'a btrfs that no mount point is known of',
    code: 'locked',
    detail: /^mounted btrfs$/,
    facts: { lsblk },
    files: { 'sys/fs/btrfs/1234/devices/sda1': '' },
    grants: ['mounted btrfs too'],
  },
  {
    title: 'a mount with a grant, and a start that comes too late',
    ...granted,
    code: 'expired',
    spec: { notAfterClockS: 1 },
  },
  {
    title: 'a mount with a grant, and a run id that was used',
    ...granted,
    code: 'run_exists',
    files: { 'run/nas-burnin/runs/run-1/meta': '' },
  },
  {
    title: 'a mount with a grant, and a self-test',
    ...granted,
    code: 'locked',
    detail: /^self_test/,
    tools: { smartctl: 'echo \'{"nvme_self_test_log":{"current_self_test_operation":{"value":2}}}\'' },
  },
  {
    title: 'a mount with a grant on a drive that somebody else claims',
    ...granted,
    ...asked,
    code: 'claimed',
    detail: /busy/,
    tools: {
      perl: '[ "$1" = -MFcntl ] && exit; echo "claim: /dev/sda: Device or resource busy" >&2; exit 76',
    },
  },
];
