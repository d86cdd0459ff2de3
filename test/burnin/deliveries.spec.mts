import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { createBus } from '../../dist/lib/burnin/bus.js';
import type { BurninEvents } from '../../dist/lib/burnin/burnin.js';
import { Deliveries } from '../../dist/lib/burnin/deliveries.js';
import { openStore } from '../../dist/lib/store/open-store.js';
import type { BurninEvent, JobReport } from '../../dist/lib/core/views.js';
import { Bench, Line, until } from '../support/engine.mts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

describe('reports on their way', () => {
  let bench: Bench;
  let sent: JobReport[];
  let broken: string | null;
  let events: BurninEvent[];

  const addMail = () =>
    bench.notifiers.push({
      channel: 'mail',
      send: (report) => {
        if (broken !== null) return Promise.reject(new Error(broken));
        sent.push(report);
        return Promise.resolve();
      },
      close: () => undefined,
    });
  const restart = async () => {
    await bench.restart();
    bench.burnin.on('event', (event) => events.push(event));
  };
  const alter = <T = unknown,>(sql: string): T[] => {
    const database = new Database(bench.file);
    try {
      const statement = database.prepare(sql);
      return statement.reader ? (statement.all() as T[]) : (statement.run(), []);
    } finally {
      database.close();
    }
  };
  const deliveries = () => alter<{ state: string }>('SELECT state FROM deliveries').map(({ state }) => state);

  beforeEach(async () => {
    bench = new Bench();
    for (const serial of ['A', 'B']) bench.host.addDrive(serial);
    [sent, broken, events] = [[], null, []];
    addMail();
    bench.longestWaitMs = 10;
    await restart();
  });
  afterEach(() => bench.close());

  /** A gate that swallows tickets, and no report node: the job ends by a cancel. */
  const endWithoutReporter = async (...serials: string[]) => {
    bench.burnin.attachGate({
      id: 'gate',
      readPlan: () => ['surface_validate'],
      send: () => undefined,
      answer: () => undefined,
    });
    await bench.start(serials);
    await bench.cancel(serials);
  };
  const reported = (ids: string[] = []) => {
    const reports: JobReport[] = [];
    for (const id of ids.length > 0 ? ids : ['report']) {
      bench.burnin.attachReporter({ id, report: (report) => reports.push(report) });
    }
    bench.burnin.deployed();
    return reports;
  };

  it('reach mail without any report node, once, also across restarts', async () => {
    await endWithoutReporter('A');
    await until('a mail', () => sent.length === 1);
    await until('the mark', () => deliveries().join() === 'delivered');
    await restart();
    bench.burnin.deployed();
    await bench.burnin.poll();
    assert.equal(reported().length, 1);
    assert.equal(sent.length, 1);
  });

  it('are not mailed later when there was no mail at the end of the job', async () => {
    bench.notifiers.length = 0;
    await restart();
    await endWithoutReporter('A');
    addMail();
    await restart();
    reported();
    await bench.burnin.poll();
    assert.deepEqual(deliveries(), []);
  });

  it('are not mailed again while only the mark cannot be stored', async () => {
    alter(
      `CREATE TRIGGER broken BEFORE UPDATE OF state ON deliveries BEGIN SELECT RAISE(ABORT, 'no room'); END`,
    );
    await endWithoutReporter('A');
    const tries = () => bench.logs.filter((text) => text.includes('no room')).length;
    await until('the trouble', () => tries() > 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual([sent.length, tries(), deliveries().join()], [1, 1, 'due']);
    alter('DROP TRIGGER broken');
    await until('the mark', () => deliveries().join() === 'delivered');
    assert.equal(sent.length, 1);
  });

  it('go out although the job of one cannot be read', async () => {
    broken = 'later';
    await endWithoutReporter('A', 'B');
    await until('both failed', () => bench.logs.filter((text) => text.includes('later')).length === 2);
    alter(`UPDATE jobs SET context = '[]' WHERE serial = 'A'`);
    broken = null;
    bench.aheadMs = 2 * 60_000;
    await until('a mail', () => sent.length === 1);
    assert.match(sent[0]?.subject ?? '', /B/);
    const reports = reported();
    assert.equal(reports.length, 1);
  });

  it('reach every report node, also past one that throws', async () => {
    bench.burnin.attachReporter({ id: 'bad', report: () => assert.fail('a broken node') });
    const reports = reported(['good']);
    await endWithoutReporter('A');
    assert.equal(reports.length, 1);
    assert.match(bench.logs.join(), /report node bad: a broken node/);
  });

  it('of the last day reach a report node that is added later, and older ones do not', async () => {
    await endWithoutReporter('A');
    bench.aheadMs = dayMs + 60_000;
    await bench.burnin.poll();
    await endWithoutReporter('B');
    assert.deepEqual(
      reported().map(({ data }) => (data['drive'] as { serial: string }).serial),
      ['B'],
    );
    bench.aheadMs = 0;
    assert.deepEqual(reported(), []);
  });

  it('that cannot be built for one job are given for the others, and the trouble is told once', async () => {
    await endWithoutReporter('A', 'B');
    alter(`UPDATE stages SET evidence = '{}' WHERE job_id = (SELECT id FROM jobs WHERE serial = 'A')`);
    const reports = reported();
    bench.burnin.deployed();
    assert.equal(reports.length, 1);
    assert.equal(bench.logs.filter((text) => /report of job .*evidence/.test(text)).length, 1);
  });

  it('that fail for more than an hour, and are given up in the end, are told to a person', async () => {
    const line = new Line(bench.burnin);
    broken = 'mail server gone';
    await endWithoutReporter('A');
    const failures = () => bench.logs.filter((text) => text.includes('mail server gone')).length;
    await until('a failure', () => failures() > 0);
    assert.equal(
      events.some(({ type }) => type === 'report_given_up'),
      false,
    );
    for (let count = 1; count < 21; count += 1) {
      await until(`failure ${count}`, () => failures() >= count);
      bench.aheadMs += 7 * hourMs;
    }
    await until('the end', () => events.some(({ type }) => type === 'report_given_up'));
    assert.deepEqual(deliveries(), ['given_up']);
    const event = events.find(({ type }) => type === 'report_given_up');
    assert.equal(event?.serial, 'A');
    assert.match(event.message, /by mail .* Not delivered in 21 attempts over three days: mail server gone/);
    line.detach();
  });

  it('are named in one sentence a channel while they fail for more than an hour', async () => {
    broken = 'connect ECONNREFUSED';
    await endWithoutReporter('A', 'B');
    const failures = () => bench.logs.filter((text) => text.includes('ECONNREFUSED')).length;
    await until('both failed', () => failures() === 2);
    await bench.burnin.close();
    const store = openStore(bench.file);
    const bus = createBus<BurninEvents>(() => undefined);
    const clock = { now: () => Date.now() + bench.aheadMs, wait: () => new Promise<void>(() => undefined) };
    const line = new Deliveries({
      base: { nas: 'bench', store, clock, bus, log: () => undefined },
      notifiers: bench.notifiers,
      build: () => assert.fail('nothing is due yet'),
    });
    bench.aheadMs = hourMs - 60_000;
    assert.deepEqual(line.alerts, []);
    bench.aheadMs = hourMs + 60_000;
    assert.deepEqual(line.alerts, [
      '2 reports have not got out by mail for more than an hour: connect ECONNREFUSED',
    ]);
    const [first] = store.reports.listFailing({ nas: 'bench', channel: 'mail', before: Date.now() + dayMs });
    assert.ok(first);
    const jobId = store.jobs.lastOf('bench', first.serial)?.id ?? '';
    store.reports.markDelivered({ jobId, channel: 'mail', now: 1 });
    assert.match(
      line.alerts.join(),
      /^The report of drive [AB] has not got out by mail for more than an hour/,
    );
    line.close();
    store.close();
  });
});
