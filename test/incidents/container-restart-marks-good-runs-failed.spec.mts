import assert from 'node:assert/strict';
import path from 'node:path';
import { openStore } from '../../dist/lib/store/open-store.js';
import { Product } from '../support/product.mts';
import { until } from '../support/until.mts';

/** 8 TB and 16 TB: nine and eighteen seconds at the rehearsal's speed. */
const small = 'ZCT1WBN2';
const large = 'ZL2P9CR4';

describe('incident "container restart marks good runs failed": what ran when the controller died was written off', function () {
  this.timeout(90_000);
  let product: Product;
  before(async () => (product = await Product.open()));
  after(() => product.close());

  /** Both restarts happen in the middle of the larger drive's run. */
  const untilFollowed = async () => {
    const { user } = product;
    const seen = user.watcher.payloads(user.topics.drive(large).state).length;
    await until('another state', () => user.watcher.payloads(user.topics.drive(large).state).length > seen);
    assert.equal(user.state(large)?.state, 'running');
  };

  it('a killed controller, and then a stopped one, cost two running drives nothing', async () => {
    const { user, red } = product;
    await user.start(small, large);
    for (const serial of [small, large])
      await user.untilState(serial, ({ state, progress }) => state === 'running' && (progress ?? 0) > 1);
    await red.kill();
    await product.start();
    await untilFollowed();
    await red.stop();
    await product.start();
    await untilFollowed();
    for (const serial of [small, large]) {
      const end = await user.untilEnd(serial);
      assert.equal(end.state, 'passed', `${serial}: ${String(end.reason)}`);
      assert.deepEqual(
        user.events(serial).map(({ event_type: type }) => type),
        ['start_accepted', 'burnin_passed'],
      );
      const others = user.states(serial).filter((state) => !['idle', 'queued', 'running'].includes(state));
      assert.deepEqual([...new Set(others)], ['passed']);
    }
  });

  it('each drive was started once, and no figure of it went back over the restarts', () => {
    const store = openStore(path.join(product.dataDir, 'demo.db'));
    try {
      for (const serial of [small, large]) {
        const job = store.jobs.lastOf('demo', serial);
        const lines = store.log.tail(job?.id ?? '', 1000).map(({ line }) => line);
        assert.equal(lines.filter((line) => / started on sd/.test(line)).length, 1, lines.join('\n'));
        const figures = readProgress(product, serial);
        assert.ok(figures.length > 3);
        assert.deepEqual(
          figures,
          figures.toSorted((a, b) => a - b),
        );
      }
    } finally {
      store.close();
    }
  });
});

/** The published percentages of a drive's job, in order. */
function readProgress({ user }: Product, serial: string): number[] {
  const { state: topic } = user.topics.drive(serial);
  const states = user.watcher.payloads(topic).map((text) => JSON.parse(text) as { progress: number | null });
  return states.flatMap(({ progress }) => progress ?? []);
}
