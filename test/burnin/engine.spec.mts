import assert from 'node:assert/strict';
import type { Answer } from '../../dist/lib/core/views.js';
import { Bench, Line, until } from '../support/engine.mts';

const codes = (answers: readonly Answer[]) => answers.map((answer) => (answer.ok ? 'ok' : answer.error.code));

describe('the engine', () => {
  let bench: Bench;
  let line: Line;
  const stateOf = (serial: string) =>
    bench.burnin.drives().find((view) => view.drive.serial === serial)?.job?.job.state ?? 'none';
  const stagesOf = (serial: string) =>
    bench.burnin
      .drives()
      .find((view) => view.drive.serial === serial)
      ?.job?.stages.map((stage) => stage.state);

  beforeEach(() => {
    bench = new Bench();
    for (const serial of ['A', 'B', 'C']) bench.host.addDrive(serial);
    line = new Line(bench.burnin);
  });
  afterEach(() => bench.close());

  const started = (count: number) => until(`${count} starts`, () => bench.host.starts.length >= count);
  const ended = (serial: string, state: string) =>
    until(`${serial} ${state}`, () => stateOf(serial) === state);

  describe('from a request to a verdict', () => {
    it('takes a drive through its plan to passed, and reports it once', async () => {
      assert.deepEqual(codes(await bench.start('A')), ['ok']);
      await started(1);
      bench.host.finish('A');
      await ended('A', 'passed');
      assert.deepEqual(
        line.ends.map((end) => [end.kind, end.outcome]),
        [
          ['precheck', 'passed'],
          ['surface_validate', 'passed'],
          ['final_check', 'passed'],
        ],
      );
      assert.equal(line.ends.at(-1)?.jobState, 'passed');
      assert.equal(line.reports.length, 1);
    });

    it('tells each stage when it begins', async () => {
      const told: string[] = [];
      bench.burnin.on('drive', ({ job }) => {
        const running = job?.stages.find(({ state }) => state === 'running');
        if (running !== undefined) told.push(running.kind);
      });
      await bench.start('A');
      await started(1);
      bench.host.finish('A');
      await ended('A', 'passed');
      assert.deepEqual([...new Set(told)], ['precheck', 'surface_validate', 'final_check']);
    });

    it('gives the requester its message properties back on every ticket', async () => {
      await bench.start('A', { context: { topic: 'shelf 3' } });
      await until('a ticket', () => line.tickets.length > 0);
      assert.deepEqual(line.tickets[0]?.context, { topic: 'shelf 3' });
    });

    it('runs no more jobs than there are slots, and the next one when a slot is free', async () => {
      assert.deepEqual(codes(await bench.start(['A', 'B', 'C'])), ['ok', 'ok', 'ok']);
      await started(2);
      const { running, queued, freeSlots } = bench.burnin.view();
      assert.deepEqual([running, queued, freeSlots], [2, 1, 0]);
      bench.host.finish('A');
      await started(3);
      assert.equal(bench.host.starts[2]?.drive.serial, 'C');
    });

    it('fails a drive with bad blocks, with their exact numbers by a second look', async () => {
      await bench.start('A');
      await started(1);
      const clean = { result: 'exit 0' };
      bench.host.finish('A', clean, [5064]);
      await started(2);
      assert.equal(bench.host.starts[1]?.badblocks.mode, 'write');
      bench.host.finish('A', clean);
      await started(3);
      assert.equal(bench.host.starts[2]?.badblocks.mode, 'compare');
      bench.host.finish('A', clean, [5000]);
      await ended('A', 'failed');
      const view = bench.burnin.drives().find(({ drive }) => drive.serial === 'A');
      assert.deepEqual([view?.badBlocks, stagesOf('A')], [1, ['passed', 'failed', 'skipped']]);
    });

    it('keeps the count of listed blocks when none of them fails a second time', async () => {
      await bench.start('A');
      await started(1);
      bench.host.finish('A', { result: 'exit 0' }, [5064]);
      await started(2);
      bench.host.finish('A');
      await started(3);
      bench.host.finish('A');
      await ended('A', 'failed');
      assert.equal(bench.burnin.drives().find(({ drive }) => drive.serial === 'A')?.badBlocks, 1);
    });

    it('ends as unknown with the reason when the NAS refuses the start, and tries no second one', async () => {
      bench.host.refusal = { kind: 'refused', code: 'wrong_drive', detail: 'another drive is there' };
      await bench.start('A');
      await ended('A', 'unknown');
      assert.match(line.ends.at(-1)?.reasons.join() ?? '', /wrong_drive.*another drive is there/);
      assert.equal(bench.host.starts.length, 0);
    });
  });

  describe('refusals', () => {
    it('refuses retained and replayed requests and changes nothing', async () => {
      const payload = { transaction: 'same', operator: 'ann', serial: 'A' };
      assert.deepEqual(codes(await bench.request('start', payload, { isRetained: true })), ['retained']);
      assert.equal(stateOf('A'), 'none');
      assert.deepEqual(codes(await bench.request('start', payload)), ['ok']);
      assert.deepEqual(codes(await bench.request('cancel', payload)), ['replayed']);
      assert.equal(stateOf('A'), 'running');
    });

    it('refuses a second start of a live drive, whoever asks', async () => {
      await bench.start('A');
      assert.deepEqual(codes(await bench.start('A')), ['already_live']);
    });

    it('judges each drive of a request by itself', async () => {
      bench.host.addDrive('POOL', [{ kind: 'active_pool', detail: 'tank' }]);
      assert.deepEqual(codes(await bench.start(['A', 'POOL', 'nobody'])), ['ok', 'locked', 'unknown_drive']);
    });

    it('refuses when the NAS does not answer now, however fresh the last poll', async () => {
      await bench.burnin.poll();
      bench.host.isReachable = false;
      assert.deepEqual(codes(await bench.start('A')), ['stale']);
    });

    it('refuses a topic of another drive', async () => {
      assert.deepEqual(codes(await bench.start('A', { topicDrive: 'B' })), ['malformed']);
    });

    it('refuses without a gate, and with several when it is not said which', async () => {
      bench.burnin.attachGate({
        id: 'two',
        readPlan: () => [],
        send: () => undefined,
        answer: () => undefined,
      });
      assert.deepEqual(codes(await bench.start('A')), ['no_gate']);
      assert.deepEqual(codes(await bench.start('A', { gateId: 'gate' })), ['ok']);
      assert.deepEqual(codes(await bench.start('B', { gateId: 'nowhere' })), ['no_gate']);
    });

    it('refuses stages it cannot run', async () => {
      assert.deepEqual(codes(await bench.start('A', {}, ['long_smart'])), ['stage_unavailable']);
    });

    it('refuses tickets that never came out of a gate', () => {
      for (const forged of [null, {}, 'x', { job: 'j', serial: 'A' }, { job: 1, serial: 'A' }]) {
        assert.throws(() => bench.burnin.arrive('station-1', forged), { code: 'not_admitted' });
        assert.throws(() => bench.burnin.arriveAtReport(forged), { code: 'not_admitted' });
        assert.throws(() => bench.burnin.lap(forged), { code: 'not_admitted' });
      }
    });

    it('refuses the ticket of a job that is still queued, and one with another serial', async () => {
      bench.maxParallel = 1;
      await bench.restart();
      line = new Line(bench.burnin);
      const [, queued] = await bench.start(['A', 'B']);
      const job = queued?.ok === true ? queued.job : '';
      assert.throws(() => bench.burnin.arrive('station-1', { job, serial: 'B' }), { code: 'not_admitted' });
      assert.throws(() => bench.burnin.arrive('station-1', { job, serial: 'A' }), { code: 'not_admitted' });
    });
  });

  describe('cancelling', () => {
    it('ends a queued job at once and a running one through the NAS', async () => {
      await bench.start(['A', 'B', 'C']);
      await started(2);
      assert.deepEqual(codes(await bench.cancel(['C', 'A'])), ['ok', 'ok']);
      assert.equal(stateOf('C'), 'cancelled');
      await ended('A', 'cancelled');
      assert.equal(bench.host.stops.length, 1);
      assert.match(
        line.ends.find((end) => end.ticket.serial === 'A' && end.outcome === 'cancelled')?.reasons.join() ??
          '',
        /ann/,
      );
    });

    it('survives a crash before it took effect', async () => {
      await bench.start('A');
      await started(1);
      bench.host.isReachable = false;
      await bench.cancel('A');
      await bench.restart();
      bench.host.isReachable = true;
      line = new Line(bench.burnin);
      await ended('A', 'cancelled');
    });

    it('keeps a proof of failure that came before it', async () => {
      await bench.start('A');
      await started(1);
      bench.host.finish('A', { result: 'exit 1', badBlockCount: 3 }, [1, 2, 3]);
      await bench.cancel('A');
      await until('an end', () => stateOf('A') !== 'running');
      assert.equal(stateOf('A'), 'failed');
    });
  });

  describe('the ring', () => {
    it('runs the plan in order on a line of stations in another order', async () => {
      line.detach();
      line = new Line(bench.burnin, ['final_check', 'surface_validate', 'precheck']);
      await bench.start('A', {}, ['surface_validate']);
      await started(1);
      bench.host.finish('A');
      await ended('A', 'passed');
      assert.deepEqual(
        line.ends.map((end) => end.kind),
        ['precheck', 'surface_validate', 'final_check'],
      );
    });

    it('ends a job for whose stage there is no station, and names the stage', async () => {
      line.detach();
      line = new Line(bench.burnin, ['precheck', 'final_check']);
      await bench.start('A', {}, ['surface_validate']);
      await ended('A', 'unknown');
      assert.match(JSON.stringify(line.reports[0]?.data), /no station for surface_validate/);
    });

    it('drops a second ticket of a running stage', async () => {
      await bench.start('A');
      await started(1);
      bench.burnin.deployed();
      const [message] = line.tickets;
      assert.ok(message);
      assert.equal(bench.burnin.arrive('station-1', message.ticket).kind, 'drop');
      assert.equal(bench.host.starts.length, 1);
    });
  });
});
