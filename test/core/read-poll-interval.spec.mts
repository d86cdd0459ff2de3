import assert from 'node:assert/strict';
import { readPollInterval } from '../../dist/lib/core/read-poll-interval.js';

describe('readPollInterval', () => {
  for (const [field, expected] of [
    ['12', 12_000],
    [' 1.5 ', 1500],
    [3600, 3_600_000],
    ['', 12_000],
    [undefined, 12_000],
    ['soon', 12_000],
    [0, 12_000],
    ['-5', 12_000],
    [3601, 12_000],
    [Number.NaN, 12_000],
  ] as const) {
    it(`reads ${JSON.stringify(field)} as ${expected} ms`, () => {
      assert.equal(readPollInterval(field), expected);
    });
  }
});
