import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import type { DailyData } from '../../dist/lib/core/daily-data.js';
import type { JobReport } from '../../dist/lib/core/views.js';
import { DailyBench, messagesOf, settle } from '../support/daily.mts';
import { Bench, Line, until } from '../support/engine.mts';
import { buildJob, passStages, plan, startJob } from '../store/temporary-store.mts';

const dayMs = 86_400_000;

describe('a daily report', () => {
  let bench: DailyBench;
  beforeEach(async () => {
    bench = new DailyBench();
    await bench.open();
  });
  afterEach(() => bench.remove());

  it('goes out once a day on each channel at its time, and not before', async () => {
    bench.note('by ann');
    await bench.clock.set('2026-11-21T07:59:59Z');
    assert.deepEqual(bench.counts(), [0, 0]);
    for (const time of ['08:00:00', '08:00:30', '12:00:00', '23:59:59'])
      await bench.clock.set(`2026-11-21T${time}Z`);
    assert.deepEqual(bench.counts(), [1, 1]);
    assert.deepEqual(messagesOf(bench.mail.sent[0]), ['by ann']);
    bench.note('by bob');
    await bench.clock.set('2026-11-22T08:00:00Z');
    assert.deepEqual(bench.counts(), [2, 2]);
    assert.deepEqual(messagesOf(bench.hook.sent[1]), ['by bob']);
  });

  it('is not sent for the time before the first start', async () => {
    bench.alerts.push('Something is wrong.');
    await bench.open(bench.stores.open(bench.stores.file('new.db')));
    await bench.clock.set('2026-11-20T12:00:00Z');
    assert.deepEqual(bench.counts(), [0, 0]);
  });

  it('tells every job that ended and lives, and every kind of override, and nothing of another NAS', async () => {
    const ends = ['passed', 'failed', 'cancelled', 'unknown'] as const;
    for (const id of [...ends, 'long ago', 'running']) startJob(bench.store, id);
    bench.store.jobs.admit({ job: buildJob('queued'), plan });
    bench.store.jobs.admit({ job: buildJob('other', 'X', { nas: 'other' }), plan });
    passStages(bench.store, 'passed', 0, plan.length);
    bench.raw(`UPDATE jobs SET ended_at = ${bench.clock.now()} WHERE id = 'passed'`);
    const close = (jobId: string, outcome: 'failed' | 'cancelled' | 'unknown', now = bench.clock.now()) =>
      bench.store.jobs.close({ jobId, from: 'running', outcome, reasons: [`why ${jobId}`], now });
    for (const outcome of ends) if (outcome !== 'passed') close(outcome, outcome);
    close('long ago', 'failed', bench.clock.now() - 2 * dayMs);
    for (const type of ['unlocked', 'unlock_refused', 'lock_overridden', 'grant_ended'])
      bench.note(`${type} by ann`, type);
    bench.note('not an override', 'start_refused');
    await bench.clock.set('2026-11-21T08:00:00Z');
    const data = bench.mail.sent[0]?.data as DailyData;
    assert.deepEqual(
      [data.failed, data.unknown, data.cancelled, data.passed, data.running, data.queued].map((list) =>
        list.map(({ job }) => job),
      ),
      [['failed'], ['unknown'], ['cancelled'], ['passed'], ['running'], ['queued']],
    );
    assert.deepEqual(data.failed[0]?.reasons, ['why failed']);
    assert.deepEqual(
      data.overrides.map(({ message }) => message),
      ['unlocked by ann', 'unlock_refused by ann', 'lock_overridden by ann', 'grant_ended by ann'],
    );
  });

  it('is not sent on a quiet day, nor later on that day', async () => {
    await bench.clock.set('2026-11-21T08:00:00Z');
    bench.alerts.push('Something is wrong.');
    await bench.clock.set('2026-11-21T09:00:00Z');
    await bench.restart();
    assert.deepEqual([bench.mail.tries, bench.hook.tries], [0, 0]);
    await bench.clock.set('2026-11-22T08:00:00Z');
    assert.deepEqual(bench.counts(), [1, 1]);
  });

  it('missed while the controller was down is sent once when it is back', async () => {
    bench.note('by ann');
    bench.closeEngines();
    await bench.clock.set('2026-11-21T19:00:00Z');
    await bench.restart();
    assert.deepEqual(bench.counts(), [1, 1]);
    await bench.restart();
    assert.deepEqual(bench.counts(), [1, 1]);
  });

  it('leaves out no override and no end of the days on which the controller was down', async () => {
    bench.note('by ann');
    await bench.clock.set('2026-11-21T08:00:00Z');
    await bench.clock.set('2026-11-21T10:00:00Z');
    bench.note('by bob');
    startJob(bench.store, 'a');
    const now = bench.clock.now();
    bench.store.jobs.close({ jobId: 'a', from: 'running', outcome: 'failed', reasons: ['x'], now });
    bench.closeEngines();
    await bench.clock.set('2026-11-25T07:00:00Z');
    await bench.restart();
    assert.deepEqual(messagesOf(bench.mail.sent[1]), ['by bob']);
    assert.equal((bench.mail.sent[1]?.data as DailyData).failed.length, 1);
    await bench.clock.set('2026-11-25T08:00:00Z');
    assert.deepEqual(bench.counts(), [2, 2]);
  });

  it('goes out although the stages of a job cannot be read', async () => {
    startJob(bench.store, 'a');
    bench.raw(`UPDATE stages SET evidence = '{}'`);
    await bench.clock.set('2026-11-21T08:00:00Z');
    assert.deepEqual(
      (bench.mail.sent[0]?.data as DailyData).running.map(({ job }) => job),
      ['a'],
    );
  });

  it('goes nowhere without a time, and not before it is started', async () => {
    bench.closeEngines();
    bench.alerts.push('Something is wrong.');
    bench.build(bench.store, { time: null }).start();
    const later = bench.build();
    await bench.clock.set('2026-11-21T08:00:00Z');
    assert.equal(bench.mail.tries, 0);
    later.start();
    later.start();
    await settle();
    assert.equal(bench.mail.tries, 1);
  });
});

describe('a daily report of a whole engine', () => {
  let bench: Bench;
  let sent: JobReport[];
  beforeEach(async () => {
    bench = new Bench();
    bench.host.addDrive('A', [{ kind: 'active_pool', detail: 'tank' }]);
    sent = [];
    bench.longestWaitMs = 10;
    bench.dailyReport = { hour: 8, minute: 0 };
    bench.notifiers.push({
      channel: 'mail',
      send: (report) => {
        if ('kind' in report.data) sent.push(report);
        return Promise.resolve();
      },
      close: () => undefined,
    });
    await bench.restart();
  });
  afterEach(() => bench.close());

  const begun = () => {
    const database = new Database(bench.file, { readonly: true });
    try {
      return database.prepare('SELECT 1 FROM daily_reports').get() !== undefined;
    } finally {
      database.close();
    }
  };

  it('tells of a permission with drive and operator, escaped, and of the run that used it', async () => {
    const line = new Line(bench.burnin);
    await bench.burnin.poll();
    await until('the first look', begun);
    const operator = '<img src=x>';
    await bench.request('unlock', { serial: 'A', phrase: 'wrong', operator });
    await bench.request('unlock', { serial: 'A', phrase: 'tank', operator });
    await bench.start('A');
    assert.deepEqual(sent, []);
    bench.aheadMs = dayMs;
    await until('the report', () => sent.length === 1);
    const [report] = [...sent];
    assert.ok(report);
    const { html, text, data } = report;
    assert.doesNotMatch(html, /<img/);
    assert.match(html, /Unlocked for ten minutes by &#60;img src=x&#62;/);
    assert.match(text, /UTC, drive A:/);
    const daily = data as DailyData;
    assert.deepEqual(
      daily.overrides.map(({ type }) => type),
      ['unlock_refused', 'unlocked', 'lock_overridden'],
    );
    for (const { message } of daily.overrides) assert.match(message, /by <img src=x>/);
    assert.deepEqual(
      daily.running.map(({ serial, overridden_by: by }) => [serial, by]),
      [['A', operator]],
    );
    assert.deepEqual([daily.drives?.present, daily.drives?.locked], [1, 1]);
    await bench.restart();
    await bench.burnin.poll();
    assert.equal(sent.length, 1);
    line.detach();
  });
});
