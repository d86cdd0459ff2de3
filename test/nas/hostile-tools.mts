import { readFileSync } from 'node:fs';

import { wwn } from '../support/hostile-bench.mts';
import type { Situation } from '../support/hostile-bench.mts';
import { diskLine, formatLine, partLine } from '../support/paper-host.mts';
import { pool } from './safety-cases.mts';

const sda = diskLine('sda', { WWN: wwn });
const line = formatLine(sda);
const twoLines = line + formatLine(diskLine('sdb'));
const tank = pool('tank', '/dev/sdb  ONLINE  0  0  0');
const withPool = { lsblk: [sda, diskLine('sdb')], zpool: tank };
const row = (title: string, code: string, more: Partial<Situation>): Situation => ({ title, code, ...more });

/** Every way in which each source of facts can fail. */
const failures = ['lsblk', 'findmnt', 'zpool'].flatMap((tool) =>
  (
    [
      ['exits with 1', 'echo something; exit 1'],
      ['is not executable', 'exit 126'],
      ['is missing behind a wrapper', 'exit 127'],
      ['is killed by the kernel', 'echo NAME=; kill -9 $$'],
      ['crashes', 'kill -11 $$'],
      ['is ended by its time limit', 'exit 124'],
      ['says nothing', ':'],
      ['says blank lines only', 'echo; echo; echo'],
      ['complains and succeeds', 'echo "cannot open /proc/self/mountinfo" >&2'],
    ] as const
  ).map(([title, body]) => row(`${tool} that ${title}`, 'locked', { tools: { [tool]: body } })),
);

/** Answers with success that are not what was asked for. */
const rubbish = ['lsblk', 'findmnt', 'zpool'].flatMap((tool) =>
  (
    [
      ['a warning', 'Warning: the table is out of date.\n'],
      ['a warning in German', 'Warnung: Kann Gerät nicht öffnen\n'],
      ['an error page', '<html><body>502</body></html>\n'],
      ['bytes', Buffer.from(Array.from({ length: 256 }, (_, i) => i))],
      ['a line of a million letters', `${'x'.repeat(1_000_000)}\n`],
      ['its own usage', `Usage: ${tool} [options]\n`],
    ] as const
  ).map(([title, answer]) =>
    row(`${tool} that answers with ${title}`, 'locked', { facts: withPool, answers: { [tool]: answer } }),
  ),
);

/** lsblk's list, cut off after so many characters. */
const cutLists = [1, 5, 12, 40, 80, 120, 160, 200, line.length - 2].map((length) =>
  row(`lsblk that breaks off after ${length} characters`, 'locked', {
    answers: { lsblk: line.slice(0, length) },
  }),
);

const lists: readonly Situation[] = [
  row('lsblk that breaks off in the line of another drive', 'locked', {
    answers: { lsblk: twoLines.slice(0, line.length + 30) },
  }),
  row('lsblk that tells of other drives only', 'unknown_drive', {
    answers: { lsblk: formatLine(diskLine('sdb')) },
  }),
  row('lsblk that breaks off before a partition', 'locked', {
    detail: /^unproven lsblk does not tell of sda1$/,
    files: { 'sys/block/sda/sda1/partition': '1\n' },
  }),
  row('lsblk that breaks off before a drive with the same serial', 'locked', {
    detail: /^unproven devices: lsblk does not tell of sdb$/,
    files: { 'sys/block/sdb/device/vpd_pg80': 'S-sda' },
  }),
  row('lsblk with a warning before its list', 'locked', { answers: { lsblk: `lsblk: warning\n${line}` } }),
  row('lsblk with a warning behind its list', 'locked', { answers: { lsblk: `${line}lsblk: warning\n` } }),
  row('lsblk of a version that lacks a column', 'locked', {
    answers: { lsblk: line.replace(/ LABEL="[^"]*"/, '') },
  }),
  row('lsblk that answers twice with different serials', 'unknown_drive', {
    answers: { lsblk: line.replace('S-sda', 'FIRST') + line },
  }),
  row('lsblk that answers as a tree for people', 'locked', {
    answers: { lsblk: 'NAME   SIZE TYPE\nsda    3.6T disk\n└─sda1 3.6T part /\n' },
  }),
  row('lsblk that answers in JSON', 'locked', { answers: { lsblk: '{"blockdevices":[{"name":"sda"}]}\n' } }),
  row('findmnt that breaks off in a line', 'locked', {
    facts: { findmnt: ['0:5 proc /proc proc', '8:1 /dev/s'] },
  }),
  row('findmnt that breaks off in the first word', 'locked', {
    facts: { findmnt: ['0:5 proc /proc proc', '8'] },
  }),
  row('findmnt that misses what the kernel has mounted', 'locked', {
    detail: /^mounted \/mnt\/k$/,
    facts: { mountinfo: ['36 35 8:0 / /mnt/k rw - ext4 /dev/sda rw'] },
  }),
  row('a list of the kernel that cannot be read', 'locked', {
    facts: { mountinfo: ['36 35 8:0 / /mnt/k rw'] },
  }),
  row('a list of the kernel that is empty', 'locked', { facts: { mountinfo: [''] } }),
  ...[
    '',
    'Filename',
    'Dateiname Typ\n',
    'Filename Type\n/dev/sd',
    'Filename Type\n/dev/sda1 Partition 1 0 -2\n',
  ].map((text, index) =>
    row(`swaps that are broken, ${index + 1}`, index === 1 ? 'locked' : 'locked', {
      files: { 'proc/swaps': text === 'Filename' ? 'Filename Type\n/dev/sdq1 partition 1 0 -2\n' : text },
    }),
  ),
  row('swaps that are not there', 'locked', { detail: /^unproven swaps/, files: { 'proc/swaps': null } }),
  ...[20, 45, 80, tank.indexOf('errors') - 1].map((length) =>
    row(`zpool that breaks off after ${length} characters`, 'locked', {
      detail: /^unproven zpool/,
      facts: withPool,
      answers: { zpool: tank.slice(0, length) },
    }),
  ),
  row('zpool that breaks off before its second pool', 'locked', {
    detail: /zpool: tells only a part of pool b/,
    facts: { ...withPool, zpool: `${tank}  pool: b\n state: ONLINE\n` },
  }),
  row('ZFS without zpool', 'locked', {
    detail: /^unproven zpool/,
    files: { 'sys/module/zfs/version': '2.3\n' },
  }),
  row('udev that has not caught up', 'locked', {
    detail: /^unproven udev: busy$/,
    tools: { sleep: ':' },
    files: { 'run/udev/queue': '' },
  }),
];

const signatures: readonly Situation[] = (
  [
    ['a member of a pool that udev has not seen', 'echo zfs_member', /^exported_pool/],
    ['a member of an array that udev has not seen', 'echo linux_raid_member', /^holder linux_raid_member/],
    ['an encrypted device that udev has not seen', 'echo crypto_LUKS', /^holder crypto_LUKS/],
    ['signatures of two kinds', 'exit 8', /^unproven blkid: signatures of several kinds/],
    ['no answer in time', 'exit 124', /^unproven blkid: it does not answer/],
    ['an error of its own', 'exit 4', /^unproven blkid: failed with exit status 4/],
    ['no program behind the wrapper', 'exit 127', /^unproven blkid: failed/],
    ['a crash', 'kill -11 $$', /^unproven blkid: failed/],
  ] as const
).map(([title, blkid, detail]) => row(`blkid that finds ${title}`, 'locked', { detail, tools: { blkid } }));

const stale = row('a file system in the notes of udev, and a pool on the drive', 'locked', {
  detail: /^exported_pool/,
  facts: { lsblk: [diskLine('sda', { WWN: wwn, FSTYPE: 'ext4' })] },
  tools: { blkid: 'echo zfs_member' },
});

const onPartition = row('a member that blkid finds on a partition', 'locked', {
  detail: /^exported_pool zfs_member on sda1$/,
  facts: { lsblk: [sda, partLine('sda')] },
  files: { 'sys/block/sda/sda1/partition': '1\n' },
  tools: { blkid: 'case $* in *sda1) echo zfs_member ;; *) exit 2 ;; esac' },
});

const inPool = row('a volume group that blkid finds on a member of a pool', 'locked', {
  detail: /holder LVM2_member on sda$/,
  facts: { lsblk: [sda], zpool: pool('tank', '/dev/sda  OFFLINE  0  0  0') },
  grants: ['active_pool tank'],
  tools: { blkid: 'echo LVM2_member' },
});

const lateNotes = row('a file system that blkid knows by another UUID than udev', 'locked', {
  detail: /^unproven blkid: sda has UUID new, not old$/,
  facts: { lsblk: [diskLine('sda', { WWN: wwn, FSTYPE: 'ext4', UUID: 'old' })] },
  tools: { blkid: 'case $* in *UUID*) echo new ;; *) echo ext4 ;; esac' },
});

const selfTests = [
  'ata-selftest-inprogress-60-7.3',
  'ata-selftest-inprogress-00-7.3',
  'nvme-selftest-inprogress-7.4',
  'nvme-selftest-inprogress-7.5',
  'scsi-selftest-inprogress-7.3',
].map((name) =>
  row(`a self-test of the drive (${name})`, 'locked', {
    detail: /^self_test in progress on sda$/,
    files: { capture: readFileSync(`test/fixtures/smartctl/${name}.json`) },
    tools: { smartctl: 'cat $BURNIN_ROOT/capture' },
  }),
);

const oldSelfTest = row('a self-test of a SAS drive that only the text tells of', 'locked', {
  detail: /^self_test/,
  tools: {
    smartctl: 'echo \'{"output": ["Self-test execution status:\\t\\t63% of test remaining"]}\'; exit 4',
  },
});

export const hostileTools = [
  ...failures,
  ...rubbish,
  ...cutLists,
  ...lists,
  ...signatures,
  stale,
  onPartition,
  inPool,
  lateNotes,
  ...selfTests,
  oldSelfTest,
];
