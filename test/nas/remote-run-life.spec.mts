import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { RunSpec } from '../../dist/lib/core/remote-run.js';
import { needRootAndLoops } from '../support/need-root.mts';
import { awaitEnd, codeOf, isRunning, openRunBench, startRun, startSlowRun } from '../support/run-bench.mts';
import type { RunBench } from '../support/run-bench.mts';
import { until } from '../support/until.mts';

for (const interpreter of ['dash', 'busybox'] as const) {
  describe(`The life of a run under ${interpreter}`, function () {
    needRootAndLoops();
    this.timeout(40_000);
    let bench: RunBench;

    beforeEach(() => void (bench = openRunBench(interpreter)));
    afterEach(() => bench.close());

    const start = (spec: RunSpec) => startRun(bench, spec);
    const startSlow = (change?: Partial<RunSpec>) => startSlowRun(bench, change);
    const ended = (runId: string) => awaitEnd(bench, runId);

    it('is seen moving while it runs', async () => {
      const { drive, runId, spec } = await startSlow();
      const look = await until('two megabytes', async () => {
        const seen = await bench.look(runId);
        return seen !== undefined && (seen.positionBytes ?? 0) >= 2e6 && seen;
      });
      assert.deepEqual(
        [look.serial, look.owner, look.isHeld, look.result],
        [drive.serial, spec.owner, true, null],
      );
      const { positionBytes, movedBytes, deviceMovedBytes } = look;
      assert.ok(positionBytes !== null && movedBytes !== null && deviceMovedBytes !== null);
      assert.ok(
        movedBytes >= positionBytes - 262144 && movedBytes < positionBytes + 2e6,
        JSON.stringify(look),
      );
      assert.ok(Math.abs(deviceMovedBytes - positionBytes) < 2e6, JSON.stringify(look));
      assert.match(look.log, /^Checking for bad blocks in read-write mode\n.*\nTesting with pattern 0xaa: $/);
      assert.equal(look.endedUptimeS, null);
      assert.equal(
        (await bench.probe.probe()).drives.find(({ drive: d }) => d.serial === drive.serial)?.locks.length,
        0,
      );
    });

    it('leaves an exact account when it has finished', async () => {
      const drive = bench.addDrive();
      const spec = bench.spec(drive, {}, { patterns: ['0xaa', '0x55', '0xff'] });
      await start(spec);
      const look = await ended(spec.runId);
      assert.equal(look.result, 'exit 0');
      assert.equal(look.deviceMovedBytes, 2 * 3 * drive.sizeBytes);
      assert.equal(look.badBlockCount, 0);
      assert.match(look.log, /\nPass completed, 0 bad blocks found. \(0\/0\/0 errors\)$/);
      const startedS = look.startedUptimeS ?? 0;
      assert.ok((look.endedUptimeS ?? 0) >= startedS && startedS > 0);
      const record = await bench.runs.collect(spec.runId, ['loop']);
      assert.deepEqual(record, { look, badBlocks: [], driveNow: spec.drive });
      drive.describe({ serial: 'gone' });
      assert.equal((await bench.runs.collect(spec.runId, ['loop']))?.driveNow, null);
      assert.equal(await bench.runs.collect('never-started', ['loop']), null);
    });

    it('never looks as if it had vanished while it ends', async () => {
      const drive = bench.addDrive();
      const spec = bench.spec(drive);
      await start(spec);
      for (let i = 0; i < 40; i++) {
        const look = await bench.look(spec.runId);
        assert.ok(look !== undefined && (look.isHeld || look.result === 'exit 0'), JSON.stringify(look));
      }
    });

    it('compares without writing, and lists what differs', async () => {
      const drive = bench.addDrive();
      const before = drive.checksum();
      const spec = bench.spec(
        drive,
        {},
        { mode: 'compare', patterns: ['0x5c'], range: { first: 0, last: 99 } },
      );
      await start(spec);
      assert.match((await ended(spec.runId)).log, /Pass completed, 0 bad/);
      const other = bench.spec(
        drive,
        {},
        { mode: 'compare', blocksPerRequest: 4, range: { first: 10, last: 99 } },
      );
      await start(other);
      const look = await ended(other.runId);
      assert.deepEqual([look.badBlockCount, look.result], [16, 'exit 0']);
      assert.match(look.log, /Too many bad blocks/);
      const record = await bench.runs.collect(other.runId, ['loop']);
      assert.deepEqual(
        record?.badBlocks,
        Array.from({ length: 16 }, (_, i) => 10 + i),
      );
      assert.equal(drive.checksum(), before);
    });

    it('cuts a long log in the middle', async () => {
      const drive = bench.addDrive();
      const spec = bench.spec(drive);
      await start(spec);
      await ended(spec.runId);
      const lines = Array.from({ length: 2000 }, (_, i) => `line ${i} \u0007`);
      writeFileSync(
        join(bench.host.base, 'runs', spec.runId, 'log'),
        `${lines.join('\n')}\n\nThe last line\n`,
      );
      const { log = '' } = (await bench.look(spec.runId)) ?? {};
      assert.ok(log.length > 7500 && log.length < 8300, `${log.length} characters`);
      assert.match(log, /^line 0 {2}\nline 1/);
      assert.match(log, /\n\[\.\.\.\]\n[^]*\nline 1999 {2}\n\nThe last line$/);
    });

    it('can be looked at beside garbled directories', async () => {
      const { runId } = await startSlow();
      const runs = join(bench.host.base, 'runs');
      for (const [id, file, text] of [
        ['empty', 'nothing', ''],
        [
          'odd-meta',
          'meta',
          'owner=a\u0000\u0001b\tc\u007f\u00e9\nserial\nboot=\nkey=../../x\nkname=../..\nread=x\nstarted=soon\n',
        ],
        ['odd-pid', 'pid', 'one two three'],
        ['bad.name', 'meta', 'owner=x'],
      ] as const) {
        mkdirSync(join(runs, id));
        writeFileSync(join(runs, id, file), text);
      }
      writeFileSync(join(runs, 'odd-pid', 'meta'), `owner=x\nserial=S\nkey=S\nboot=${'x'.repeat(5000)}\n`);
      mkdirSync(join(runs, 'odd-meta', 'bad'));
      writeFileSync(
        join(runs, 'odd-meta', 'result'),
        '\u0007what\tever\nuptime 1.2.3\nsectors x\nsectors 1\nsectors 09 99999999999999999999\n\n',
      );
      assert.equal(await bench.runs.stop('bad.name'), 'no_such_run');
      const ids = (await bench.runs.look()).runs.map((run) => run.runId).sort();
      assert.deepEqual(ids, ['odd-meta', 'odd-pid', runId].sort());
      for (const id of ['empty', 'odd-meta', 'odd-pid']) await bench.runs.clear(id);
      assert.equal((await bench.runs.look()).runs.length, 1);
    });

    it('is told of also when its start died before it wrote down what it is', async () => {
      const dir = join(bench.host.base, 'runs', 'bare-run');
      mkdirSync(dir, { recursive: true });
      const self = readFileSync('/proc/self/stat', 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')[19];
      assert.equal(await bench.look('bare-run'), undefined);
      writeFileSync(join(dir, 'bare'), '0.5\n');
      writeFileSync(join(dir, 'launcher'), `${process.pid} ${self}\n`);
      assert.equal(await bench.look('bare-run'), undefined, 'a start at work was taken for a dead one');
      writeFileSync(join(dir, 'launcher'), '');
      const look = await bench.look('bare-run');
      assert.deepEqual([look?.bootId, look?.owner, look?.isHeld, look?.result], ['', '', false, null]);
      assert.equal((await bench.runs.collect('bare-run', ['loop']))?.driveNow, null);
      assert.equal(
        codeOf(await bench.runs.start(bench.spec(bench.addDrive(), { runId: 'bare-run' }))),
        'run_exists',
      );
      assert.equal(await bench.runs.stop('bare-run'), 'gone');
    });

    it('keeps a held lock to itself: an older run of the same drive is not held', async () => {
      const drive = bench.addSlowDrive();
      const older = bench.spec(drive, {}, { range: { first: 0, last: 63 } });
      await start(older);
      await ended(older.runId);
      const newer = bench.spec(drive);
      const pid = await start(newer);
      assert.equal((await bench.look(older.runId))?.isHeld, false);
      assert.equal(await bench.runs.stop(older.runId), 'gone');
      await bench.runs.clear(older.runId);
      assert.equal(isRunning(pid), true);
    });
  });
}
