import assert from 'node:assert/strict';
import { nextRetryDelayMs } from '../../dist/lib/core/reconnect-delay.js';

const delays = { firstMs: 1000, longestMs: 60_000 };

describe('nextRetryDelayMs', () => {
  const cases = [
    { failures: 1, chance: 0, expected: 1000 },
    { failures: 1, chance: 0.5, expected: 1500 },
    { failures: 2, chance: 0.5, expected: 2500 },
    { failures: 5, chance: 0.999_999, expected: 32_000 },
    { failures: 6, chance: 0.999_999, expected: 60_000 },
    { failures: 6, chance: 0, expected: 1000 },
    { failures: 100_000, chance: 0.5, expected: 30_500 },
  ];
  for (const { failures, chance, expected } of cases) {
    it(`waits ${expected} ms after ${failures} failures at chance ${chance}`, () => {
      assert.equal(nextRetryDelayMs(failures, delays, chance), expected);
    });
  }

  it('keeps to a longest delay that is not above the first', () => {
    assert.equal(nextRetryDelayMs(3, { firstMs: 500, longestMs: 500 }, 0.9), 500);
    assert.equal(nextRetryDelayMs(3, { firstMs: 500, longestMs: 100 }, 0), 100);
  });
});
