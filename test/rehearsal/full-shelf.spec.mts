import assert from 'node:assert/strict';
import { openBench, type Bench } from '../demo/support.mts';
import { codesOf } from '../support/mqtt-user.mts';
import { Product } from '../support/product.mts';

describe('fifteen drives at once on four slots', function () {
  this.timeout(90_000);
  let bench: Bench;
  let product: Product;
  before(async () => {
    // The largest drive takes half a second; the product reaches this NAS as it would any other.
    bench = await openBench(2_000_000);
    const { host, port, user, password, hostKey } = bench.nas.ssh;
    product = await Product.open({
      BURNIN_SSH_HOST: host,
      BURNIN_SSH_PORT: String(port),
      BURNIN_SSH_USER: user,
      BURNIN_SSH_PASSWORD: password ?? '',
      BURNIN_SSH_HOST_KEY: hostKey ?? '',
    });
  });
  after(async () => {
    await product.close();
    await bench.close();
  });

  it('are asked for in one request, never run more than four at a time, and all end as they should', async () => {
    const { user } = product;
    const free = bench.nas.drives.filter(({ use }) => use === null).slice(0, 15);
    const serials = free.map(({ serial }) => serial);
    assert.deepEqual(codesOf(await user.start(...serials)), Array(15).fill('ok'));
    const ends = await Promise.all(serials.map((serial) => user.untilEnd(serial, 80_000)));
    for (const [index, { smart, latent, serial }] of free.entries()) {
      const expected = smart === 'failing' || latent.length > 0 ? 'failed' : 'passed';
      assert.equal(ends[index]?.state, expected, `${serial}: ${String(ends[index]?.reason)}`);
    }
    const running = user.watcher.payloads(user.topics.state).map((text) => {
      const { jobs_running: count, queue } = JSON.parse(text) as { jobs_running: number; queue: number };
      return { count, queue };
    });
    assert.equal(Math.max(...running.map(({ count }) => count)), 4);
    assert.equal(Math.max(...running.map(({ queue }) => queue)), 11);
    assert.deepEqual(running.at(-1), { count: 0, queue: 0 });
  });
});
