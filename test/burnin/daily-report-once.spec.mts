import assert from 'node:assert/strict';
import { DailyBench, messagesOf } from '../support/daily.mts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

describe('a daily report, whatever goes wrong,', () => {
  let bench: DailyBench;
  beforeEach(async () => {
    bench = new DailyBench();
    await bench.open();
  });
  afterEach(() => bench.remove());

  it('leaves out no override that happened while the clock was wrong, and tells it once', async () => {
    await bench.clock.set('1970-01-01T00:00:10Z');
    bench.note('by ann in 1970');
    await bench.clock.set('2050-01-01T00:00:00Z');
    bench.note('by bob in 2050');
    await bench.clock.set('2026-11-20T10:00:00Z');
    await bench.clock.set('2026-11-21T08:00:00Z');
    bench.note('by eve');
    await bench.clock.set('2026-11-22T08:00:00Z');
    await bench.clock.set('2026-11-23T08:00:00Z');
    assert.deepEqual(bench.mail.sent.map(messagesOf), [['by ann in 1970'], ['by bob in 2050'], ['by eve']]);
  });

  it('goes out once a day, also when the clock is set back and forth', async () => {
    bench.alerts.push('Something is wrong.');
    for (const time of [
      '2026-11-21T08:00:00Z',
      '2026-11-20T12:00:00Z',
      '2026-11-21T08:00:00Z',
      '2026-11-21T07:00:00Z',
      '2026-11-21T09:00:00Z',
    ]) {
      await bench.clock.set(time);
    }
    assert.deepEqual(bench.counts(), [1, 1]);
    await bench.clock.set('2040-01-01T09:00:00Z');
    await bench.clock.set('2026-11-21T10:00:00Z');
    assert.deepEqual(bench.counts(), [2, 2]);
    await bench.clock.set('2026-11-22T08:00:00Z');
    assert.deepEqual(bench.counts(), [3, 3]);
  });

  it('is sent once by two engines on one file', async () => {
    bench.alerts.push('Something is wrong.');
    bench.mail.hangs = true;
    await bench.open(bench.stores.open());
    await bench.open(bench.stores.open());
    await bench.clock.set('2026-11-21T08:00:00Z');
    await bench.clock.set('2026-11-21T08:00:30Z');
    assert.deepEqual([bench.mail.tries, bench.hook.sent.length], [1, 1]);
  });

  it('is tried again with longer and longer waits, keeps no other channel back, and is given up with a line', async () => {
    bench.note('by ann');
    bench.mail.broken = 'connect ECONNREFUSED';
    await bench.clock.set('2026-11-21T08:00:00Z');
    assert.deepEqual([bench.mail.tries, bench.hook.sent.length], [1, 1]);
    await bench.clock.set('2026-11-21T08:00:59Z');
    assert.equal(bench.mail.tries, 1);
    await bench.clock.set('2026-11-21T08:01:00Z');
    await bench.clock.set('2026-11-21T08:02:59Z');
    assert.equal(bench.mail.tries, 2);
    for (let minute = 0; minute < 23 * 60; minute += 20) {
      await bench.clock.set(new Date(Date.parse('2026-11-21T08:03:00Z') + minute * minuteMs).toISOString());
    }
    assert.equal(bench.mail.tries, 10);
    const given = bench.logs.filter((line) => /given up/.test(line));
    assert.equal(given.length, 1);
    assert.match(
      given[0] ?? '',
      /^warn: daily report of 2026-11-21 by mail: connect ECONNREFUSED\. Not delivered/,
    );
    bench.mail.broken = null;
    await bench.clock.set('2026-11-22T08:00:00Z');
    assert.deepEqual(messagesOf(bench.mail.sent[0]), ['by ann']);
    assert.deepEqual(bench.counts(), [1, 1]);
  }).timeout(20_000);

  it('that failed goes on being tried after a restart, by the same rule', async () => {
    bench.alerts.push('Something is wrong.');
    bench.mail.broken = 'gone';
    for (const time of ['08:00', '08:01', '08:03', '08:07', '08:15'])
      await bench.clock.set(`2026-11-21T${time}:00Z`);
    assert.equal(bench.mail.tries, 5);
    bench.mail.broken = null;
    await bench.restart();
    assert.equal(bench.mail.tries, 5);
    await bench.clock.set('2026-11-21T08:31:00Z');
    assert.deepEqual(bench.counts(), [1, 1]);
  });

  it('that failed does not wait for hours longer because the clock was set back', async () => {
    bench.alerts.push('Something is wrong.');
    bench.mail.broken = 'gone';
    await bench.clock.set('2026-11-21T20:00:00Z');
    bench.mail.broken = null;
    bench.raw(
      `UPDATE daily_reports SET next_attempt_at = ${bench.clock.now() + 8 * hourMs} WHERE channel = 'mail'`,
    );
    await bench.clock.set('2026-11-21T20:00:30Z');
    assert.deepEqual(bench.counts(), [1, 1]);
  });

  it('is sent again after a kill in the middle of an attempt', async () => {
    bench.alerts.push('Something is wrong.');
    bench.mail.hangs = true;
    await bench.clock.set('2026-11-21T08:00:00Z');
    bench.mail.hangs = false;
    await bench.restart();
    assert.equal(bench.mail.sent.length, 0);
    await bench.clock.set('2026-11-21T08:02:00Z');
    assert.deepEqual(bench.counts(), [1, 1]);
    assert.deepEqual(bench.logs, []);
  });

  it('is not sent again while only its mark cannot be stored', async () => {
    bench.alerts.push('Something is wrong.');
    bench.raw(
      `CREATE TRIGGER broken BEFORE UPDATE OF state ON daily_reports BEGIN SELECT RAISE(ABORT, 'no room'); END`,
    );
    await bench.clock.set('2026-11-21T08:00:00Z');
    for (const minute of ['10', '20', '30']) await bench.clock.set(`2026-11-21T08:${minute}:00Z`);
    assert.deepEqual(bench.counts(), [1, 1]);
    assert.equal(bench.logs.filter((line) => line.includes('no room')).length, 2);
    bench.raw('DROP TRIGGER broken');
    await bench.clock.set('2026-11-21T08:40:00Z');
    await bench.restart();
    await bench.clock.set('2026-11-21T09:40:00Z');
    assert.deepEqual(bench.counts(), [1, 1]);
  });
});
