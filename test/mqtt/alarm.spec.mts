import assert from 'node:assert/strict';
import { Alarm } from '../../dist/lib/mqtt/alarm.js';
import { StillClock } from './clocks.mts';

const dayMs = 86_400_000;
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('an alarm', () => {
  it('that is months away waits in steps a timer can hold, and rings at its time alone', async () => {
    const clock = new StillClock(0);
    const waits: number[] = [];
    const wait = clock.wait.bind(clock);
    clock.wait = (ms, signal) => {
      waits.push(ms);
      return wait(ms, signal);
    };
    let rings = 0;
    new Alarm(clock, () => (rings += 1)).set(60 * dayMs);
    for (let day = 1; day <= 60; day += 1) {
      clock.move(dayMs);
      await settle();
      assert.equal(rings, day < 60 ? 0 : 1, `day ${day}`);
    }
    assert.equal(waits.length, 3);
    assert.ok(waits.every((ms) => ms <= 2_147_483_647));
  });
});
