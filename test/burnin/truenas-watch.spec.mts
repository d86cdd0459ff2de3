import assert from 'node:assert/strict';
import type { ProbeReport } from '../../dist/lib/core/drive.js';
import { UnreachableError } from '../../dist/lib/core/refusal.js';
import { locksOf, TruthBench, wordsOf } from '../support/truth-bench.mts';

const minuteMs = 60_000;
const never = new Promise<void>(() => undefined);

describe('the inventory of TrueNAS', () => {
  let bench: TruthBench;
  beforeEach(() => (bench = new TruthBench()));
  afterEach(() => bench.close());

  it('waits five seconds for the first inventory, no longer, and calls no drive free without it', async () => {
    bench.middleware.wait = never;
    const reports: ProbeReport[] = [];
    void bench.truth.poll().then((report) => reports.push(report));
    await bench.settle();
    await bench.pass(4_000);
    assert.equal(reports.length, 0);
    await bench.pass(1_000);
    assert.deepEqual(reports.map(wordsOf), [['unproven TrueNAS: it has not answered yet']]);
    assert.equal(bench.took, 0);
  });

  it('does not wait at all once the first reading has failed, and says why', async () => {
    bench.middleware.wait = Promise.reject(new UnreachableError('no way in'));
    assert.deepEqual(wordsOf(await bench.truth.poll()), ['unproven TrueNAS: no way in']);
    bench.middleware.wait = never;
    await bench.pass(64_000);
    assert.deepEqual(wordsOf(await bench.truth.poll()), ['unproven TrueNAS: no way in']);
    assert.equal(bench.middleware.count('readInventory'), 2);
  });

  it('believes an inventory for three minutes without another, and no drive after that', async () => {
    await bench.truth.poll();
    bench.middleware.wait = never;
    await bench.pass(3 * minuteMs);
    assert.deepEqual(locksOf(await bench.truth.poll()), []);
    await bench.pass(1_000);
    const report = await bench.truth.poll();
    assert.deepEqual(wordsOf(report), ['unproven TrueNAS: it has not answered for three minutes']);
    assert.deepEqual(report.gaps, ['TrueNAS: it has not answered for three minutes']);
  });

  it('believes none from a time that has not come yet', async () => {
    await bench.truth.poll();
    bench.clock.move(-4 * minuteMs);
    assert.equal(locksOf(await bench.truth.poll())[0]?.kind, 'unproven');
  });

  it('reads the inventory again after a hint and a rest, once for a swarm of them', async () => {
    await bench.truth.poll();
    await bench.settle();
    for (let hints = 0; hints < 5; hints += 1) bench.middleware.hint();
    await bench.settle();
    await bench.pass(2_000);
    assert.equal(bench.middleware.count('readInventory'), 1);
    await bench.pass(1_000);
    assert.equal(bench.middleware.count('readInventory'), 2);
    await bench.pass(minuteMs);
    assert.equal(bench.middleware.count('readInventory'), 2);
  });

  it('reads once more after a hint that came while it was reading', async () => {
    let answer: () => void = () => undefined;
    bench.middleware.wait = new Promise((resolve) => (answer = resolve));
    void bench.truth.poll();
    await bench.settle();
    bench.middleware.hint();
    answer();
    await bench.pass(4_000);
    assert.equal(bench.middleware.count('readInventory'), 2);
  });

  it('waits for nothing and listens to nothing when it is closed', async () => {
    bench.middleware.wait = never;
    void bench.truth.poll();
    await bench.settle();
    assert.deepEqual([bench.clock.waiting, bench.middleware.listeners], [1, 2]);
    bench.truth.close();
    await bench.settle();
    assert.deepEqual([bench.clock.waiting, bench.middleware.listeners], [0, 0]);
    assert.equal(locksOf(await bench.truth.poll())[0]?.kind, 'unproven');
    assert.deepEqual([bench.clock.waiting, bench.middleware.count('readInventory')], [0, 1]);
  });

  for (const at of ['between two readings', 'at its rest'] as const) {
    it(`ends its waits also when it is closed ${at}`, async () => {
      await bench.truth.poll();
      await bench.settle();
      if (at === 'at its rest') bench.middleware.hint();
      await bench.settle();
      assert.equal(bench.clock.waiting, 1);
      bench.truth.close();
      await bench.settle();
      assert.equal(bench.clock.waiting, 0);
      await bench.pass(2 * minuteMs);
      assert.deepEqual([bench.middleware.count('readInventory'), bench.took], [1, 1]);
    });
  }
});
