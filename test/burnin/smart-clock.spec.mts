import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createBus } from '../../dist/lib/burnin/bus.js';
import type { BurninEvents } from '../../dist/lib/burnin/burnin.js';
import type { EngineBase } from '../../dist/lib/burnin/engine-base.js';
import { Grants } from '../../dist/lib/burnin/grants.js';
import { Inventory } from '../../dist/lib/burnin/inventory.js';
import { SmartClock } from '../../dist/lib/burnin/smart-clock.js';
import { Troubles } from '../../dist/lib/burnin/troubles.js';
import type { DriveIdentity } from '../../dist/lib/core/drive.js';
import type { SmartRound } from '../../dist/lib/core/smart.js';
import { StillClock } from '../mqtt/clocks.mts';
import { TemporaryStores, buildJob, nas } from '../store/temporary-store.mts';
import { FakeHost } from '../support/fake-host.mts';

const minuteMs = 60_000;

function capture(name: string): { kind: 'read'; json: object } {
  const file = new URL(`../fixtures/smartctl/${name}.json`, import.meta.url);
  return { kind: 'read', json: JSON.parse(readFileSync(file, 'utf8')) as object };
}
const healthy = capture('ata-healthy-x-7.5');
const testing = {
  kind: 'read' as const,
  json: { ...healthy.json, ...capture('ata-selftest-inprogress-60-7.3').json },
};

describe('the clock of SMART readings', () => {
  let stores: TemporaryStores;
  let host: FakeHost;
  let clock: StillClock;
  let base: EngineBase;
  let smart: SmartClock;
  let troubles: Troubles;
  let changed: string[][];
  let logs: string[];
  /** Serials that are there. */
  let present: string[];
  let readSmartOfAll: (drives: readonly DriveIdentity[]) => Promise<SmartRound>;

  beforeEach(() => {
    stores = new TemporaryStores();
    host = new FakeHost();
    host.smart = healthy;
    clock = new StillClock(1_800_000_000_000);
    [changed, logs, present] = [[], [], ['A', 'B']];
    base = {
      nas,
      store: stores.open(),
      clock,
      bus: createBus<BurninEvents>((error) => assert.fail(String(error))),
      log: (level, text) => void logs.push(`${level}: ${text}`),
    };
    troubles = new Troubles(base);
    readSmartOfAll = (drives) => host.readSmartOfAll(drives);
    smart = new SmartClock({
      base,
      troubles,
      probe: { readSmartOfAll: (drives) => readSmartOfAll(drives) },
      drives: () => present.map((serial) => ({ serial, wwn: null, sizeBytes: 1 })),
      changed: (serials) => void changed.push([...serials]),
    });
  });
  afterEach(() => {
    smart.close();
    stores.remove();
  });

  const settle = async () => {
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const begin = () => {
    smart.start();
    return settle();
  };
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 5_000) {
      clock.move(Math.min(left, 5_000));
      await settle();
    }
  };
  const askedFor = (serial: string) => host.smartRounds.filter((round) => round.includes(serial)).length;

  it('reads every drive soon after the start, and from then on about every five minutes', async () => {
    await begin();
    assert.deepEqual(host.smartRounds, [['A', 'B']]);
    assert.deepEqual(changed, [['A', 'B']]);
    assert.deepEqual(smart.of('A'), {
      isHealthy: true,
      summary: { readAt: 1_800_000_000_000, powerOnHours: 1, reallocated: 0, pending: null },
    });
    await pass(60 * minuteMs);
    for (const serial of present) {
      const count = askedFor(serial);
      assert.ok(count >= 11 && count <= 14, `${count} times in an hour`);
    }
  });

  it('asks at most eight drives a call, all of a shelf within a minute, and later not all at once', async () => {
    present = Array.from({ length: 60 }, (_, index) => `WD-${index * 7919}`);
    await begin();
    await pass(minuteMs);
    assert.deepEqual(host.smartRounds.flat().sort(), [...present].sort());
    assert.ok(host.smartRounds.every((round) => round.length <= 8));
    await pass(20 * minuteMs);
    const before = host.smartRounds.length;
    await pass(5 * minuteMs);
    const rounds = host.smartRounds.slice(before);
    assert.ok(rounds.length >= 20, `${rounds.length} calls for 60 drives in five minutes`);
    assert.ok(rounds.every((round) => round.length <= 8));
  });

  it('never has two calls under way, however long one takes', async () => {
    const calls: string[] = [];
    const open = Promise.withResolvers<SmartRound>();
    readSmartOfAll = () => {
      calls.push('call');
      return open.promise;
    };
    await begin();
    smart.start();
    await pass(20 * minuteMs);
    assert.deepEqual(calls, ['call']);
    open.resolve({ bootId: 'boot-1', answers: [healthy, healthy] });
    await pass(10 * minuteMs);
    assert.notDeepEqual(calls, ['call']);
  });

  it('keeps what it knows while the NAS cannot be reached, says so, and goes on by itself', async () => {
    await begin();
    host.isReachable = false;
    await pass(20 * minuteMs);
    assert.equal(smart.of('A')?.isHealthy, true);
    assert.match(troubles.list().join(), /SMART data: the NAS does not answer/);
    assert.equal(logs.length, 1);
    host.isReachable = true;
    host.smart = capture('ata-failing-pending-x-7.3');
    await pass(2 * minuteMs);
    assert.equal(smart.of('A')?.isHealthy, false);
    assert.deepEqual(troubles.list(), []);
  });

  it('keeps the last reading of a drive that sleeps or does not answer, and tells of the second', async () => {
    await begin();
    const { summary } = smart.of('A') ?? assert.fail();
    host.smartOf.set('A', { kind: 'asleep' });
    host.smartOf.set('B', { kind: 'no_answer', reason: 'smartctl has not come back' });
    await pass(20 * minuteMs);
    assert.deepEqual(smart.of('A')?.summary, summary);
    assert.deepEqual(smart.of('B')?.isHealthy, true);
    assert.deepEqual(troubles.list(), ['SMART data of drive B: smartctl has not come back']);
    present = ['A'];
    await pass(minuteMs);
    assert.deepEqual(troubles.list(), []);
    assert.equal(smart.of('B'), null);
  });

  it('knows nothing of a drive without SMART', async () => {
    host.smartOf.set('A', { kind: 'not_available', reason: 'no such kind' });
    await begin();
    assert.equal(smart.of('A'), null);
    assert.deepEqual(smart.locksOf('A'), []);
    assert.deepEqual(smart.locksOf('never heard of'), []);
  });

  it('asks every minute while a drive does a self-test, and locks it until a reading says otherwise', async () => {
    host.smartOf.set('A', testing);
    await begin();
    assert.deepEqual(smart.locksOf('A'), [{ kind: 'self_test', detail: 'self-test, 60 % left' }]);
    assert.deepEqual(smart.locksOf('B'), []);
    await pass(10 * minuteMs);
    assert.ok(askedFor('A') >= 9, `${askedFor('A')} times in ten minutes`);
    assert.ok(askedFor('B') <= 4);
    host.smartOf.set('A', { kind: 'no_answer', reason: 'busy' });
    await pass(10 * minuteMs);
    host.smartOf.set('A', { kind: 'read', json: { smartctl: { exit_status: 4 } } });
    await pass(10 * minuteMs);
    assert.equal(smart.locksOf('A').length, 1, 'an answer that does not speak of self-tests ends none');
    host.smartOf.set('A', healthy);
    await pass(2 * minuteMs);
    assert.deepEqual(smart.locksOf('A'), []);
  });

  it('names a self-test whose percentage the drive does not tell', async () => {
    host.smartOf.set('A', capture('scsi-selftest-inprogress-7.3'));
    await begin();
    assert.deepEqual(smart.locksOf('A'), [{ kind: 'self_test', detail: 'extended self-test' }]);
  });

  it('takes a drive in standby as one that does no self-test any more', async () => {
    host.smartOf.set('A', testing);
    await begin();
    host.smartOf.set('A', { kind: 'asleep' });
    await pass(2 * minuteMs);
    assert.deepEqual(smart.locksOf('A'), []);
  });

  it('forgets a self-test when the NAS has booted, and asks again at once', async () => {
    host.smartOf.set('A', testing);
    await begin();
    smart.noteBoot('boot-1');
    assert.equal(smart.locksOf('A').length, 1);
    smart.noteBoot('boot-2');
    assert.deepEqual(smart.locksOf('A'), []);
    host.bootId = 'boot-2';
    await pass(5_000);
    assert.equal(smart.locksOf('A').length, 1);
    host.smartOf.set('A', { kind: 'no_answer', reason: 'busy' });
    host.bootId = 'boot-3';
    await pass(2 * minuteMs);
    assert.deepEqual(smart.locksOf('A'), [], 'its own answers tell of a boot too');
  });

  it('does not lock a drive for a self-test of our own', async () => {
    host.smartOf.set('A', testing);
    await begin();
    base.store.jobs.admit({ job: buildJob('1', 'A'), plan: ['long_smart'] });
    assert.equal(smart.locksOf('A').length, 1, 'a queued job runs nothing');
    base.store.jobs.claimSlots({ nas, maxParallel: 1, now: 1 });
    assert.equal(smart.locksOf('A').length, 1, 'its stage has not begun');
    base.store.stages.take({ jobId: '1', position: 0, stationId: 's', now: 1 });
    assert.deepEqual(smart.locksOf('A'), []);
  });

  it('stops when it is closed, also in the middle of a call', async () => {
    const open = Promise.withResolvers<SmartRound>();
    readSmartOfAll = () => open.promise;
    await begin();
    smart.close();
    open.resolve({ bootId: 'boot-1', answers: [healthy, healthy] });
    await pass(10 * minuteMs);
    assert.deepEqual(changed, []);
    assert.equal(clock.waiting, 0);
  });

  it('is no trouble to anybody when its call is cut off by the end', async () => {
    const open = Promise.withResolvers<SmartRound>();
    readSmartOfAll = () => open.promise;
    await begin();
    smart.close();
    open.reject(new Error('closed'));
    await settle();
    assert.deepEqual(logs, []);
  });

  it('gives the inventory health and figures, the newest reading first', async () => {
    const inventory = new Inventory({
      base,
      troubles,
      grants: new Grants(base, () => undefined),
      progressOf: () => null,
      smartOf: (serial) => smart.of(serial),
      slotOf: () => null,
    });
    const report = {
      bootId: 'boot-1',
      uptimeS: 1,
      gaps: [],
      unfit: [],
      activities: [],
      hasMiddleware: false,
    };
    for (const serial of present) host.addDrive(serial);
    inventory.take({ ...report, drives: host.drives });
    const show = () => {
      const { isHealthy, smart: figures } = inventory.view('A') ?? assert.fail();
      return { isHealthy, reallocated: figures?.reallocated };
    };
    assert.deepEqual(show(), { isHealthy: null, reallocated: undefined });
    await begin();
    assert.deepEqual(show(), { isHealthy: true, reallocated: 0 });
    clock.move(1);
    inventory.setHealth('A', false);
    assert.deepEqual(show(), { isHealthy: false, reallocated: 0 }, 'a check of a job came later');
    await pass(10 * minuteMs);
    assert.deepEqual(show(), { isHealthy: true, reallocated: 0 });
    assert.deepEqual(
      inventory.listPresent().map(({ serial }) => serial),
      ['A', 'B'],
    );
  });
});
