import assert from 'node:assert/strict';

import { isForBusybox, playSituation, wwn } from '../support/hostile-bench.mts';
import type { Ending, Situation } from '../support/hostile-bench.mts';
import { isInstalled } from '../support/need-root.mts';
import { diskLine, partLine } from '../support/paper-host.mts';
import { hostileSituations } from './hostile-situations.mts';
import { child, pool } from './safety-cases.mts';

const sda = diskLine('sda', { WWN: wwn });
const parted = [sda, partLine('sda')];
const twins = [sda, diskLine('sdb', { SERIAL: 'S-sda', WWN: '0x5000c500ffffffff' })];
const serials = [
  '0012',
  '1e5',
  '0x10',
  'A  B',
  'S\\xc3\\xa9',
  '$(id)`id`',
  "it's",
  '-n',
  '*',
  '!',
  'S\\x5cn',
];

/** The same bench where nothing is wrong: it does write, so that the others prove something. */
const controls: readonly Omit<Situation, 'code'>[] = [
  { title: 'a free drive' },
  { title: 'a free drive without a WWN', facts: { lsblk: [diskLine('sda')] }, drive: { wwn: null } },
  {
    title: 'a free drive beside others in use',
    facts: { lsblk: [sda, diskLine('sdb', { MOUNTPOINT: '/' })] },
  },
  { title: 'an old file system', facts: { lsblk: [sda, partLine('sda', { FSTYPE: 'ext4' })] } },
  {
    title: 'a model of a hundred thousand letters',
    facts: { lsblk: [diskLine('sda', { WWN: wwn, MODEL: 'x'.repeat(100_000) })] },
  },
  { title: 'a drive that smartctl does not know', tools: { smartctl: 'echo rubbish; exit 1' } },
  { title: 'a drive that sleeps', tools: { smartctl: 'exit 2' } },
  {
    title: 'a self-test that has ended',
    tools: { smartctl: 'echo \'{"self_test": {"status": {"value": 25, "string": "aborted"}}}\'' },
  },
  { title: 'lines that end as on another system', answers: { findmnt: '0:5 proc /proc proc\r\n' } },
  { title: 'a kernel that confirms it', files: { 'sys/block/sda/device/serial': 'S-sda   \n' } },
  ...serials.map((serial) => ({
    title: `a drive with the serial ${serial}`,
    facts: { lsblk: [diskLine('sda', { WWN: wwn, SERIAL: serial })] },
    drive: { serial: serial.replace('\\x5c', '\\') },
  })),
  {
    title: 'a grant for an exported pool',
    facts: { lsblk: [sda, partLine('sda', { FSTYPE: 'zfs_member', LABEL: 'my [old]* tank' })] },
    grants: ['exported_pool my [old]* tank'],
  },
  {
    title: 'a grant for a member that its pool has given up',
    facts: { lsblk: parted, zpool: pool('tank', '/dev/sda1  FAULTED  0  0  0') },
    grants: ['active_pool tank'],
  },
  {
    title: 'a grant for a member that the boot pool has given up',
    facts: {
      lsblk: parted,
      findmnt: ['0:25 boot-pool/ROOT/x / zfs'],
      zpool: pool('boot-pool', '/dev/sda1  OFFLINE  0  0  0'),
    },
    grants: ['boot_pool boot-pool'],
  },
  {
    title: 'a grant for a volume group without volumes',
    facts: { lsblk: [diskLine('sda', { WWN: wwn, FSTYPE: 'LVM2_member' })] },
    grants: ['holder LVM2_member on sda'],
  },
  {
    title: 'grants for two reasons',
    facts: {
      lsblk: [sda, partLine('sda', { FSTYPE: 'zfs_member', LABEL: 'x' }), child('raid1', 'md0', 'sda1')],
    },
    grants: ['holder md0', 'exported_pool x'],
  },
  {
    title: 'a grant for one of two twins',
    facts: { lsblk: twins },
    grants: [`ambiguous 2 devices with serial S-sda: sda ${wwn}, sdb 0x5000c500ffffffff`],
  },
  {
    title: 'a grant for twins of which one has gone',
    grants: ['ambiguous 2 devices with serial S-sda: sda a, sdb b'],
  },
  {
    title: 'grants that nobody needs',
    grants: ['exported_pool tank', 'mounted /mnt/a', 'swap x', 'unproven y'],
  },
  {
    title: 'a grant for a mount with an identity, made by an automount',
    facts: {
      lsblk: [sda, partLine('sda', { UUID: '0a-1' })],
      findmnt: ['0:33 systemd-1 /mnt/a autofs', '8:1 /dev/sda1 /mnt/a ext4'],
    },
    after: { findmnt: ['0:33 systemd-1 /mnt/a autofs'] },
    grants: ['mounted /mnt/a (UUID=0a-1)'],
    umounts: ['/mnt/a'],
  },
  {
    title: 'a grant for a mount',
    facts: { lsblk: parted, findmnt: ['8:1 /dev/sda1 /mnt/a\\x20b ext4', '8:1 /dev/sda1 /mnt/$c ext4'] },
    after: { findmnt: ['0:5 proc /proc proc'] },
    grants: ['mounted /mnt/a b', 'mounted /mnt/$c'],
    umounts: ['/mnt/a b', '/mnt/$c'],
  },
];

const plays = [
  ...hostileSituations,
  ...controls.map((control): Situation => ({ ...control, code: 'started' })),
].map((situation, index) => ({
  situation,
  interpreter: index % 2 === 1 && isForBusybox(situation) ? ('busybox' as const) : ('dash' as const),
}));

describe('A start in a hostile world', function () {
  const missing = ['dash', 'busybox', 'flock', 'perl'].filter((tool) => !isInstalled(tool));
  if (process.platform !== 'linux' || missing.length > 0) {
    it.skip(`was skipped: Linux is needed with ${missing.join(', ')}`);
    return;
  }
  this.timeout(240_000);
  const endings = new Map<Situation, Ending | Error>();

  // A few at a time, as each only waits for a shell of its own.
  before(async () => {
    const waiting = plays.values();
    const work = async () => {
      for (const { interpreter, situation } of waiting) {
        endings.set(
          situation,
          await playSituation(interpreter, situation).catch((error: unknown) =>
            error instanceof Error ? error : new Error(String(error)),
          ),
        );
      }
    };
    await Promise.all([work(), work(), work(), work()]);
  });

  const endingOf = (situation: Situation): Ending => {
    const ending = endings.get(situation);
    if (ending === undefined || ending instanceof Error) throw ending ?? new Error('it was not played');
    return ending;
  };

  for (const { situation, interpreter } of plays.filter((play) => play.situation.code !== 'started')) {
    it(`writes nothing: ${situation.title} (${interpreter})`, () => {
      const { code, detail, runs, ...left } = endingOf(situation);
      const { umounts = [] } = situation;
      assert.deepEqual({ code, ...left }, { code: situation.code, written: [], calls: 0, umounts }, detail);
      assert.match(detail, situation.detail ?? /^/);
      const isThere = Object.keys(situation.files ?? {}).some((path) => path.includes('/runs/run-1'));
      assert.deepEqual(runs, isThere ? ['run-1'] : []);
    });
  }

  for (const { situation, interpreter } of plays.filter((play) => play.situation.code === 'started')) {
    it(`writes to the drive that is meant, and to no other: ${situation.title} (${interpreter})`, () => {
      const { detail, ...ending } = endingOf(situation);
      const { umounts = [] } = situation;
      assert.deepEqual(
        ending,
        { code: 'started', written: ['sda'], calls: 1, umounts, runs: ['run-1'] },
        detail,
      );
    });
  }
});

describe('The table of hostile situations', () => {
  it('holds more than two hundred, all different', () => {
    const titles = new Set(hostileSituations.map(({ title }) => title));
    const facts = new Set(
      hostileSituations.map((situation) =>
        JSON.stringify({ ...situation, title: '' }, (_key, value: unknown) =>
          typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
        ),
      ),
    );
    assert.ok(titles.size >= 200, `${titles.size}`);
    assert.deepEqual([titles.size, facts.size], [hostileSituations.length, hostileSituations.length]);
  });
});
