import assert from 'node:assert/strict';
import { Bench, Line, until } from '../support/engine.mts';

describe('the engine, whatever happens to it', () => {
  let bench: Bench;
  let line: Line;
  const stateOf = (serial: string) =>
    bench.burnin.drives().find((view) => view.drive.serial === serial)?.job?.job.state ?? 'none';

  beforeEach(() => {
    bench = new Bench();
    for (const serial of ['A', 'B', 'C']) bench.host.addDrive(serial);
    line = new Line(bench.burnin);
  });
  afterEach(() => bench.close());

  const started = (count: number) => until(`${count} starts`, () => bench.host.starts.length >= count);
  const ended = (serial: string, state: string) =>
    until(`${serial} ${state}`, () => stateOf(serial) === state);

  describe('after a restart', () => {
    it('finds the run as it is and starts nothing again', async () => {
      await bench.start('A');
      await started(1);
      await bench.restart();
      line = new Line(bench.burnin);
      bench.host.finish('A');
      await ended('A', 'passed');
      assert.equal(bench.host.starts.length, 1);
    });

    it('takes up a run whose start was confirmed to nobody', async () => {
      bench.host.losesAnswer = true;
      await bench.start('A');
      await started(1);
      await bench.restart();
      line = new Line(bench.burnin);
      bench.host.finish('A');
      await ended('A', 'passed');
      assert.equal(bench.host.starts.length, 1);
    });

    it('sends the ticket of a job between stages again, after every deploy', async () => {
      line.detach();
      bench.burnin.attachGate({
        id: 'gate',
        readPlan: () => ['surface_validate'],
        send: () => undefined,
        answer: () => undefined,
      });
      await bench.start('A');
      await ended('A', 'running');
      await bench.restart();
      line = new Line(bench.burnin);
      await started(1);
    });

    it('ends as unknown, never as passed or started again, when the NAS was restarted meanwhile', async () => {
      await bench.start('A');
      await started(1);
      bench.host.reboot();
      await ended('A', 'unknown');
      assert.match(line.ends.at(-1)?.reasons.join() ?? '', /restarted/);
      assert.equal(bench.host.starts.length, 1);
    });

    it('ends as unknown when the run vanished for no known reason', async () => {
      await bench.start('A');
      await started(1);
      bench.host.runs.clear();
      await ended('A', 'unknown');
      assert.equal(bench.host.starts.length, 1);
    });

    it('waits out a NAS that does not answer', async () => {
      await bench.start('A');
      await started(1);
      bench.host.isReachable = false;
      await until('trouble is noted', () => bench.logs.some((text) => text.includes('does not answer')));
      assert.equal(stateOf('A'), 'running');
      bench.host.finish('A');
      bench.host.isReachable = true;
      await ended('A', 'passed');
    });

    it('reports a job that ended while no report node was there, once', async () => {
      await bench.start('A');
      await started(1);
      line.detach();
      bench.host.finish('A', { log: '' });
      await ended('A', 'unknown');
      await bench.restart();
      line = new Line(bench.burnin);
      assert.equal(line.reports.length, 1);
      await bench.restart();
      assert.equal(new Line(bench.burnin).reports.length, 0);
    });
  });

  describe('housekeeping', () => {
    it('clears the directories of judged runs and shows strange ones without touching them', async () => {
      await bench.start('A');
      await started(1);
      bench.host.finish('A');
      await ended('A', 'passed');
      const [spent] = [...bench.host.runs.values()];
      assert.ok(spent);
      const look = { ...spent.look, runId: 'strange', owner: 'somebody', isHeld: true };
      bench.host.runs.set('strange', { ...spent, look });
      await bench.burnin.poll();
      const view = await bench.burnin.poll();
      assert.match(view.alerts.join(), /Drive A is being written by a run that is not/);
      assert.deepEqual([...bench.host.runs.keys()], ['strange']);
    });

    it('holds the queue while a drive is too hot', async () => {
      const [first] = bench.host.drives;
      assert.ok(first);
      bench.host.drives[0] = { ...first, drive: { ...first.drive, temperatureC: 61 } };
      await bench.start('B');
      assert.equal(stateOf('B'), 'queued');
      bench.host.drives[0] = first;
      await bench.burnin.poll();
      await started(1);
    });
  });
});
