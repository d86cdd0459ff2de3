import assert from 'node:assert/strict';
import { describeDuration, describeInstant, describeSize, describeTime } from '../../dist/lib/core/words.js';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe('durations in words', () => {
  const table: readonly [number, string][] = [
    [0, 'less than a second'],
    [-5 * second, 'less than a second'],
    [499, 'less than a second'],
    [second, '1 second'],
    [59.4 * second, '59 seconds'],
    [59.6 * second, '1 minute'],
    [65 * second, '1 minute 5 seconds'],
    [hour, '1 hour'],
    [hour + 30 * second, '1 hour'],
    [3 * hour + 12 * minute, '3 hours 12 minutes'],
    [day + hour, '1 day 1 hour'],
    [7 * day + 23 * hour + 59 * minute, '7 days 23 hours'],
  ];
  for (const [ms, words] of table) {
    it(`${ms} ms is ${words}`, () => assert.equal(describeDuration(ms), words));
  }
});

describe('instants', () => {
  it('are ISO for machines and short for people', () => {
    const instant = describeInstant(Date.UTC(2026, 10, 22, 3, 38, 59));
    assert.equal(instant, '2026-11-22T03:38:59.000Z');
    assert.equal(describeTime(instant), '2026-11-22 03:38 UTC');
  });

  it('are not known when they are no date', () => {
    for (const ms of [null, Number.NaN, Infinity, 9e15]) {
      assert.equal(describeInstant(ms), null);
    }
    assert.equal(describeTime(null), 'not known');
  });
});

describe('sizes', () => {
  const table: readonly [number, string][] = [
    [0, '0 bytes'],
    [512, '512 bytes'],
    [4096, '4.1 kB'],
    [268_435_456, '268.4 MB'],
    [999_990_000_000, '1.0 TB'],
    [16_000_900_661_248, '16.0 TB'],
    [5e18, '5000.0 PB'],
  ];
  for (const [bytes, words] of table) {
    it(`${bytes} bytes are ${words}`, () => assert.equal(describeSize(bytes), words));
  }
});
