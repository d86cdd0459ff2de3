import assert from 'node:assert/strict';
import path from 'node:path';
import Database from 'better-sqlite3';
import type { RunLook } from '../../dist/lib/core/remote-run.js';
import { Bench, Line, until } from '../support/engine.mts';

describe('an engine in bad company', () => {
  let bench: Bench;
  let line: Line;
  beforeEach(() => {
    bench = new Bench();
    for (const serial of ['A', 'B']) bench.host.addDrive(serial);
    line = new Line(bench.burnin);
  });
  afterEach(() => bench.close());

  const viewOf = (serial: string) => bench.burnin.drives().find((view) => view.drive.serial === serial)?.job;
  const stateOf = (serial: string) => viewOf(serial)?.job.state ?? 'none';
  const started = (count: number) => until(`${count} starts`, () => bench.host.starts.length >= count);
  const ended = (serial: string, state: string) =>
    until(`${serial} ${state}`, () => stateOf(serial) === state);
  const alerts = async () => (await bench.burnin.poll()).alerts.join('\n');
  const database = (work: (db: Database.Database) => void) => {
    const db = new Database(path.join(bench.dir, 'test.db'));
    work(db);
    db.close();
  };

  it('keeps a proved failure when it is cancelled between the run and the second look', async () => {
    await bench.start('A');
    await started(1);
    bench.host.refusal = { kind: 'refused', code: 'expired', detail: '' };
    bench.host.finish('A', {}, [5064]);
    await until('a verdict in the memo', () => (viewOf('A')?.stages[1]?.memo?.['verdict'] ?? null) !== null);
    await bench.cancel('A');
    bench.host.clockS += 60;
    await ended('A', 'failed');
    assert.match(line.ends.at(-1)?.reasons.join() ?? '', /1 bad blocks were listed/);
  });

  it('starts again what came too late, once it is proved that nothing happened', async () => {
    bench.host.refusal = { kind: 'refused', code: 'expired', detail: 'too late' };
    await bench.start('A');
    await until('an intention', () => (viewOf('A')?.stages[1]?.memo?.['run'] ?? null) !== null);
    assert.equal(stateOf('A'), 'running');
    bench.host.refusal = null;
    bench.host.clockS += 60;
    await started(1);
  });

  it('never starts a run again that it has seen at work, although nobody confirmed its start', async () => {
    bench.host.losesAnswer = true;
    await bench.start('A');
    await started(1);
    await until('progress', () => viewOf('A')?.progress != null);
    bench.host.runs.clear();
    bench.host.clockS += 3600;
    await ended('A', 'unknown');
    assert.equal(bench.host.starts.length, 1);
  });

  it('takes no notice of a copy of a ticket that has gone on', async () => {
    line.detach();
    line = new Line(bench.burnin, ['surface_validate', 'precheck', 'final_check'], { copies: 2 });
    await bench.start('A', {}, ['surface_validate']);
    await started(1);
    bench.host.finish('A');
    await ended('A', 'passed');
  });

  it('sends a ticket again that the store could not take', async () => {
    const lock = new Database(path.join(bench.dir, 'test.db'));
    line.detach();
    const tickets: unknown[] = [];
    bench.burnin.attachGate({
      id: 'gate',
      readPlan: () => ['surface_validate'],
      send: (message) => tickets.push(message.ticket),
      answer: () => undefined,
    });
    bench.burnin.attachStation({
      id: 's',
      kind: 'precheck',
      progressed: () => undefined,
      ended: () => undefined,
    });
    await bench.start('A');
    lock.exec('CREATE TRIGGER full BEFORE UPDATE ON stages BEGIN SELECT RAISE(ABORT, "disk full"); END');
    assert.throws(() => bench.burnin.arrive('s', tickets[0]));
    lock.exec('DROP TRIGGER full');
    lock.close();
    await bench.burnin.poll();
    assert.equal(tickets.length, 2);
    assert.equal(bench.burnin.arrive('s', tickets[1]).kind, 'run');
  });

  it('lets one job with a rotten row go and goes on with the others', async () => {
    await bench.start(['A', 'B']);
    await started(2);
    database((db) =>
      db.exec(
        `UPDATE stages SET evidence = '[{"rot":1}]' WHERE position = 0 AND job_id = (SELECT id FROM jobs WHERE serial = 'A')`,
      ),
    );
    bench.host.finish('B');
    await ended('B', 'passed');
    bench.aheadMs = 10 * 60_000;
    await bench.burnin.poll();
    assert.match(await alerts(), /drive A cannot be read/);
  });

  it('ends a stage whose memo it cannot read as unknown, and leaves the run alone', async () => {
    await bench.start('A');
    await started(1);
    database((db) => db.exec(`UPDATE stages SET memo = '{"of":"another version"}' WHERE position = 1`));
    await ended('A', 'unknown');
    await bench.burnin.poll();
    assert.match(await alerts(), /being written by a run that is not/);
    assert.equal(bench.host.runs.size, 1);
  });

  it('never clears an ended run that its database does not know', async () => {
    await bench.start('A');
    await started(1);
    const owner = bench.host.starts[0]?.owner ?? '';
    const [known] = [...bench.host.runs.values()];
    assert.ok(known);
    const look: RunLook = {
      ...known.look,
      runId: 'from-a-backup',
      owner,
      isHeld: false,
      result: 'exit 0',
      serial: 'B',
    };
    bench.host.runs.set('from-a-backup', { ...known, look });
    await bench.burnin.poll();
    assert.match(await alerts(), /On drive B a run has ended that this controller's database does not know/);
    assert.ok(bench.host.runs.has('from-a-backup'));
  });

  it('says which drive has stopped moving', async () => {
    await bench.start('A');
    await started(1);
    await until('progress', () => viewOf('A')?.progress != null);
    bench.aheadMs = 11 * 60_000;
    assert.match(await alerts(), /Drive A has not moved a byte for 11 minutes/);
  });

  it('says which drive is too hot, and does not believe a broken sensor', async () => {
    const [a, b] = bench.host.drives;
    assert.ok(a && b);
    bench.host.drives[0] = { ...a, drive: { ...a.drive, temperatureC: 63 } };
    await bench.start('B');
    assert.match(await alerts(), /drive A has 63 °C, the limit is 60/);
    bench.host.drives[0] = { ...a, drive: { ...a.drive, temperatureC: 128 } };
    await bench.burnin.poll();
    await started(1);
  });

  it('says so when the gate of a job is gone while others are there', async () => {
    line.detach();
    const gate = (id: string) =>
      bench.burnin.attachGate({
        id,
        readPlan: () => ['surface_validate'],
        send: () => undefined,
        answer: () => undefined,
      });
    const remove = gate('one');
    await bench.start('A');
    remove();
    gate('two');
    gate('three');
    bench.burnin.deployed();
    assert.match(await alerts(), /Drive A waits: the drive-lock node that let its job out is gone/);
  });

  it('tells a hung drive by an alert and not by a line a second', async () => {
    await bench.start('A');
    await started(1);
    bench.host.stop = () => Promise.resolve('stuck');
    await bench.cancel('A');
    await until('the trouble', () => bench.logs.some((text) => text.includes('the drive hangs')));
    bench.aheadMs = 6 * 60_000;
    assert.match(await alerts(), /the drive hangs/);
    assert.equal(bench.logs.filter((text) => text.includes('the drive hangs')).length, 1);
  });

  it('does not give up a run for a look that missed it', async () => {
    await bench.start('A');
    await started(1);
    const [[id, run] = []] = bench.host.runs;
    assert.ok(id !== undefined && run !== undefined);
    let looks = 0;
    const look = bench.host.look.bind(bench.host);
    bench.host.look = async () => ({ ...(await look()), ...((looks += 1) <= 2 && { runs: [] }) });
    await until('looks', () => looks > 4);
    bench.host.finish('A');
    await ended('A', 'passed');
  });
});
