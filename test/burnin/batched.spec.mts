import assert from 'node:assert/strict';
import { batched } from '../../dist/lib/burnin/batched.js';

function gatedReads() {
  const gates: PromiseWithResolvers<number>[] = [];
  const read = batched(() => {
    const gate = Promise.withResolvers<number>();
    gates.push(gate);
    return gate.promise;
  });
  const open = (index: number) => gates[index]?.resolve(index);
  return { gates, read, open };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('batched', () => {
  it('never gives a caller a read that began before it asked', async () => {
    const { gates, read, open } = gatedReads();
    const first = read();
    const second = read();
    open(0);
    assert.equal(await first, 0);
    await settle();
    open(1);
    assert.equal(await second, 1);
    assert.equal(gates.length, 2);
  });

  it('lets all who wait share the following read', async () => {
    const { gates, read, open } = gatedReads();
    const first = read();
    const waiting = [read(), read(), read()];
    open(0);
    await first;
    await settle();
    open(1);
    assert.deepEqual(await Promise.all(waiting), [1, 1, 1]);
    assert.equal(gates.length, 2);
  });

  it('goes on after a read that failed', async () => {
    const { gates, read, open } = gatedReads();
    const first = read();
    const second = read();
    gates[0]?.reject(new Error('lost'));
    await assert.rejects(first, /lost/);
    await settle();
    open(1);
    assert.equal(await second, 1);
  });
});
