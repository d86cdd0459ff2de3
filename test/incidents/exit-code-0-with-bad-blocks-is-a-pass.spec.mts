import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import type { RunLook } from '../../dist/lib/core/remote-run.js';
import { Bench, Line, until } from '../support/engine.mts';
import { needRootAndLoops } from '../support/need-root.mts';
import { loseData, openRealBench, type RealBench } from '../support/real-bench.mts';

const captures = new URL('../fixtures/badblocks/', import.meta.url);
const readCapture = (name: string) => readFileSync(new URL(name, captures), 'utf8');

describe('incident "exit code 0 with bad blocks is a pass": the tool says 0 after any completed pass', () => {
  describe('with the real badblocks on a drive that loses data', function () {
    needRootAndLoops();
    this.timeout(40_000);
    let bench: RealBench;
    before(async () => (bench = await openRealBench()));
    after(() => bench.close());

    it('fails the drive although badblocks exited 0, and says what was wrong', async () => {
      const { engine, host } = bench;
      const drive = bench.addSlowDrive();
      await engine.start(drive.serial);
      await loseData(engine, drive);
      bench.hurry();
      assert.equal(await engine.untilEnd(drive.serial), 'failed');
      const evidence = Object.fromEntries(
        engine.surface(drive.serial)?.evidence.map(({ key, state }) => [key, state]) ?? [],
      );
      assert.equal(evidence['ended_by_itself'], 'found', 'badblocks itself called it a success');
      assert.deepEqual([evidence['summary_clean'], evidence['list_empty']], ['contrary', 'contrary']);
      assert.match(engine.reasons(drive.serial), /[12] in the data read back\. [12] bad blocks were listed/);
      assert.ok((engine.view(drive.serial)?.badBlocks ?? 0) > 0);
      assert.equal(host.launches(drive.path).length, 3, 'the run, and one place looked at again');
    });
  });

  describe('with what the real badblocks said elsewhere', () => {
    let bench: Bench;
    beforeEach(() => {
      bench = new Bench();
      bench.host.addDrive('A');
      new Line(bench.burnin);
    });
    afterEach(() => bench.close());
    const jobOf = () => bench.burnin.drives()[0]?.job?.job;

    const judge = async (changes: Partial<RunLook>, badBlocks: number[] = []) => {
      await bench.start('A');
      await until('a start', () => bench.host.starts.length === 1);
      bench.host.finish('A', { result: 'exit 0', ...changes }, badBlocks);
      await until('an end', () => {
        // The second look at listed blocks finds nothing.
        if (bench.host.starts.length > 1 && bench.host.runs.size > 0) bench.host.finish('A');
        return jobOf()?.state !== 'running';
      });
      return jobOf()?.state;
    };

    const clean = ['healthy-4pattern.stderr', 'no-progress-w-v.stderr'];
    for (const name of clean) {
      it(`passes ${name}, a clean test, so that the others are judged by what differs`, async () => {
        assert.equal(await judge({ log: readCapture(name) }), 'passed');
      });
    }

    for (const name of readdirSync(captures).filter((file) => /\.(stderr|merged)$/.test(file))) {
      if (clean.includes(name)) continue;
      it(`never passes ${name} with exit 0 and an empty list`, async () => {
        const state = await judge({ log: readCapture(name) });
        assert.ok(state === 'failed' || state === 'unknown', state);
      });
    }

    it('fails listed blocks below a clean log', async () => {
      assert.equal(await judge({}, [5064]), 'failed');
    });
  });
});
