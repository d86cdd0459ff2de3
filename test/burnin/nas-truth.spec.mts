import assert from 'node:assert/strict';
import { UnreachableError } from '../../dist/lib/core/refusal.js';
import type { SafetyLock } from '../../dist/lib/core/drive.js';
import { locksOf, TruthBench, wordsOf } from '../support/truth-bench.mts';

const minuteMs = 60_000;
const tank = {
  name: 'tank',
  status: 'ONLINE',
  members: [{ disk: 'sd0', guid: '7', status: 'ONLINE', lost: null }],
  guids: ['7'],
  scan: null,
};

describe('what is known of a NAS with TrueNAS', () => {
  let bench: TruthBench;
  beforeEach(() => (bench = new TruthBench()));
  afterEach(() => bench.close());

  it('joins a poll with the newest inventory, which is read once a minute', async () => {
    assert.deepEqual(locksOf(await bench.truth.poll()), []);
    bench.middleware.found = { pools: [tank] };
    assert.deepEqual(locksOf(await bench.truth.poll()), []);
    assert.equal(bench.middleware.count('readInventory'), 1);
    await bench.pass(64_000);
    assert.deepEqual(wordsOf(await bench.truth.poll()), ['active_pool tank']);
    assert.deepEqual(
      [bench.middleware.count('readInventory'), bench.middleware.count('readPreflight'), bench.took],
      [2, 0, 2],
    );
  });

  it('only ever adds locks to those of the host', async () => {
    const mounted: SafetyLock = { kind: 'mounted', detail: '/mnt' };
    bench.host.setLocks('A', [mounted]);
    assert.deepEqual(locksOf(await bench.truth.poll()), [mounted]);
    assert.deepEqual(locksOf(await bench.truth.fresh()), [mounted]);
    bench.middleware.exported.set('A', 'archive');
    assert.deepEqual(wordsOf(await bench.truth.fresh()), ['mounted /mnt', 'exported_pool archive']);
  });

  it('does not ask where a host without it is no TrueNAS, and tells of none', async () => {
    bench.middleware.isOptional = true;
    bench.hasMiddleware = false;
    bench.reopen();
    assert.deepEqual(locksOf(await bench.truth.poll()), []);
    assert.deepEqual(locksOf(await bench.truth.fresh()), []);
    assert.deepEqual(await bench.truth.askBeforeRun(bench.drive), []);
    await bench.pass(minuteMs);
    assert.deepEqual([bench.middleware.asked, bench.truth.view], [[], null]);
  });

  it('locks every drive of a host that has it when it does not answer, also where it is optional', async () => {
    bench.middleware.isOptional = true;
    bench.middleware.wait = Promise.reject(new UnreachableError('midclt hangs'));
    assert.deepEqual(wordsOf(await bench.truth.poll()), ['unproven TrueNAS: midclt hangs']);
    assert.deepEqual(wordsOf(await bench.truth.fresh()), ['unproven TrueNAS: midclt hangs']);
    assert.equal(bench.truth.view, bench.middleware.view);
  });

  it('asks also where the host shows no sign of it, when its key was given', async () => {
    bench.hasMiddleware = false;
    bench.middleware.found = { pools: [tank] };
    assert.deepEqual(wordsOf(await bench.truth.poll()), ['active_pool tank']);
    assert.equal(bench.truth.view, bench.middleware.view);
  });

  describe('after a pre-flight', () => {
    beforeEach(() => bench.middleware.exported.set('A', 'archive'));

    it('shows what only that has found, for a quarter of an hour', async () => {
      assert.deepEqual(locksOf(await bench.truth.poll()), []);
      assert.deepEqual(wordsOf(await bench.truth.fresh()), ['exported_pool archive']);
      assert.deepEqual(wordsOf(await bench.truth.poll()), ['exported_pool archive']);
      await bench.pass(15 * minuteMs);
      assert.deepEqual(wordsOf(await bench.truth.poll()), ['exported_pool archive']);
      await bench.pass(1_000);
      assert.deepEqual(locksOf(await bench.truth.poll()), []);
    });

    it('shows no more of it when the next one does not find it', async () => {
      await bench.truth.fresh();
      bench.middleware.exported.clear();
      assert.deepEqual(locksOf(await bench.truth.fresh()), []);
      assert.deepEqual(locksOf(await bench.truth.poll()), []);
    });

    it('keeps what it found through one that is not answered', async () => {
      await bench.truth.poll();
      await bench.truth.fresh();
      bench.middleware.wait = Promise.reject(new UnreachableError('gone'));
      assert.deepEqual(wordsOf(await bench.truth.fresh()), ['unproven TrueNAS: gone']);
      assert.deepEqual(wordsOf(await bench.truth.poll()), ['exported_pool archive']);
    });

    it('shows it on no other drive, whatever its name', async () => {
      await bench.truth.fresh();
      bench.host.addDrive('B');
      bench.host.drives.reverse();
      assert.deepEqual(
        locksOf(await bench.truth.poll(), 'B').filter(({ kind }) => kind === 'exported_pool'),
        [],
      );
    });

    it('has its doubts in the answer, and not in the polls that follow', async () => {
      await bench.truth.poll();
      bench.middleware.gaps = ['disk.details gave no answer'];
      assert.deepEqual(wordsOf(await bench.truth.fresh()), [
        'exported_pool archive',
        'unproven TrueNAS: disk.details gave no answer',
      ]);
      assert.deepEqual(wordsOf(await bench.truth.poll()), ['exported_pool archive']);
    });

    it('takes what the inventory alone has shown for too little to begin with', async () => {
      bench.middleware.readPreflight = () => bench.middleware.readInventory();
      assert.match(
        wordsOf(await bench.truth.fresh()).join(),
        /unproven TrueNAS: it was not asked for which drives are unused/,
      );
    });
  });

  describe('right before a run', () => {
    it('tells the locks that it alone knows, and not those of the host', async () => {
      bench.host.setLocks('A', [{ kind: 'mounted', detail: '/mnt' }]);
      assert.deepEqual(await bench.truth.askBeforeRun(bench.drive), []);
      bench.middleware.exported.set('A', 'archive');
      assert.deepEqual(await bench.truth.askBeforeRun(bench.drive), [
        { kind: 'exported_pool', detail: 'archive' },
      ]);
      assert.equal(bench.middleware.count('readInventory'), 0);
    });

    it('leaves it open where the pre-flight is not answered, or not in full', async () => {
      bench.middleware.gaps = ['disk.details gave no answer'];
      await assert.rejects(bench.truth.askBeforeRun(bench.drive), UnreachableError);
      bench.middleware.wait = Promise.reject(new UnreachableError('gone'));
      await assert.rejects(bench.truth.askBeforeRun(bench.drive), UnreachableError);
    });
  });

  it('tells the bays, where TrueNAS can place a drive', async () => {
    assert.equal(bench.truth.slotOf('A'), null);
    await bench.truth.poll();
    assert.equal(bench.truth.slotOf('A'), '1:sd0');
  });

  it('tells what may disturb a run, from the last pre-flight', async () => {
    assert.deepEqual(bench.truth.disturbances(bench.drive), []);
    bench.middleware.found = { pools: [{ ...tank, members: [], scan: { kind: 'scrub', percent: 12.7 } }] };
    await bench.truth.fresh();
    assert.deepEqual(bench.truth.disturbances(bench.drive), [
      'A scrub of pool tank is under way (12 % done) and shares the bandwidth.',
    ]);
  });

  it('passes on that the middleware is another one now', () => {
    bench.middleware.change();
    assert.equal(bench.changes, 1);
  });

  describe('of which it is all there is', () => {
    beforeEach(() => {
      bench.reopen({ isWatched: true });
    });

    it('shows its drives with temperature and bay, locked for good', async () => {
      bench.middleware.found = { temperatures: [{ name: 'sd0', temperatureC: 41, limitC: null }] };
      const { drives } = await bench.truth.poll();
      assert.deepEqual(
        drives.map((probed) => [probed.drive.serial, probed.drive.temperatureC, probed.locks[0]?.kind]),
        [['A', 41, 'unproven']],
      );
      assert.equal(bench.truth.slotOf('A'), '1:sd0');
      assert.deepEqual(wordsOf(await bench.truth.fresh()), wordsOf(await bench.truth.poll()));
      assert.equal(bench.middleware.count('readPreflight'), 0);
    });

    it('has no poll while it does not answer', async () => {
      bench.middleware.wait = Promise.reject(new UnreachableError('no way in'));
      await assert.rejects(bench.truth.poll(), /^UnreachableError: TrueNAS: no way in$/);
      assert.deepEqual(await bench.truth.askBeforeRun(bench.drive), []);
    });
  });
});
