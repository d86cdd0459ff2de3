import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  findBurnin,
  releaseAllBurnins,
  releaseBurnin,
  shareBurnin,
  type BurninWish,
} from '../../dist/lib/burnin/shared-burnin.js';
import { openBurnin } from '../../dist/lib/burnin/open-burnin.js';
import { StoreUnreachableError } from '../../dist/lib/core/refusal.js';
import { readControllerConfig } from '../../dist/lib/core/read-controller-config.js';
import { StillClock } from '../mqtt/clocks.mts';
import { FakeBurnin } from '../support/fake-burnin.mts';
import { startLockProcess } from '../support/lock-process.mts';
import { findFreePort } from '../support/mosquitto.mts';

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
    waiting: take,
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

  for (const dataDir of ['./data', `${path.resolve('data')}/`, 'elsewhere/../data']) {
    it(`know the directory "data" also as "${dataDir.replace(path.resolve(), '/x')}"`, () => {
      const { fake } = wish({ dataDir: 'data' });
      const second = wish({ dataDir, maxParallel: '9' }, { id: 'two' });
      assert.match(String(second.got[0]), /Another burn-in controller already serves/);
      assert.equal(wish({ dataDir }).got[0], fake);
    });
  }

  describe('while the database is in use', () => {
    const busy = new StoreUnreachableError('the database is in use');
    /** An engine that opens when the test lets it. */
    const openLater = () => {
      const clock = new StillClock(0);
      const state = { isBusy: true, attempts: 0 };
      const fake = new FakeBurnin();
      const open = () => {
        state.attempts += 1;
        if (state.isBusy) throw busy;
        return fake;
      };
      return { clock, state, ...wish({}, { open, clock }), fake };
    };
    const pass = async (clock: StillClock, ms: number) => {
      clock.move(ms);
      await settle();
    };

    it('say so, try again and again, at most half a minute apart, and give the engine when it opens', async () => {
      const { clock, state, fake, got } = openLater();
      assert.deepEqual(got, [busy]);
      for (let attempts = 2; attempts < 10; attempts += 1) {
        await pass(clock, 30_000);
        assert.equal(state.attempts, attempts);
      }
      state.isBusy = false;
      await pass(clock, 30_000);
      assert.equal(got.at(-1), findBurnin('one'));
      assert.equal(state.attempts, 10);
      assert.equal(fake.isClosed, false);
      assert.equal(clock.waiting, 0);
    });

    it('try no more once the wish is withdrawn', async () => {
      const { clock, state, withdraw } = openLater();
      withdraw();
      state.isBusy = false;
      await pass(clock, 60_000);
      assert.equal(state.attempts, 1);
      assert.equal(findBurnin('one'), null);
    });

    it('do not try again after any other error', async () => {
      const clock = new StillClock(0);
      const open = () => {
        throw new Error('no disk');
      };
      const { got } = wish({}, { open, clock });
      await pass(clock, 60_000);
      assert.equal(got.length, 1);
      assert.equal(clock.waiting, 0);
    });
  });

  it('refuse the real engine while another process serves its NAS, and open it when that one is killed', async () => {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'burnin-shared-'));
    const holder = await startLockProcess(path.join(dir, 'demo.lock'));
    const clock = new StillClock(0);
    const mqttPort = String(await findFreePort());
    const { got } = wish({ dataDir: dir, mqttPort }, { open: openBurnin, clock });
    assert.match(String(got[0]), /Another Node-RED already serves the NAS "demo" from this directory/);
    await holder.kill();
    clock.move(30_000);
    await settle();
    assert.equal(findBurnin('one')?.nas, 'demo');
    const second = await startLockProcess(path.join(dir, 'demo.lock'));
    assert.equal(second.answer, 'taken');
    await releaseBurnin('one', log);
    const third = await startLockProcess(path.join(dir, 'demo.lock'));
    assert.equal(third.answer, 'held');
    for (const process of [second, third]) await process.kill();
    rmSync(dir, { recursive: true });
  }).timeout(20_000);

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
