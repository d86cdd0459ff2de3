import assert from 'node:assert/strict';
import { safetyLockKinds, type SafetyLock, type SafetyLockKind } from '../../dist/lib/core/drive.js';
import { buildPhrase, isToldApartByWwn, judgeIn, judgeOverride } from '../../dist/lib/core/judge-override.js';
import { claiming, unclaimed } from '../support/holders.mts';
import { probed, reportOf, twins } from '../support/probes.mts';

const wwn = '0x5000c500c3a1b2c4';
const judge = (locks: SafetyLock[], isTold = false) =>
  judgeOverride({ drive: { serial: 'A1', wwn, sizeBytes: 1 }, locks, isToldApartByWwn: isTold });
const phraseOf = (...locks: SafetyLock[]) => buildPhrase(judge(locks));

const phrases: Readonly<Partial<Record<SafetyLockKind, string>>> = {
  active_pool: 'tank',
  boot_pool: 'DESTROY BOOT POOL',
  exported_pool: 'DESTROY EXPORTED POOL',
  mounted: 'DESTROY MOUNTED FILESYSTEM',
  holder: 'DESTROY VOLUME MEMBER',
};

describe('the override of a safety lock', () => {
  for (const kind of safetyLockKinds) {
    const phrase = phrases[kind] ?? null;
    it(`of kind ${kind} asks for ${phrase ?? 'nothing, since there is none, and says what to do'}`, () => {
      const [override] = judge([{ kind, detail: 'tank' }]);
      assert.equal(override?.phrase, phrase);
      assert.equal(override.whyNot === null, phrase !== null);
      if (override.whyNot !== null) assert.match(override.whyNot, /^[A-Z].{20,}\.$/);
      assert.equal(phraseOf({ kind, detail: 'tank' }), phrase);
    });
  }

  for (const [detail, name] of [
    ['tank', 'tank'],
    ['tank (OFFLINE)', 'tank'],
    ['my pool.2: a-b_c', 'my pool.2: a-b_c'],
    ['', null],
    ['-', null],
    ['(OFFLINE)', null],
    ['tank\nDESTROY', null],
    ['2tank', null],
  ] as const) {
    it(`takes ${JSON.stringify(name)} for the name of the pool in ${JSON.stringify(detail)}`, () => {
      assert.equal(phraseOf({ kind: 'active_pool', detail }), name);
    });
  }

  it('asks for the WWN only where it tells the drive from its twin', () => {
    const lock: SafetyLock = { kind: 'ambiguous', detail: '2 devices' };
    assert.equal(buildPhrase(judge([lock], true)), wwn);
    assert.equal(buildPhrase(judge([lock], false)), null);
  });
});

describe('the phrase for a drive', () => {
  it('is none for a free drive', () => {
    assert.equal(phraseOf(), null);
  });

  it('is each phrase once, the strongest lock first, whatever the order of the probe', () => {
    const locks: SafetyLock[] = [
      { kind: 'holder', detail: 'md0' },
      { kind: 'mounted', detail: '/mnt/b' },
      { kind: 'active_pool', detail: 'tank' },
      { kind: 'mounted', detail: '/mnt/a' },
    ];
    const expected = 'tank + DESTROY MOUNTED FILESYSTEM + DESTROY VOLUME MEMBER';
    assert.equal(phraseOf(...locks), expected);
    assert.equal(phraseOf(...locks.reverse()), expected);
  });

  it('is none where what uses the drive holds no claim, as nothing would stop its writes', () => {
    for (const detail of ['loop7', 'nvmet nqn.a/1', 'LIO iblock_0/x', 'the iSCSI extent vm', 'btrfs /srv']) {
      assert.equal(phraseOf({ kind: 'holder', detail }), null, detail);
    }
    assert.equal(phraseOf({ kind: 'holder', detail: 'LVM2_member on sda' }), 'DESTROY VOLUME MEMBER');
  });

  it('is none for whatever writes to the drive without a claim, nor for a btrfs that is more than it', () => {
    for (const detail of unclaimed) assert.equal(phraseOf({ kind: 'holder', detail }), null, detail);
    for (const detail of claiming) {
      assert.equal(phraseOf({ kind: 'holder', detail }), 'DESTROY VOLUME MEMBER', detail);
    }
  });

  it('names every pool', () => {
    const pools = ['tank', 'backup'].map((detail) => ({ kind: 'active_pool', detail }) as const);
    assert.equal(phraseOf(...pools), 'tank + backup');
  });

  it('is none as soon as one lock has no override', () => {
    for (const kind of [
      'root_filesystem',
      'swap',
      'claimed',
      'self_test',
      'unproven',
      'ambiguous',
    ] as const) {
      assert.equal(phraseOf({ kind: 'mounted', detail: '/mnt' }, { kind, detail: 'x' }), null, kind);
    }
  });
});

describe('a WWN', () => {
  it('tells twins with one serial number apart, each by its own', () => {
    const [a, b] = twins();
    const report = reportOf(a, b, probed('C3'));
    assert.deepEqual(
      [a, b].map((drive) => buildPhrase(judgeIn(report, drive))),
      ['0x5000c500000000a1', '0x5000c500000000b2'],
    );
  });

  it('tells nothing where there is none, where a third has it too, and where no twin is to be seen', () => {
    const [a, b] = twins();
    const nameless = { ...a, drive: { ...a.drive, wwn: null } };
    const same = { ...b, drive: { ...b.drive, wwn: '0X5000C500000000A1' } };
    const stranger = probed('C3', [], { wwn: a.drive.wwn });
    assert.equal(isToldApartByWwn(a, [a, b]), true);
    assert.equal(isToldApartByWwn(nameless, [nameless, b]), false);
    assert.equal(isToldApartByWwn(a, [a, same]), false);
    assert.equal(isToldApartByWwn(a, [a, b, stranger]), false);
    assert.equal(isToldApartByWwn(a, [a]), false);
  });

  it('tells nothing where something besides the serial number is in doubt', () => {
    const [a, b] = twins([{ kind: 'ambiguous', detail: '2 devices with WWN 0x5000c500000000a1' }]);
    assert.equal(isToldApartByWwn(a, [a, b]), false);
  });
});
