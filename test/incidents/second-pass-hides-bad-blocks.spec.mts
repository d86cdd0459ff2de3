import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readBadblocksLog } from '../../dist/lib/core/read-badblocks-log.js';
import { Bench, Line, until } from '../support/engine.mts';
import { needRootAndLoops } from '../support/need-root.mts';
import { loseData, openRealBench, type RealBench } from '../support/real-bench.mts';

const capture = readFileSync(
  new URL('../fixtures/badblocks/errors-p1-two-passes.stderr', import.meta.url),
  'utf8',
);

describe('incident "second pass hides bad blocks": with -p 1 the last summary says 0 after a dirty pass', () => {
  it('the accident is real: the last line of such a run counts no bad blocks', () => {
    assert.match(capture.trim().split('\n').at(-1) ?? '', /^Pass completed, 0 bad blocks found\./);
  });

  it('such a log never passes a drive, even with no block in the list and every byte moved', async () => {
    const bench = new Bench();
    bench.host.addDrive('A');
    new Line(bench.burnin);
    const state = () => bench.burnin.drives()[0]?.job?.job.state;
    try {
      await bench.start('A');
      await until('a start', () => bench.host.starts.length === 1);
      bench.host.finish('A', { result: 'exit 0', log: capture });
      await until('an end', () => state() !== 'running');
      assert.equal(state(), 'failed');
    } finally {
      await bench.close();
    }
  });

  describe('with the real badblocks, on a drive that loses data once and then never again', function () {
    needRootAndLoops();
    this.timeout(40_000);
    let bench: RealBench;
    before(async () => (bench = await openRealBench()));
    after(() => bench.close());

    it('one pass is made, its errors count, and that no second look finds them changes nothing', async () => {
      const { engine, host } = bench;
      const drive = bench.addSlowDrive();
      await engine.start(drive.serial);
      await loseData(engine, drive);
      const log = host.readRunFile(drive.serial, 'log') ?? '';
      assert.equal(readBadblocksLog(log).phases.length, 2);
      bench.hurry();
      assert.equal(await engine.untilEnd(drive.serial), 'failed');
      const [run = { args: '' }, ...looks] = host.launches(drive.path);
      assert.match(run.args, / -p 0 /);
      assert.equal(run.args.match(/ -t /g)?.length, 4);
      for (const look of looks) assert.match(look.args, / -p 0 /);
      const evidence = engine.surface(drive.serial)?.evidence ?? [];
      assert.equal(evidence.find(({ key }) => key === 'phases_seen')?.state, 'found');
      assert.match(
        evidence.find(({ key }) => key === 'bad_blocks_confirmed')?.text ?? '',
        /None of the listed blocks failed again/,
      );
    });
  });
});
