import assert from 'node:assert/strict';
import { createBus } from '../../dist/lib/burnin/bus.js';
import type { BurninEvents } from '../../dist/lib/burnin/burnin.js';
import { Grants } from '../../dist/lib/burnin/grants.js';
import { UnlockTries } from '../../dist/lib/burnin/unlock-tries.js';
import type { SafetyLock } from '../../dist/lib/core/drive.js';
import type { Store } from '../../dist/lib/store/open-store.js';
import { TemporaryStores } from '../store/temporary-store.mts';
import { probed, reportOf, twins } from '../support/probes.mts';
import { SplitClock } from '../support/split-clock.mts';

const minuteMs = 60_000;
const tank: SafetyLock = { kind: 'active_pool', detail: 'tank' };
const mount: SafetyLock = { kind: 'mounted', detail: '/mnt' };
const locked = probed('A1', [tank, mount], { wwn: '0x5' });

describe('permissions to override safety locks', () => {
  const stores = new TemporaryStores();
  let store: Store;
  let clock: SplitClock;
  let grants: Grants;
  let told: string[];
  let touched: string[];
  const logs: string[] = [];

  before(() => (store = stores.open()));
  after(() => stores.remove());
  beforeEach(() => {
    clock = new SplitClock();
    [told, touched] = [[], []];
    const bus = createBus<BurninEvents>((error) => assert.fail(String(error)));
    bus.on('event', ({ type, serial, message }) => told.push(`${type} ${serial}: ${message}`));
    const log = (level: string, text: string) => void logs.push(`${level}: ${text}`);
    const base = { nas: 'nas', store, clock, bus, log };
    grants = new Grants(base, (serial) => touched.push(serial));
  });
  afterEach(() => grants.close());

  const give = (drive = locked) => grants.give(drive, 'b', 'ann');
  const find = (drive = locked) => grants.find(drive, 'b');

  it('are given over exactly what was seen, for ten minutes', () => {
    const endsAt = clock.wallMs + 10 * minuteMs;
    assert.deepEqual(give(), { operator: 'ann', locks: locked.locks, endsAt });
    assert.deepEqual(find()?.locks, [tank, mount]);
    assert.deepEqual(grants.view(locked.drive), { operator: 'ann', locks: locked.locks, endsAt });
    assert.deepEqual(touched, ['A1']);
    assert.equal(find(probed('B2', [tank])), null);
    assert.deepEqual(told, []);
  });

  it('end by themselves after ten minutes, with an event, and the world is told', async () => {
    give();
    await clock.pass(10 * minuteMs - 1);
    assert.ok(find());
    await clock.pass(1);
    assert.deepEqual([find(), grants.list(), grants.view(locked.drive)], [null, [], null]);
    assert.deepEqual(told, [
      'grant_ended A1: The permission of ann to override that it is in the imported pool tank; it is mounted at /mnt has ended: its ten minutes are over.',
    ]);
    assert.deepEqual(touched, ['A1', 'A1']);
    assert.equal(store.events.list({ limit: 1 })[0]?.type, 'grant_ended');
  });

  it('live no longer when the clock is set back', async () => {
    give();
    await clock.pass(9 * minuteMs);
    clock.wallMs -= 9 * minuteMs;
    assert.ok(find());
    await clock.pass(minuteMs);
    assert.equal(find(), null);
  });

  it('are dead at once when the clock was set back or on by more than they live', () => {
    for (const jumpMs of [-60 * minuteMs, 10 * minuteMs]) {
      give();
      clock.wallMs += jumpMs;
      assert.equal(grants.view(locked.drive), null);
      assert.equal(find(), null);
      clock.wallMs -= jumpMs;
      assert.equal(find(), null, 'dead for good');
    }
    assert.match(told.join(), /ten minutes are over.*ten minutes are over/);
  });

  for (const [what, now, why] of [
    ['one lock more', probed('A1', [tank, mount, mount], { wwn: '0x5' }), 'no longer those'],
    ['one lock less', probed('A1', [tank], { wwn: '0x5' }), 'no longer those'],
    ['none left', probed('A1', [], { wwn: '0x5' }), 'no longer those'],
    ['another detail', probed('A1', [tank, { ...mount, detail: '/x' }], { wwn: '0x5' }), 'no longer those'],
    ['another WWN', probed('A1', [tank, mount], { wwn: '0x6' }), 'no longer the one'],
    ['another size', probed('A1', [tank, mount], { wwn: '0x5', sizeBytes: 7 }), 'no longer the one'],
    ['another drive in its place', probed('B2', [tank, mount], { wwn: '0x5' }), 'no longer the one'],
  ] as const) {
    it(`end for good by a probe that finds ${what}`, () => {
      give();
      grants.review(reportOf(now));
      assert.equal(grants.list().length, 0);
      grants.review(reportOf(locked));
      assert.equal(find(), null);
      assert.equal(told.length, 1);
      assert.match(told[0] ?? '', new RegExp(`grant_ended A1: .*${why}`));
    });
  }

  it('end for good when a drive is asked for that has changed, without any review', () => {
    give();
    assert.equal(find(probed('A1', [tank], { wwn: '0x5' })), null);
    assert.equal(find(), null);
    assert.equal(told.length, 1);
  });

  it('end with the boot of the NAS', () => {
    give();
    grants.review({ ...reportOf(locked), bootId: 'c' });
    assert.equal(find(), null);
    assert.match(told[0] ?? '', /the NAS was restarted/);
  });

  it('stay through a probe that finds the same in another order and under another name', () => {
    give();
    grants.review(reportOf(probed('A1', [mount, tank], { wwn: '0x5', name: 'sdz' }), probed('B2')));
    assert.ok(find());
    assert.deepEqual(told, []);
  });

  it('are for the one of two twins that was meant, and the other does not end them', () => {
    const [a, b] = twins();
    give(b);
    assert.equal(find(a), null);
    assert.equal(grants.view(a.drive), null);
    assert.equal(grants.findFor('A1', reportOf(a, b))?.drive.wwn, b.drive.wwn);
    grants.review(reportOf(a, b));
    assert.ok(find(b));
    assert.deepEqual(told, []);
  });

  it('can be taken back by anybody, who is named', () => {
    give();
    assert.equal(grants.revoke('A1', 'bob'), true);
    assert.equal(grants.revoke('A1', 'bob'), false);
    assert.equal(find(), null);
    assert.match(told.join(), /^grant_ended A1: The permission of ann .* has ended: bob took it back\.$/);
  });

  it('are used up without an end of their own', () => {
    give();
    const grant = find();
    assert.ok(grant);
    grants.useUp(grant);
    assert.equal(find(), null);
    assert.deepEqual(told, []);
    assert.deepEqual(touched, ['A1', 'A1']);
  });

  it('take the place of an earlier one, whose time then ends nothing', async () => {
    give();
    await clock.pass(6 * minuteMs);
    give();
    assert.equal(clock.waiting, 1);
    await clock.pass(6 * minuteMs);
    assert.ok(find());
    assert.deepEqual(told, []);
  });

  it('end also when the event cannot be stored', () => {
    give();
    const broken = stores.openRaw();
    broken.exec(`CREATE TRIGGER broken BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'no room'); END`);
    assert.equal(grants.revoke('A1', 'bob'), true);
    broken.exec('DROP TRIGGER broken');
    assert.equal(find(), null);
    assert.deepEqual(told, []);
    assert.deepEqual(touched, ['A1', 'A1']);
    assert.match(logs.join(), /end of a permission for drive A1: .*no room/);
  });

  it('leave no wait behind when the engine closes', () => {
    give();
    grants.close();
    assert.deepEqual([clock.waiting, grants.list(), told], [0, [], []]);
  });
});

describe('wrong phrases', () => {
  let clock: SplitClock;
  let tries: UnlockTries;
  beforeEach(() => {
    clock = new SplitClock();
    tries = new UnlockTries(clock);
  });

  const fail = (times: number) => Array.from({ length: times }, () => tries.noteWrong('A1'));

  it('block a drive with the fifth, and no other drive', () => {
    assert.deepEqual(fail(4), [4, 3, 2, 1]);
    assert.equal(tries.isBlocked('A1'), false);
    assert.deepEqual(fail(1), [0]);
    assert.equal(tries.isBlocked('A1'), true);
    assert.equal(tries.isBlocked('B2'), false);
  });

  it('block for ten minutes', () => {
    fail(5);
    clock.wallMs += 10 * minuteMs - 1;
    assert.equal(tries.isBlocked('A1'), true);
    clock.wallMs += 1;
    assert.equal(tries.isBlocked('A1'), false);
    assert.deepEqual(fail(1), [4]);
  });

  it('are forgotten after ten minutes each, and by the right one', () => {
    fail(3);
    clock.wallMs += 6 * minuteMs;
    fail(1);
    clock.wallMs += 4 * minuteMs;
    assert.deepEqual(fail(1), [3]);
    tries.forget('A1');
    assert.deepEqual(fail(1), [4]);
  });

  it('are not forgotten because the clock is set back, nor block for longer than ten minutes more', () => {
    fail(5);
    clock.wallMs -= 60 * minuteMs;
    assert.equal(tries.isBlocked('A1'), true);
    clock.wallMs += 10 * minuteMs;
    assert.equal(tries.isBlocked('A1'), false);
    fail(4);
    clock.wallMs -= 60 * minuteMs;
    assert.deepEqual(fail(1), [0]);
  });
});
