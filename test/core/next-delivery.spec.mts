import assert from 'node:assert/strict';
import { nextDelivery } from '../../dist/lib/core/next-delivery.js';

const hourMs = 3_600_000;

describe('the next attempt of a delivery', () => {
  it('comes after a minute, then after twice the last wait', () => {
    for (const [attempts, minutes] of [
      [1, 1],
      [2, 2],
      [3, 4],
      [9, 256],
      [10, 360],
      [20, 360],
    ] as const) {
      assert.deepEqual(nextDelivery(attempts), { kind: 'wait', delayMs: minutes * 60_000 });
    }
  });

  it('takes senseless counts for the first attempt', () => {
    assert.deepEqual(nextDelivery(0), nextDelivery(1));
    assert.deepEqual(nextDelivery(-7), nextDelivery(1));
  });

  it('ends after about three days', () => {
    let totalMs = 0;
    let attempts = 1;
    for (;;) {
      const next = nextDelivery(attempts);
      if (next.kind === 'give_up') break;
      totalMs += next.delayMs;
      attempts += 1;
    }
    assert.ok(totalMs > 72 * hourMs && totalMs < 84 * hourMs, `${totalMs / hourMs} hours`);
    assert.deepEqual(nextDelivery(attempts), {
      kind: 'give_up',
      reason: 'Not delivered in 21 attempts over three days',
    });
    assert.equal(nextDelivery(1000).kind, 'give_up');
  });
});
