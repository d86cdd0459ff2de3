import assert from 'node:assert/strict';
import { judgeDaily, nextDailyAttempt } from '../../dist/lib/core/next-daily.js';
import type { OffsetAt } from '../../lib/core/next-daily.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;

/** The offset of a real zone, by the tables that come with Node. */
function offsetOf(timeZone: string): OffsetAt {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const known = new Map<number, number>();
  const read = (ms: number) => {
    const parts = Object.fromEntries(
      format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000;
  };
  return (ms) => {
    const offset = known.get(ms) ?? read(ms);
    known.set(ms, offset);
    return offset;
  };
}

const utc: OffsetAt = () => 0;
const berlin = offsetOf('Europe/Berlin');
const eight = { hour: 8, minute: 0 };
const at = (iso: string) => Date.parse(iso);
const dueAt = (time: { hour: number; minute: number }, iso: string, offsetAt = berlin) => {
  const due = judgeDaily(time, at(iso), offsetAt);
  return due && [due.day, new Date(due.at).toISOString().slice(0, 16)];
};

describe('the time of the daily report', () => {
  it('is the last one that was, to the millisecond', () => {
    assert.deepEqual(dueAt(eight, '2026-11-22T08:00:00.000Z', utc), ['2026-11-22', '2026-11-22T08:00']);
    assert.deepEqual(dueAt(eight, '2026-11-22T07:59:59.999Z', utc), ['2026-11-21', '2026-11-21T08:00']);
    assert.deepEqual(dueAt({ hour: 0, minute: 0 }, '2026-11-22T00:00:00Z', utc), [
      '2026-11-22',
      '2026-11-22T00:00',
    ]);
  });

  it('is local, and so is its day', () => {
    assert.deepEqual(dueAt(eight, '2026-11-22T07:00:00Z'), ['2026-11-22', '2026-11-22T07:00']);
    assert.deepEqual(dueAt(eight, '2026-06-22T06:00:00Z'), ['2026-06-22', '2026-06-22T06:00']);
    for (const [zone, instant] of [
      ['Pacific/Kiritimati', '2026-11-21T18:00'],
      ['Pacific/Pago_Pago', '2026-11-22T19:00'],
      ['Asia/Kathmandu', '2026-11-22T02:15'],
    ] as const) {
      assert.deepEqual(dueAt(eight, `${instant}:00Z`, offsetOf(zone)), ['2026-11-22', instant], zone);
    }
  });

  it('comes once on the day on which the clock is put forward over it', () => {
    const time = { hour: 2, minute: 30 };
    assert.deepEqual(dueAt(time, '2026-03-29T01:29:59Z'), ['2026-03-28', '2026-03-28T01:30']);
    assert.deepEqual(dueAt(time, '2026-03-29T01:30:00Z'), ['2026-03-29', '2026-03-29T01:30']);
    assert.deepEqual(dueAt(time, '2026-03-30T00:30:00Z'), ['2026-03-30', '2026-03-30T00:30']);
  });

  it('comes once on the day that has it twice, the first time', () => {
    const time = { hour: 2, minute: 30 };
    for (const now of ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-10-25T12:00:00Z']) {
      assert.deepEqual(dueAt(time, now), ['2026-10-25', '2026-10-25T00:30'], now);
    }
  });

  it('is over after 24 hours, also on a day of 25', () => {
    const time = { hour: 8, minute: 0 };
    assert.deepEqual(dueAt(time, '2026-10-25T05:59:59Z'), ['2026-10-24', '2026-10-24T06:00']);
    assert.equal(dueAt(time, '2026-10-25T06:00:00Z'), null);
    assert.deepEqual(dueAt(time, '2026-10-25T07:00:00Z'), ['2026-10-25', '2026-10-25T07:00']);
  });

  it('comes exactly once on every date of a year, in order, also where summer time begins at midnight or is half an hour', () => {
    for (const zone of ['America/Santiago', 'Australia/Lord_Howe']) {
      const offsetAt = offsetOf(zone);
      for (const time of [
        { hour: 0, minute: 0 },
        { hour: 2, minute: 30 },
        { hour: 23, minute: 59 },
      ]) {
        const days: string[] = [];
        for (let now = Date.UTC(2026, 0, 2); now < Date.UTC(2027, 0, 2); now += hourMs) {
          const due = judgeDaily(time, now, offsetAt);
          if (due === null) continue;
          assert.ok(due.at <= now && now - due.at < 24 * hourMs);
          if (days.at(-1) !== due.day) days.push(due.day);
        }
        assert.deepEqual(days, [...new Set(days)].toSorted(), zone);
        assert.ok(days.length >= 365, `${zone}: ${days.length}`);
      }
    }
  });
});

describe('the next attempt at a daily report', () => {
  it('follows the rule of all reports for some hours, then there is none', () => {
    let triedForMs = 0;
    const waits: number[] = [];
    for (let attempts = 1; ; attempts += 1) {
      const next = nextDailyAttempt(attempts, triedForMs);
      if (next.kind === 'give_up') {
        assert.equal(next.reason, 'Not delivered in 10 attempts over 8 hours 31 minutes');
        break;
      }
      waits.push(next.delayMs / minuteMs);
      triedForMs += next.delayMs;
    }
    assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256]);
  });

  it('has an end also while the clock is set back again and again', () => {
    assert.deepEqual(nextDailyAttempt(20, -hourMs).kind, 'wait');
    assert.match(JSON.stringify(nextDailyAttempt(21, -hourMs)), /give_up.*three days/);
  });
});
