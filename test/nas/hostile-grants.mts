import { wwn } from '../support/hostile-bench.mts';
import type { Situation } from '../support/hostile-bench.mts';
import { diskLine, partLine } from '../support/paper-host.mts';
import type { LsblkLine, PaperFacts } from '../support/paper-host.mts';
import { child, pool, secondPart } from './safety-cases.mts';

const sda = diskLine('sda', { WWN: wwn });
const part = (more: LsblkLine = {}) => [sda, partLine('sda', more)];
const mountedAt = (...targets: string[]): PaperFacts => ({
  lsblk: part(),
  findmnt: targets.map((target) => `8:1 /dev/sda1 ${target} ext4`),
});
const old: PaperFacts = { lsblk: part({ FSTYPE: 'zfs_member', LABEL: 'oldtank' }) };
const member: PaperFacts = { lsblk: [diskLine('sda', { WWN: wwn, FSTYPE: 'LVM2_member' })] };
const active: PaperFacts = { lsblk: part(), zpool: pool('tank', '/dev/sda1  OFFLINE  0  0  0') };
const system: PaperFacts = {
  lsblk: part(),
  findmnt: ['0:25 boot-pool/ROOT/x / zfs'],
  zpool: pool('boot-pool', '/dev/sda1  ONLINE  0  0  0'),
};
const swapping: PaperFacts = { lsblk: part(), swaps: ['/dev/sda1 partition 100 0 -2'] };
const twin = (WWN: string) => diskLine('sdb', { SERIAL: 'S-sda', WWN });
const other = '0x5000c500ffffffff';
const twins: PaperFacts = { lsblk: [sda, twin(other)] };
const twinWords = (second: string) => `ambiguous 2 devices with serial S-sda: sda ${wwn}, sdb ${second}`;

/** A grant that does not say exactly what stands in the way. */
const misses: readonly (readonly [string, PaperFacts, string])[] = [
  ['for another pool', old, 'exported_pool tank'],
  ['for a pool whose name begins like it', old, 'exported_pool oldtan'],
  ['for a pool whose name begins with it', old, 'exported_pool oldtank2'],
  ['for a pool of another case', old, 'exported_pool OldTank'],
  ['with a blank behind the name', old, 'exported_pool oldtank '],
  ['with a blank before the name', old, 'exported_pool  oldtank'],
  ['with a pattern for a name', old, 'exported_pool *'],
  ['with a pattern of the right length', old, 'exported_pool oldtan?'],
  ['with nothing for a name', old, 'exported_pool '],
  ['with a dash for a name', old, 'exported_pool -'],
  ['for an active pool of the same name', old, 'active_pool oldtank'],
  ['for every kind at once', old, '* oldtank'],
  ['of a kind that ends alike', old, 'pool oldtank'],
  ['of no kind', old, ' oldtank'],
  ['for an exported pool while it is active', active, 'exported_pool tank'],
  ['for the boot pool while it is another', active, 'boot_pool tank'],
  ['for the signature on a partition', member, 'holder LVM2_member on sda1'],
  ['for the signature of something else', member, 'holder linux_raid_member on sda'],
  ['for the signature on another drive', member, 'holder LVM2_member on sdb'],
  ['for one of two mount points', mountedAt('/mnt/a', '/mnt/b'), 'mounted /mnt/a'],
  ['for the directory above a mount point', mountedAt('/mnt/a/b'), 'mounted /mnt/a'],
  ['for a directory below a mount point', mountedAt('/mnt/a'), 'mounted /mnt/a/b'],
  ['for a mount point with a slash behind it', mountedAt('/mnt/a'), 'mounted /mnt/a/'],
  ['for the device that is mounted', mountedAt('/mnt/a'), 'mounted /dev/sda1'],
  ['for the root as a mere mount', mountedAt('/'), 'mounted /'],
  ['for what the system stands on', mountedAt('/usr'), 'root_filesystem /usr'],
  ['for the boot pool where the system stands on it', system, 'boot_pool boot-pool'],
  ['for swap', swapping, 'swap sda1'],
  ['for swap as a holder', swapping, 'holder sda1'],
  [
    'for a loop device at work, which claims nothing',
    { lsblk: [sda], sys: { 'block/loop0/loop/backing_file': '/dev/sda\n' } },
    'holder loop0',
  ],
  [
    'for a target for other hosts, which claims nothing',
    {
      lsblk: [sda],
      sys: { 'kernel/config/nvmet/subsystems/nqn/namespaces/1/device_path': '/dev/sda\n' },
    },
    'holder nvmet nqn 1',
  ],
  [
    'for a drive behind a network',
    { lsblk: [diskLine('sda', { WWN: wwn, TRAN: 'iscsi' })] },
    'unproven it is reached over a network (iscsi), where another host may use it',
  ],
  [
    'for another pool of the same name',
    { lsblk: part({ FSTYPE: 'zfs_member', LABEL: 'tank', UUID: '2' }) },
    'exported_pool tank (UUID=1)',
  ],
  [
    'for a pool of any identity',
    { lsblk: part({ FSTYPE: 'zfs_member', LABEL: 'tank', UUID: '2' }) },
    'exported_pool tank',
  ],
  [
    'for another volume group',
    { lsblk: part({ FSTYPE: 'LVM2_member', UUID: 'b' }) },
    'holder LVM2_member on sda1 (UUID=a)',
  ],
  [
    'for an array over the label of a pool',
    { lsblk: [...part({ FSTYPE: 'zfs_member', LABEL: 'x' }), child('raid1', 'md0', 'sda1')] },
    'holder md0',
  ],
  [
    'for a volume group beside a pool',
    { lsblk: [...part({ FSTYPE: 'LVM2_member' }), secondPart({ FSTYPE: 'zfs_member', LABEL: 'photos' })] },
    'holder LVM2_member on sda1',
  ],
  ['for one of two reasons', { ...old, ...mountedAt('/mnt/a'), lsblk: old.lsblk }, 'exported_pool oldtank'],
];

const misfits = misses.map(([title, facts, grant]): Situation => ({
  title: `a grant ${title}`,
  code: 'locked',
  facts,
  grants: [grant],
}));

/** Grants that are right, for what has no override. */
const strong: readonly Situation[] = [
  {
    title: 'a grant for a source of facts that fails',
    code: 'locked',
    detail: /^unproven zpool/,
    tools: { zpool: 'exit 1' },
    grants: ['unproven zpool: failed with exit status 1'],
  },
  {
    title: 'a grant for a claim',
    code: 'claimed',
    tools: { flock: 'exit 75' },
    files: { 'run/nas-burnin/locks/S-sda': '' },
    grants: ['claimed its lock file is held by an unknown run'],
  },
  {
    title: 'a grant for a self-test',
    code: 'locked',
    detail: /^self_test/,
    tools: { smartctl: 'echo \'{ "self_test_in_progress": true }\'' },
    grants: ['self_test self_test in progress on sda', 'self_test in progress on sda'],
  },
  {
    title: 'a grant for a kernel that knows the drive by another serial',
    code: 'wrong_drive',
    detail: /by another serial: OTHER/,
    files: { 'sys/block/sda/device/serial': 'OTHER\n' },
    grants: ['ambiguous the kernel knows sda by another serial: OTHER'],
  },
  {
    title: 'grants for all there is on a drive but its swap',
    code: 'locked',
    detail: /^swap dm-0$/,
    facts: { lsblk: [...part(), { ...child('crypt', 'c', 'sda1'), MOUNTPOINT: '[SWAP]' }] },
    grants: ['holder c'],
  },
];

/** A person said which of two twins is meant; these are the ways in which that is not enough. */
const twinned: readonly Situation[] = [
  { title: 'twins without a grant', code: 'ambiguous_drive', facts: twins },
  {
    title: 'a grant for twins with other words',
    code: 'ambiguous_drive',
    facts: twins,
    grants: ['ambiguous 2'],
  },
  {
    title: 'a grant for twins that have changed their names',
    code: 'ambiguous_drive',
    facts: twins,
    grants: [`ambiguous 2 devices with serial S-sda: sda ${other}, sdb ${wwn}`],
  },
  {
    title: 'a grant for twins of which the other has changed',
    code: 'ambiguous_drive',
    facts: { lsblk: [sda, twin('0x5000c50011111111')] },
    grants: [twinWords(other)],
  },
  {
    title: 'a grant for twins with one WWN',
    code: 'ambiguous_drive',
    detail: /^2 devices have serial S-sda and WWN/,
    facts: { lsblk: [sda, twin(wwn)] },
    grants: [twinWords(wwn)],
  },
  {
    title: 'a grant for twins with one WWN in two cases',
    code: 'ambiguous_drive',
    detail: /^2 devices have WWN/,
    facts: { lsblk: [sda, twin(wwn.toUpperCase())] },
    grants: [twinWords(wwn.toUpperCase())],
  },
  {
    title: 'a grant for twins whose WWN a third device has too',
    code: 'ambiguous_drive',
    facts: { lsblk: [sda, twin(other), diskLine('sdc', { WWN: wwn })] },
    grants: [twinWords(other), `ambiguous 2 devices with WWN ${wwn}: sda serial S-sda, sdc serial S-sdc`],
  },
  {
    title: 'a grant for twins by a controller that knows no WWN',
    code: 'ambiguous_drive',
    facts: twins,
    drive: { wwn: null },
    grants: [twinWords(other)],
  },
  {
    title: 'a grant for twins by a controller that knows another WWN',
    code: 'unknown_drive',
    facts: twins,
    drive: { wwn: '0x5000c50022222222' },
    grants: [twinWords(other)],
  },
  {
    title: 'a grant for twins that have no WWN',
    code: 'ambiguous_drive',
    facts: { lsblk: [diskLine('sda'), diskLine('sdb', { SERIAL: 'S-sda' })] },
    drive: { wwn: null },
    grants: ['ambiguous 2 devices with serial S-sda: sda without WWN, sdb without WWN'],
  },
  {
    title: 'a grant for twins whose WWN is all zeros',
    code: 'ambiguous_drive',
    facts: { lsblk: [diskLine('sda', { WWN: '0x0' }), twin(other)] },
    drive: { wwn: '0x0' },
    grants: [`ambiguous 2 devices with serial S-sda: sda without WWN, sdb ${other}`],
  },
  {
    title: 'a grant for twins, of which the one that is meant has another size now',
    code: 'wrong_drive',
    facts: { lsblk: [{ ...sda, SIZE: '4096' }, twin(other)] },
    grants: [twinWords(other)],
  },
  {
    title: 'a grant for twins that swap their names while it is started',
    code: 'wrong_drive',
    detail: /moved from sda to sdb/,
    facts: twins,
    then: { lsblk: [diskLine('sda', { WWN: other }), twin(wwn)] },
    grants: [twinWords(other)],
  },
  {
    title: 'a grant for a device that has the WWN and another serial',
    code: 'ambiguous_drive',
    facts: { lsblk: [sda, diskLine('sdb', { WWN: wwn })] },
    grants: [`ambiguous 2 devices with WWN ${wwn}: sda serial S-sda, sdb serial S-sdb`],
  },
];

export const hostileGrants = [...misfits, ...strong, ...twinned];
