import assert from 'node:assert/strict';
import { createBus } from '../../dist/lib/burnin/bus.js';
import type { BurninEvents } from '../../dist/lib/burnin/burnin.js';
import { Poller } from '../../dist/lib/burnin/poller.js';
import { StillClock } from '../mqtt/clocks.mts';
import { TemporaryStores } from '../store/temporary-store.mts';
import { FakeHost } from '../support/fake-host.mts';

describe('the poller', () => {
  const stores = new TemporaryStores();
  let clock: StillClock;
  let host: FakeHost;
  let polls: number;
  let poller: Poller;

  beforeEach(() => {
    clock = new StillClock(1_800_000_000_000);
    host = new FakeHost();
    polls = 0;
    poller = new Poller({
      base: {
        nas: 'nas',
        store: stores.open(),
        clock,
        bus: createBus<BurninEvents>(() => undefined),
        log: () => undefined,
      },
      probe: () => {
        polls += 1;
        return host.probe();
      },
      probeDeeply: () => host.probe(),
      look: () => host.look(),
      took: () => undefined,
      polled: () => undefined,
      ended: () => undefined,
    });
  });
  afterEach(() => poller.close());
  after(() => stores.remove());

  const pass = async (ms: number) => {
    clock.move(ms);
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };

  it('polls every twelve seconds when nobody wants it otherwise', async () => {
    poller.start();
    await pass(0);
    assert.equal(polls, 1);
    await pass(11_999);
    assert.equal(polls, 1);
    await pass(1);
    assert.equal(polls, 2);
  });

  it('follows the most eager of its nodes, but is never slower than without any', async () => {
    poller.start();
    await pass(0);
    const detach = poller.attach(3_000);
    poller.attach(60_000);
    await pass(0);
    const before = polls;
    await pass(3_000);
    assert.equal(polls, before + 1);
    detach();
    await pass(0);
    const after = polls;
    await pass(11_999);
    assert.equal(polls, after);
    await pass(1);
    assert.equal(polls, after + 1);
  });

  it('calls what is known stale from the moment it is older than 45 seconds', async () => {
    assert.equal(poller.isStale(), true, 'before the first poll nothing is known');
    await poller.poll();
    assert.equal(poller.isStale(), false);
    host.isReachable = false;
    await pass(45_000);
    assert.equal(poller.isStale(), false);
    await pass(1);
    assert.equal(poller.isStale(), true);
    await assert.rejects(poller.poll());
    assert.equal(poller.isStale(), true, 'a poll that failed proves nothing');
    host.isReachable = true;
    await poller.poll();
    assert.equal(poller.isStale(), false);
  });
});
