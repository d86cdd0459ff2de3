import { serialPage } from '../support/overlay-sys.mts';
import { diskLine, partLine } from '../support/paper-host.mts';
import { child } from './safety-cases.mts';
import type { SafetyCase } from './safety-cases.mts';

const wwn = '0x5000c500a1b2c3d4';
const other = '0x5000c500ffffffff';
const legs = [diskLine('sda', { WWN: wwn }), diskLine('sdb', { WWN: wwn, SERIAL: 'S-sda' })];
const mpath = (parent: string) => child('mpath', 'mpatha', parent);
const namespace = (name: string, WWN: string) =>
  diskLine('sda', { NAME: name, KNAME: name, 'MAJ:MIN': `259:${name === 'sda' ? 1 : 2}`, WWN, TRAN: 'nvme' });

/** What a drive is taken for, told like a use: the locks that must be seen on `sda`. */
export const identityCases: readonly SafetyCase[] = [
  {
    title: 'two paths to a drive that one map holds',
    lsblk: [...legs, mpath('sda'), mpath('sdb')],
    locks: ['holder mpatha'],
  },
  {
    title: 'two paths to a drive without a map',
    lsblk: legs,
    locks: [`ambiguous 2 devices with serial S-sda: sda ${wwn}, sdb ${wwn}`],
  },
  {
    title: 'a map that holds only the other path',
    lsblk: [...legs, mpath('sdb')],
    locks: [`ambiguous 2 devices with serial S-sda: sda ${wwn}, sdb ${wwn}`],
  },
  {
    title: 'a map that is said to hold a drive with another WWN',
    lsblk: [legs[0] ?? {}, diskLine('sdb', { WWN: other, SERIAL: 'S-sda' }), mpath('sda'), mpath('sdb')],
    locks: ['holder mpatha', `ambiguous 2 devices with serial S-sda: sda ${wwn}, sdb ${other}`],
  },
  {
    title: 'two namespaces of one controller, by their WWNs',
    lsblk: [namespace('sda', 'eui.0025388b710116a1'), namespace('nvme0n2', 'uuid.1b2c')],
    locks: ['ambiguous 2 devices with serial S-sda: sda eui.0025388b710116a1, nvme0n2 uuid.1b2c'],
  },
  {
    title: 'a USB bridge that gives each of its three drives one serial',
    lsblk: ['sda', 'sdb', 'sdc'].map((name) => diskLine(name, { SERIAL: 'DISK00_0', TRAN: 'usb' })),
    locks: ['ambiguous 3 devices with serial DISK00_0: sda without WWN, sdb without WWN, sdc without WWN'],
  },
  {
    title: 'parts of a drive that carry its serial, one of which calls itself a disk',
    lsblk: [
      diskLine('sda', { WWN: wwn }),
      partLine('sda', { SERIAL: 'S-sda', WWN: wwn }),
      partLine('sda', {
        KNAME: 'sda2',
        NAME: 'sda2',
        'MAJ:MIN': '8:2',
        TYPE: 'disk',
        SERIAL: 'S-sda',
        WWN: wwn,
      }),
    ],
    locks: ['holder sda2'],
  },
  {
    title: 'a bcache device, which calls itself a disk',
    lsblk: [
      diskLine('sda'),
      { ...diskLine('sda'), NAME: 'bcache0', KNAME: 'bcache0', 'MAJ:MIN': '251:0', PKNAME: 'sda' },
    ],
    locks: ['holder bcache0'],
  },
  ...(
    [
      ['another serial', { 'device/vpd_pg80': serialPage('OTHER') }, 'serial: OTHER'],
      [
        'another serial of ten letters',
        { 'device/vpd_pg80': Buffer.from('\0\x80\0\nABCDEFGHIJ', 'latin1') },
        'serial: ABCDEFGHIJ',
      ],
      ['a serial that begins like it by chance', { 'device/serial': 'S\n' }, 'serial: S'],
      ['an odd serial', { 'device/serial': Buffer.from('X\xff\x81\x88\x01Y\n', 'latin1') }, 'serial: X????Y'],
      ['another WWN', { 'device/wwid': 'naa.5000c500ffffffff\n' }, 'WWN: naa.5000c500ffffffff'],
    ] as const
  ).map(([title, files, said]) => ({
    title: `a drive that the kernel knows by ${title}`,
    lsblk: [diskLine('sda', { WWN: wwn })],
    sys: Object.fromEntries(Object.entries(files).map(([path, data]) => [`block/sda/${path}`, data])),
    locks: [`ambiguous the kernel knows sda by another ${said}`],
  })),
  {
    title: 'a drive that the kernel knows by the same serial and WWN',
    lsblk: [diskLine('sda', { WWN: wwn })],
    sys: {
      'block/sda/device/vpd_pg80': serialPage('s-SDA'),
      'block/sda/device/wwid': 'naa.5000C500A1B2C3D4\n',
    },
    locks: [],
  },
  {
    title: 'a drive with a serial that lsblk does not tell of',
    lsblk: [diskLine('sda')],
    sys: { 'block/sdb/device/vpd_pg80': serialPage('S-sda') },
    locks: ['unproven devices: lsblk does not tell of sdb'],
  },
  {
    title: 'the hidden paths of a multipath NVMe drive',
    lsblk: [diskLine('sda')],
    sys: { 'block/nvme0c0n1/hidden': '1\n', 'block/nvme0c0n1/device/serial': 'S-sda\n' },
    locks: [],
  },
];
