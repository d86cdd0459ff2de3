import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { codesOf } from '../support/mqtt-user.mts';
import { Product } from '../support/product.mts';

const quick = 'S6PNNX0T411207A';

describe('the rehearsal on Node-RED 4', function () {
  this.timeout(60_000);
  let product: Product;
  before(async () => (product = await Product.open({ BURNIN_NODE_RED: 'node-red4' })));
  after(() => product.close());

  it('is the version that is meant', async () => {
    const file = path.resolve(import.meta.dirname, '../../node_modules/node-red4/package.json');
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
    const settings = (await (await fetch(`${product.url}settings`)).json()) as { version: string };
    assert.match(version, /^4\./);
    assert.equal(settings.version.replace(/-git$/, ''), version);
  });

  it('takes a drive from a request to passed, and a redeploy in between changes nothing', async () => {
    const { user, red } = product;
    assert.deepEqual(codesOf(await user.start(quick)), ['ok']);
    await user.untilState(quick, ({ stage }) => stage === 'surface_validate');
    await red.deploy('full');
    const end = await user.untilEnd(quick);
    assert.equal(end.state, 'passed', String(end.reason));
    assert.deepEqual(
      user.events(quick).map(({ event_type: type }) => type),
      ['start_accepted', 'burnin_passed'],
    );
  });

  it('starts and cancels by the buttons in the flow', async () => {
    const { user } = product;
    assert.equal(await product.inject('start a rehearsal drive'), 200);
    await user.untilState('ZR5A1K7Q', ({ state }) => state === 'running');
    assert.equal(await product.inject('cancel the first'), 200);
    const end = await user.untilEnd('ZR5A1K7Q');
    assert.deepEqual([end.state, end.reason], ['cancelled', 'Cancelled by flow editor.']);
  });
});
