import assert from 'node:assert/strict';
import fc from 'fast-check';

import { nextScheduled, readOffset } from '../../dist/lib/core/next-scheduled.js';
import { problemOf, valueOf } from './truenas-samples.mts';

const dayMs = 86_400_000;

/** The first time after `from` within `days`, as text; `cron` is minute hour dom month dow, and perhaps the word both. */
function next(cron: string, from: string, days = 400, timeZone = 'UTC') {
  const [minute = '', hour = '', dom = '', month = '', dow = '', both] = cron.split(' ');
  const dayRule = both === 'both' ? both : 'either';
  const fromMs = Date.parse(from);
  const reading = nextScheduled({ minute, hour, dom, month, dow }, dayRule, {
    fromMs,
    untilMs: fromMs + days * dayMs,
    timeZone,
  });
  const moment = valueOf(reading);
  return moment === null ? null : new Date(moment).toISOString().slice(0, 16);
}

describe('nextScheduled', () => {
  it('finds the next time of numbers, lists, ranges, steps and names', () => {
    // 2026-11-22 is a Sunday.
    const table: readonly (readonly [string, string])[] = [
      ['00 00 * * 7', '2026-11-29T00:00'],
      ['00 00 * * 0', '2026-11-29T00:00'],
      ['0 2 * * sun', '2026-11-29T02:00'],
      ['30 12 * * *', '2026-11-22T12:30'],
      ['0 12 * * *', '2026-11-22T12:00'],
      ['*/15 * * * *', '2026-11-22T12:00'],
      ['5,10 11,13 * * *', '2026-11-22T13:05'],
      ['0 3 1 * *', '2026-12-01T03:00'],
      ['0 3 1 Feb *', '2027-02-01T03:00'],
      ['0 3 * jan-mar mon-fri', '2027-01-01T03:00'],
      ['0 3 29 2 *', null as never],
      ['50/5 12 * * *', '2026-11-22T12:50'],
      ['0 20-22/2 * * *', '2026-11-22T20:00'],
    ];
    for (const [cron, expected] of table) assert.equal(next(cron, '2026-11-22T12:00:00Z'), expected, cron);
    assert.equal(next('0 3 29 2 *', '2027-12-01T00:00:00Z'), '2028-02-29T03:00');
  });

  it('takes either of two restricted day fields as cron does, or both as smartd does', () => {
    const from = '2026-11-23T00:00:00Z';
    assert.equal(next('0 0 28 * sun', from), '2026-11-28T00:00');
    assert.equal(next('0 0 28 * sun both', from), '2027-02-28T00:00');
    assert.equal(next('0 0 */2 * sun', from), '2026-11-29T00:00');
  });

  it('tells nothing outside of the span', () => {
    assert.equal(next('0 0 * * 7', '2026-11-22T00:00:01Z', 6), null);
    assert.equal(next('0 0 * * 7', '2026-11-22T00:00:00Z', 6), '2026-11-22T00:00');
    assert.equal(next('0 0 * * 7', '2026-11-22T00:00:01Z', 7), '2026-11-29T00:00');
  });

  it("follows the zone's clock through the change of summer time", () => {
    assert.equal(next('30 0 * * *', '2026-11-22T12:00:00Z', 2, 'Europe/Berlin'), '2026-11-22T23:30');
    assert.equal(next('0 4 29 3 *', '2027-03-01T00:00:00Z', 400, 'Europe/Berlin'), '2027-03-29T02:00');
    assert.equal(next('0 4 27 3 *', '2027-03-01T00:00:00Z', 400, 'Europe/Berlin'), '2027-03-27T03:00');
    // 02:30 does not exist on 2027-03-28; it is told within the hour.
    assert.match(
      next('30 2 28 3 *', '2027-03-01T00:00:00Z', 400, 'Europe/Berlin') ?? '',
      /^2027-03-28T0[01]:30$/,
    );
    assert.equal(next('0 0 1 * *', '2026-11-22T00:00:00Z', 60, 'Pacific/Auckland'), '2026-11-30T11:00');
    assert.equal(next('0 0 1 * *', '2026-11-22T00:00:00Z', 60, 'America/Los_Angeles'), '2026-12-01T08:00');
    assert.equal(readOffset(Date.parse('2026-11-22T00:00:00.500Z'), 'Asia/Kolkata'), 5.5 * 3_600_000);
  });

  it('takes an unknown zone for UTC', () => {
    assert.equal(next('0 0 * * *', '2026-11-22T12:00:00Z', 2, 'Middle/Earth'), '2026-11-23T00:00');
  });

  it('says so when it does not understand a field', () => {
    const span = { fromMs: 0, untilMs: dayMs, timeZone: 'UTC' };
    const good = { minute: '0', hour: '0', dom: '*', month: '*', dow: '*' };
    for (const field of [
      '60',
      '5-1',
      '1-2-3',
      '*/0',
      '*/x',
      '1/2/3',
      '',
      'x',
      '-1',
      '1.5',
      '100',
      '@daily',
      'junk',
    ]) {
      const reading = nextScheduled({ ...good, minute: field }, 'either', span);
      assert.equal(problemOf(reading), `${field} 0 * * *`, field);
    }
    assert.match(problemOf(nextScheduled({ ...good, hour: '24' }, 'either', span)), /24/);
    assert.match(problemOf(nextScheduled({ ...good, dom: '0' }, 'either', span)), /0 0 0/);
    assert.match(problemOf(nextScheduled({ ...good, month: 'xyz' }, 'either', span)), /xyz/);
    assert.match(problemOf(nextScheduled({ ...good, dow: '8' }, 'either', span)), /8/);
  });

  it('finds what a search of every minute finds', () => {
    const field = (most: number) => fc.oneof(fc.constant('*'), fc.integer({ min: 1, max: most }).map(String));
    fc.assert(
      fc.property(
        fc.tuple(field(59), field(23), field(28), field(6)),
        fc.integer({ min: 0, max: 365 }),
        (cron, day) => {
          const [minute, hour, dom, dow] = cron;
          const fromMs = Date.parse('2026-01-01T00:00:00Z') + day * dayMs;
          const untilMs = fromMs + 3 * dayMs;
          const found = valueOf(
            nextScheduled({ minute, hour, dom, month: '*', dow }, 'both', {
              fromMs,
              untilMs,
              timeZone: 'UTC',
            }),
          );
          let expected: number | null = null;
          for (let at = fromMs; at <= untilMs && expected === null; at += 60_000) {
            const date = new Date(at);
            const is = (text: string, value: number) => text === '*' || Number(text) === value;
            const isDay = is(dom, date.getUTCDate()) && is(dow, date.getUTCDay());
            if (isDay && is(minute, date.getUTCMinutes()) && is(hour, date.getUTCHours())) expected = at;
          }
          assert.equal(found, expected);
        },
      ),
      { numRuns: 50 },
    );
  });
});
