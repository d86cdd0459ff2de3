import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import {
  findBurnin,
  releaseAllBurnins,
  releaseBurnin,
  shareBurnin,
  type BurninWish,
} from '../../dist/lib/burnin/shared-burnin.js';
import { readControllerConfig } from '../../dist/lib/core/read-controller-config.js';
import { FakeBurnin } from '../support/fake-burnin.mts';

const logged: string[] = [];
const log = (_level: string, text: string): void => void logged.push(text);

function settingsOf(config: object) {
  const result = readControllerConfig(config, {});
  assert.ok(result.ok);
  return result.settings;
}

function wish(config: object, change: Partial<BurninWish> = {}) {
  const fake = new FakeBurnin();
  const got: unknown[] = [];
  const take = (value: unknown): void => void got.push(value);
  const withdraw = shareBurnin({
    id: 'one',
    settings: settingsOf(config),
    log,
    ready: take,
    failed: take,
    open: () => fake,
    ...change,
  });
  return { fake, got, withdraw };
}

/** An engine whose closing the test decides. */
function openSlow() {
  const fake = new FakeBurnin();
  const gate = new EventEmitter();
  fake.close = async () => {
    const [error] = (await once(gate, 'closed')) as [Error | undefined];
    if (error) throw error;
  };
  const closing = {
    resolve: () => gate.emit('closed'),
    reject: (error: Error) => gate.emit('closed', error),
  };
  return { fake, closing };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('the shared engines', () => {
  afterEach(() => releaseAllBurnins(log));

  it('open an engine at once and give the same one for the same settings', () => {
    const { fake, got } = wish({ maxParallel: '2' });
    const again = wish({ maxParallel: '2' });
    assert.deepEqual(got, [fake]);
    assert.equal(again.got[0], fake);
    assert.equal(findBurnin('one'), fake);
  });

  it('close the engine and open another one for changed settings', async () => {
    const { fake } = wish({ maxParallel: '2' });
    const next = wish({ maxParallel: '3' });
    await settle();
    assert.equal(fake.isClosed, true);
    assert.deepEqual(next.got, [next.fake]);
    assert.equal(findBurnin('one'), next.fake);
  });

  it('wait until the engine before has let go', async () => {
    const { fake, closing } = openSlow();
    wish({}, { open: () => fake });
    const next = wish({ maxParallel: '3' });
    await settle();
    assert.deepEqual(next.got, []);
    assert.equal(findBurnin('one'), null);
    closing.resolve();
    await settle();
    assert.deepEqual(next.got, [next.fake]);
  });

  it('open nothing for a wish that was withdrawn while it waited', async () => {
    const { fake, closing } = openSlow();
    wish({}, { open: () => fake });
    const next = wish({ maxParallel: '3' });
    next.withdraw();
    const last = wish({ maxParallel: '4' });
    closing.resolve();
    await settle();
    assert.deepEqual(next.got, []);
    assert.deepEqual(last.got, [last.fake]);
  });

  it('go on when closing fails, and log why', async () => {
    const { fake, closing } = openSlow();
    wish({}, { open: () => fake });
    const next = wish({ maxParallel: '3' });
    closing.reject(new Error('disk on fire'));
    await settle();
    assert.deepEqual(next.got, [next.fake]);
    assert.match(logged.join('\n'), /disk on fire/);
  });

  it('tell why an engine could not be opened, and try again for the next wish', () => {
    const error = new Error('no disk');
    const bad = wish(
      {},
      {
        open: () => {
          throw error;
        },
      },
    );
    assert.deepEqual(bad.got, [error]);
    const good = wish({});
    assert.deepEqual(good.got, [good.fake]);
  });

  it('refuse a second engine on the jobs of another controller', () => {
    wish({});
    const second = wish({ maxParallel: '9' }, { id: 'two' });
    assert.match(String(second.got[0]), /Another burn-in controller already serves the NAS "demo"/);
    const other = wish({ nas: 'other', sshHost: 'h', sshPassword: 'p' }, { id: 'two' });
    assert.deepEqual(other.got, [other.fake]);
  });

  it('end the engine of a removed controller and resolve when it has closed', async () => {
    const { fake, closing } = openSlow();
    wish({}, { open: () => fake });
    let isReleased = false;
    const release = releaseBurnin('one', log).then(() => (isReleased = true));
    await settle();
    assert.equal(isReleased, false);
    assert.equal(findBurnin('one'), null);
    closing.resolve();
    await release;
    await releaseBurnin('one', log);
  });

  it('keep an engine that is wished for while the one before is being released', async () => {
    const { fake, closing } = openSlow();
    wish({}, { open: () => fake });
    const release = releaseBurnin('one', log);
    const next = wish({});
    closing.resolve();
    await release;
    await settle();
    assert.equal(findBurnin('one'), next.fake);
  });
});
