import assert from 'node:assert/strict';
import { buildChannelBudget } from '../../dist/lib/nas/channel-budget.js';

const forever = new AbortController().signal;

describe('the channel budget', () => {
  it('gives so many places at once and the rest in order', async () => {
    const budget = buildChannelBudget(2);
    const order: number[] = [];
    const takers = [0, 1, 2, 3].map(async (index) => {
      const release = await budget.take(forever);
      order.push(index);
      return release;
    });
    const [first, second] = await Promise.all(takers.slice(0, 2));
    assert.deepEqual([order, budget.taken], [[0, 1], 2]);
    second?.();
    await takers[2];
    assert.deepEqual([order, budget.taken], [[0, 1, 2], 2]);
    first?.();
    await takers[3];
    assert.deepEqual([order, budget.taken], [[0, 1, 2, 3], 2]);
  });

  it('counts a place given back twice once', async () => {
    const budget = buildChannelBudget(2);
    const [release] = await Promise.all([budget.take(forever), budget.take(forever)]);
    release();
    release();
    assert.equal(budget.taken, 1);
  });

  it('lets a waiting one leave, with the reason it was given', async () => {
    const budget = buildChannelBudget(1);
    const release = await budget.take(forever);
    const leaving = new AbortController();
    const second = budget.take(leaving.signal);
    const third = budget.take(forever);
    const reason = new Error('enough');
    leaving.abort(reason);
    await assert.rejects(second, reason);
    await assert.rejects(budget.take(leaving.signal), reason);
    release();
    (await third)();
    assert.equal(budget.taken, 0);
  });
});
