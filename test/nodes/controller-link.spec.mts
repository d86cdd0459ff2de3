import assert from 'node:assert/strict';
import { RefusedError } from '../../dist/lib/core/refusal.js';
import { followNothing, noController, openControllerLink } from '../../dist/nodes/rim/controller-link.js';
import { FakeBurnin } from '../support/fake-burnin.mts';

const tick = () => new Promise((resolve) => setImmediate(resolve));

/** A follower that writes down what happens to it. */
function buildFollower(log: string[], attach: () => void = () => undefined) {
  return {
    attach: () => {
      attach();
      log.push('attached');
      return () => void log.push('detached');
    },
    down: (badge: { text?: string }) => void log.push(`down: ${badge.text ?? ''}`),
  };
}

function open() {
  const log: string[] = [];
  const fake = new FakeBurnin();
  fake.deployed = () => void log.push('deployed');
  const link = openControllerLink((error) => log.push(`reported: ${String(error)}`));
  return { log, fake, link, up: { kind: 'up', burnin: fake } as const };
}

describe('the link between a controller and its nodes', () => {
  it('attaches nodes when the flows run, before it tells the engine of the deploy', () => {
    const { log, link, up } = open();
    link.set(up);
    link.follow(buildFollower(log));
    assert.deepEqual(log, []);
    link.started();
    assert.deepEqual(log, ['attached', 'deployed']);
    link.follow(buildFollower(log));
    link.started();
    assert.deepEqual(log, ['attached', 'deployed', 'attached', 'deployed']);
  });

  it('attaches nodes to an engine that comes after the flows run', async () => {
    const { log, link, up } = open();
    const following = link.follow(buildFollower(log));
    link.started();
    await tick();
    assert.deepEqual(log, ['down: opening']);
    assert.throws(
      () => following.use(),
      new RefusedError('not_ready', 'The engine is being opened. Try again in a moment.'),
    );
    link.set(up);
    assert.deepEqual(log, ['down: opening', 'attached', 'deployed']);
  });

  it('attaches a node once whose message comes before the flows run', () => {
    const { log, link, up, fake } = open();
    link.set(up);
    const following = link.follow(buildFollower(log));
    assert.equal(following.use(), fake);
    link.started();
    assert.deepEqual(log, ['attached', 'deployed']);
  });

  it('survives a node that cannot be attached', () => {
    const { log, link, up } = open();
    link.set(up);
    const fail = () => {
      throw new RefusedError('no_gate', 'full');
    };
    link.follow(buildFollower(log, fail));
    link.follow(buildFollower(log));
    link.started();
    assert.deepEqual(log, ['down: no_gate', 'reported: RefusedError: full', 'attached', 'deployed']);
  });

  it('survives an engine that fails to take a deploy', () => {
    const { log, link, up, fake } = open();
    fake.deployed = () => {
      throw new Error('broken');
    };
    link.set(up);
    link.started();
    assert.deepEqual(log, ['reported: Error: broken']);
  });

  it('detaches every node and says why when the engine is gone', async () => {
    const { log, link, up } = open();
    link.set(up);
    const following = link.follow(buildFollower(log));
    link.started();
    link.set(noController);
    await tick();
    assert.deepEqual(log, ['attached', 'deployed', 'detached', 'down: no controller']);
    assert.throws(() => following.use(), /no burn-in controller/);
    following.end();
    assert.equal(log.length, 4);
  });

  it('does not attach a node that was closed', () => {
    const { log, link, up } = open();
    link.follow(buildFollower(log)).end();
    link.set(up);
    link.started();
    assert.deepEqual(log, ['deployed']);
  });

  it('gives a node without a controller a badge and a refusal', async () => {
    const log: string[] = [];
    const following = followNothing(buildFollower(log));
    await tick();
    assert.deepEqual(log, ['down: no controller']);
    assert.throws(() => following.use(), RefusedError);
  });
});
