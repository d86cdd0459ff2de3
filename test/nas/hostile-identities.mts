import { wwn } from '../support/hostile-bench.mts';
import type { Situation } from '../support/hostile-bench.mts';
import { serialPage } from '../support/overlay-sys.mts';
import { diskLine, partLine } from '../support/paper-host.mts';
import type { LsblkLine } from '../support/paper-host.mts';

const disk = (more: LsblkLine) => ({ lsblk: [diskLine('sda', { WWN: wwn, ...more })] });

/** Serials that one careless comparison would take for each other: on the drive, and asked for. */
const lookalikes: readonly (readonly [string, string])[] = [
  ['1e5', '100000'],
  ['100000', '1e5'],
  ['0x10', '16'],
  ['16', '0x10'],
  ['007', '7'],
  ['7', '007'],
  ['0123', '83'],
  ['1.0', '1'],
  ['+5', '5'],
  ['1E400', 'inf'],
  ['12345678901234567890', '12345678901234567891'],
  ['s-sda', 'S-sda'],
  ['S-sda', 's-sda'],
  ['S-sdaX', 'S-sda'],
  ['S-sd', 'S-sda'],
  ['S-sda X', 'S-sda'],
  ['A  B', 'A B'],
  ['A B', 'AB'],
  ['S\\xc3\\xa9', 'S\\xc3\\xa8'],
  ['S\\xc3\\xa9', 'S??'],
  ['S\\x09X', 'S X'],
  ['S\\x5cx41', 'SA'],
  ['S-sda\\x22', 'S-sda'],
  ['$HOME', process.env.HOME ?? '/root'],
  ['`id`', 'id'],
  ['S-sdb', 'S-sda|S-sdb'],
  ['S-sda', 'S-*'],
  ['S-sda', 'S.sda'],
  ['S-sda', '*'],
  ['S-sda', 'sda'],
  ['S-sda', '/dev/sda'],
  ['S-sda', '8:0'],
  ['S-sda', wwn],
  ['S-sda', '-'],
  ['S-sda', ''],
  ['S-sda', '!'],
  ['S-sda', '-n'],
  ['S-sda', 'S-sda\\'],
];

const strangers = lookalikes.map(([has, wants]): Situation => ({
  title: `a drive "${has}" where "${wants}" is meant`,
  code: 'unknown_drive',
  facts: disk({ SERIAL: has }),
  drive: { serial: wants },
}));

const others: readonly (readonly [string, string, LsblkLine, Situation['drive']?])[] = [
  ['one byte more', 'wrong_drive', { SIZE: '4000787030017' }],
  ['one byte less', 'wrong_drive', { SIZE: '4000787030015' }],
  ['ten times the size', 'wrong_drive', { SIZE: '40007870300160' }],
  ['no size', 'unknown_drive', { SIZE: '0' }],
  ['an empty size', 'unknown_drive', { SIZE: '' }],
  ['a size for people', 'locked', { SIZE: '3.6T' }],
  ['a size below zero', 'locked', { SIZE: '-4000787030016' }],
  ['a size in another notation', 'locked', { SIZE: '4.000787030016e12' }],
  ['a size in hex', 'locked', { SIZE: '0x3A3817D6000' }],
  ['a size with a leading zero', 'wrong_drive', { SIZE: '04000787030016' }],
  ['another WWN', 'wrong_drive', { WWN: '0x5000c500a1b2c3d5' }],
  ['a longer WWN', 'wrong_drive', { WWN: `${wwn}00` }],
  ['no WWN any more', 'wrong_drive', { WWN: '' }],
  ['a WWN in another case', 'wrong_drive', { WWN: '0x5000C500A1B2C3D4' }],
  ['a WWN that is all zeros', 'wrong_drive', { WWN: '0x0000000000000000' }],
  ['the type of a partition', 'unknown_drive', { TYPE: 'part' }],
  ['the type of an optical drive', 'unknown_drive', { TYPE: 'rom' }],
  ['the type of an array', 'unknown_drive', { TYPE: 'raid1' }],
  ['the type of a loop device', 'unknown_drive', { TYPE: 'loop' }],
  ['no type', 'unknown_drive', { TYPE: '' }],
  ['a parent', 'unknown_drive', { PKNAME: 'sdz' }],
  ['a serial of zeros', 'unknown_drive', { SERIAL: '0000000000000000' }, { serial: '0000000000000000' }],
  ['a serial of 300 letters', 'unknown_drive', { SERIAL: 'x'.repeat(300) }, { serial: 'x'.repeat(300) }],
  ['a name with a way out of its directory', 'locked', { KNAME: '../sda' }],
  ['a name of dots', 'locked', { KNAME: '..' }],
  ['no name', 'locked', { KNAME: '' }],
  ['no number', 'locked', { 'MAJ:MIN': '' }],
  ['a number in one part', 'locked', { 'MAJ:MIN': '8' }],
  ['the name of a mapping', 'unknown_drive', { KNAME: 'dm-0', NAME: 'dm-0' }],
  ['the name of a volume of ZFS', 'unknown_drive', { KNAME: 'zd0', NAME: 'zd0' }],
];

const changed = others.map(([title, code, line, drive]): Situation => ({
  title: `a drive that has ${title}`,
  code,
  facts: disk(line),
  ...(drive === undefined ? {} : { drive }),
}));

const misconfigured = (
  [
    ['a partition', partLine('sda', { SERIAL: 'S-sda', WWN: wwn, SIZE: '4000787030016' }), 'part'],
    [
      'a mapping',
      {
        ...partLine('sda', { SERIAL: 'S-sda', WWN: wwn, SIZE: '4000787030016' }),
        KNAME: 'dm-0',
        TYPE: 'mpath',
      },
      'mpath',
    ],
    [
      'an encrypted device',
      {
        ...partLine('sda', { SERIAL: 'S-sda', WWN: wwn, SIZE: '4000787030016' }),
        KNAME: 'dm-0',
        TYPE: 'crypt',
      },
      'crypt',
    ],
    ['an array', { ...diskLine('sdb'), KNAME: 'md0', TYPE: 'raid1', SERIAL: 'S-sda', WWN: wwn }, 'raid1'],
  ] as const
).map(([title, line, type]): Situation => ({
  title: `${title} that carries the serial, where its type counts as a drive`,
  code: 'unknown_drive',
  facts: { lsblk: [diskLine('sda', { SERIAL: 'X' }), line] },
  spec: { deviceTypes: [type] },
}));

/** What changes between the first look, which pins the device, and the second, which decides. */
const moving: readonly (readonly [string, string, RegExp, readonly LsblkLine[]])[] = [
  [
    'has moved to another name',
    'wrong_drive',
    /moved from sda to sdb/,
    [diskLine('sdb', { SERIAL: 'S-sda', WWN: wwn })],
  ],
  [
    'has swapped names with another',
    'wrong_drive',
    /moved/,
    [diskLine('sda', { SERIAL: 'S-sdb' }), diskLine('sdb', { SERIAL: 'S-sda', WWN: wwn })],
  ],
  ['is gone', 'unknown_drive', /no device/, [diskLine('sdb')]],
  [
    'has got a twin',
    'ambiguous_drive',
    /2 devices/,
    [diskLine('sda', { WWN: wwn }), diskLine('sdb', { SERIAL: 'S-sda' })],
  ],
  ['has got another serial', 'unknown_drive', /no device/, [diskLine('sda', { WWN: wwn, SERIAL: 'NEW' })]],
  ['has got another size', 'wrong_drive', /bytes, not/, [diskLine('sda', { WWN: wwn, SIZE: '8192' })]],
  ['has got another WWN', 'wrong_drive', /has WWN/, [diskLine('sda', { WWN: '0x5000c50099999999' })]],
  ['has lost its WWN', 'wrong_drive', /shows no WWN/, [diskLine('sda')]],
  [
    'has got another number',
    'wrong_drive',
    /is 8:32, but the opened device is/,
    [{ ...diskLine('sda', { WWN: wwn }), 'MAJ:MIN': '8:32' }],
  ],
  ['has been mounted', 'locked', /^mounted \/mnt\/x$/, [diskLine('sda', { WWN: wwn, MOUNTPOINT: '/mnt/x' })]],
  [
    'has got a member of a pool',
    'locked',
    /^exported_pool/,
    [diskLine('sda', { WWN: wwn, FSTYPE: 'zfs_member' })],
  ],
  [
    'has become a part of an array',
    'locked',
    /^holder md0/,
    [diskLine('sda', { WWN: wwn }), { ...partLine('sda'), NAME: 'md0', KNAME: 'md0', TYPE: 'raid1' }],
  ],
  [
    'shares its WWN with a new device',
    'ambiguous_drive',
    /2 devices with WWN/,
    [diskLine('sda', { WWN: wwn }), diskLine('sdb', { WWN: wwn })],
  ],
];

const moved = moving.map(([title, code, detail, lsblk]): Situation => ({
  title: `a drive that ${title} since it was pinned`,
  code,
  detail,
  // The number of the opened device stays what it was.
  files: { 'sys/block/sda/dev': '8:0\n' },
  then: { lsblk },
}));

const kernel: readonly (readonly [string, string, string | Buffer, LsblkLine?])[] = [
  ['another serial in its page', 'device/vpd_pg80', serialPage('WD-OTHER')],
  ['a serial that is a beginning of three letters', 'device/vpd_pg80', serialPage('S-s')],
  ['a serial that ends like it', 'device/vpd_pg80', serialPage('XS-sda')],
  ['another serial as an NVMe drive', 'device/serial', 'S375NX0K\n'],
  ['another serial as a virtual drive', 'serial', 'vd-other\n'],
  ['another serial, of odd bytes', 'serial', Buffer.from([0x58, 0, 0x81, 0x88, 0xff, 0x59])],
  ['another WWN', 'device/wwid', 'naa.5000c500ffffffff\n'],
  ['another EUI', 'wwid', 'eui.0025388b710116a1\n', { WWN: 'eui.0025388b710116ff' }],
  [
    'another UUID',
    'wwid',
    'uuid.6c7b1b2c-0000-0000-0000-000000000001\n',
    { WWN: 'uuid.6c7b1b2c-0000-0000-0000-000000000002' },
  ],
];

const doubted = kernel.map(([title, path, data, line = {}]): Situation => ({
  title: `a drive that the kernel knows by ${title}`,
  code: 'wrong_drive',
  detail: /the kernel knows sda by another/,
  facts: disk(line),
  drive: line.WWN === undefined ? {} : { wwn: line.WWN },
  files: { [`sys/block/sda/${path}`]: data },
}));

const nodes: readonly Situation[] = [
  {
    title: 'a device node that is not there',
    code: 'unknown_drive',
    detail: /cannot be opened/,
    files: { 'dev/sda': null },
  },
  {
    title: 'a device node that is a directory',
    code: 'wrong_drive',
    detail: /not a block device/,
    files: { 'dev/sda': null, 'dev/sda/x': '' },
  },
  {
    title: 'a device node that leads to a terminal',
    code: 'wrong_drive',
    detail: /not a block device/,
    files: { 'dev/sda': ['/dev/null'] },
  },
  { title: 'a device node that leads nowhere', code: 'unknown_drive', files: { 'dev/sda': ['/nowhere'] } },
  {
    title: 'a device whose number is another',
    code: 'wrong_drive',
    files: { 'sys/block/sda/dev': '8:16\n' },
  },
  { title: 'a device whose number is not known', code: 'wrong_drive', files: { 'sys/block/sda/dev': null } },
  { title: 'a device without statistics', code: 'launch_failed', files: { 'sys/block/sda/stat': null } },
  {
    title: 'a device with statistics that are none',
    code: 'launch_failed',
    files: { 'sys/block/sda/stat': 'a b c d e f g\n' },
  },
  {
    title: 'a device that sysfs does not know',
    code: 'locked',
    detail: /^unproven sysfs/,
    files: { 'sys/block/sda/holders': null },
  },
];

export const hostileIdentities = [...strangers, ...changed, ...misconfigured, ...moved, ...doubted, ...nodes];
