import assert from 'node:assert/strict';
import { codesOf } from '../support/mqtt-user.mts';
import { Product } from '../support/product.mts';
import { until } from '../support/until.mts';

const free = 'ZR5A1K7Q';
const tank = 'ZR52TANK';

describe('the product with another NAS to rehearse on', function () {
  this.timeout(60_000);
  let product: Product;
  afterEach(() => product.close());

  it('shows the drives of a plain Linux, and no TrueNAS', async () => {
    product = await Product.open({ BURNIN_DEMO_TRUENAS: 'linux' });
    const { user } = product;
    const state = await user.untilState(free, ({ temperature }) => temperature !== null);
    assert.deepEqual([state.state, state.lock], ['idle', 'UNLOCKED']);
    assert.deepEqual([user.nasState()?.truenas, user.nasState()?.alerts], [null, []]);
    assert.deepEqual(codesOf(await user.start(tank, free)), ['locked', 'ok']);
  });

  it('shows the drives of a CORE, and starts nothing there', async () => {
    product = await Product.open({ BURNIN_DEMO_TRUENAS: 'core-13.3' });
    const { user } = product;
    const state = await user.untilState(free, ({ temperature }) => temperature !== null);
    assert.equal(state.lock, 'LOCKED');
    await until('a good poll', () => user.nasState()?.poller === 'ok');
    const { way, version, link } = user.nasState()?.truenas ?? assert.fail('no TrueNAS');
    assert.deepEqual([way, version, link], ['ddp', 'TrueNAS-13.3-U1.2', 'connected']);
    assert.deepEqual(user.nasState()?.alerts, []);
    assert.deepEqual(codesOf(await user.start(free)), ['locked']);
    assert.doesNotMatch(product.red.output, /error|WARNING/);
  });
});
