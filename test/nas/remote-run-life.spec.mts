import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { RefusedError } from '../../dist/lib/core/refusal.js';
import type { RunSpec } from '../../dist/lib/core/remote-run.js';
import { needRootAndLoops } from '../support/need-root.mts';
import { codeOf, isRunning, openRunBench } from '../support/run-bench.mts';
import type { RunBench } from '../support/run-bench.mts';
import { until } from '../support/until.mts';

for (const interpreter of ['dash', 'busybox'] as const) {
  describe(`The life of a run under ${interpreter}`, function () {
    needRootAndLoops();
    this.timeout(40_000);
    let bench: RunBench;

    beforeEach(() => void (bench = openRunBench(interpreter)));
    afterEach(() => bench.close());

    const start = async (spec: RunSpec) => {
      const answer = await bench.runs.start(spec);
      assert.ok(answer.kind === 'started', JSON.stringify(answer));
      return answer.pid;
    };
    const startSlow = async (change: Partial<RunSpec> = {}) => {
      const drive = bench.addSlowDrive();
      const spec = bench.spec(drive, change);
      return { drive, spec, pid: await start(spec), runId: spec.runId };
    };
    const ended = (runId: string) =>
      until('the end of the run', async () => {
        const look = await bench.look(runId);
        return look !== undefined && !look.isHeld && look;
      });
    const kill9 = async (pid: number) => {
      process.kill(pid, 'SIGKILL');
      await until(`the death of ${pid}`, () => !isRunning(pid));
    };

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
      assert.ok((look.endedUptimeS ?? 0) >= look.startedUptimeS && look.startedUptimeS > 0);
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
      assert.equal(look.badBlockCount, 16);
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

    it('shows a killed badblocks as killed, with the lock free', async () => {
      const { pid, runId, spec } = await startSlow();
      await kill9(pid);
      const look = await ended(runId);
      assert.equal(look.result, 'signal 9');
      assert.equal(await bench.runs.stop(runId), 'gone');
      assert.equal(codeOf(await bench.runs.start({ ...spec, runId: `${runId}-b` })), 'started');
    });

    it('is still held when only its time keeper was killed, and can be stopped', async () => {
      const { pid, runId } = await startSlow();
      // BusyBox's timeout is the writer itself.
      if (bench.pid(runId, 'chain') === pid) return;
      await kill9(bench.pid(runId, 'chain'));
      const look = await until('a result', async () => {
        const seen = await bench.look(runId);
        return seen?.result != null && seen;
      });
      assert.deepEqual([look.isHeld, look.result], [true, 'signal 9']);
      await assert.rejects(bench.runs.clear(runId), RefusedError);
      assert.equal(await bench.runs.stop(runId), 'gone');
      assert.equal(isRunning(pid), false);
    });

    it('goes on when its supervisor was killed, and can be stopped, and the end is recorded', async () => {
      const { pid, runId } = await startSlow();
      await killSupervisor(bench, runId);
      const held = await bench.look(runId);
      assert.deepEqual([held?.isHeld, held?.result], [true, null]);
      assert.equal(await bench.runs.stop(runId), 'gone');
      assert.equal(isRunning(pid), false);
      const look = await bench.look(runId);
      assert.deepEqual([look?.isHeld, look?.result], [false, 'stopped']);
      assert.match(look?.log ?? '', /Interrupted at block/);
    });

    it('is unknown when supervisor and badblocks were killed', async () => {
      const { pid, runId } = await startSlow();
      await killSupervisor(bench, runId);
      await kill9(pid);
      const look = await ended(runId);
      assert.equal(look.result, null);
      assert.equal((await bench.look(runId))?.result, null);
      await bench.runs.clear(runId);
      assert.equal(await bench.look(runId), undefined);
    });

    it('is ended by the host at its deadline', async () => {
      const { pid, runId } = await startSlow({ deadlineS: 1 });
      const look = await ended(runId);
      assert.equal(look.result, 'timeout');
      assert.equal(isRunning(pid), false);
    });

    it('leaves no process and a free drive when it is stopped', async () => {
      const { drive, pid, runId, spec } = await startSlow();
      const all = [pid, bench.pid(runId, 'chain'), bench.pid(runId, 'launcher')];
      await assert.rejects(bench.runs.clear(runId), RefusedError);
      assert.equal(await bench.runs.stop(runId), 'gone');
      const look = await bench.look(runId);
      assert.deepEqual([look?.isHeld, look?.result], [false, 'exit 1']);
      assert.match(look?.log ?? '', /Interrupted at block \d+/);
      await until('all processes gone', () => all.every((one) => !isRunning(one)));
      assert.equal(await bench.runs.stop(runId), 'gone');
      assert.equal(codeOf(await bench.runs.start(bench.spec(drive))), 'started');
      assert.equal(codeOf(await bench.runs.start(spec)), 'run_exists');
      await bench.runs.clear(runId);
      assert.equal(await bench.runs.stop(runId), 'no_such_run');
    });

    it('is killed when it does not listen, and after a pause', async () => {
      const paused = await startSlow();
      process.kill(paused.pid, 'SIGSTOP');
      assert.equal(await bench.runs.stop(paused.runId), 'gone');
      assert.match((await bench.look(paused.runId))?.log ?? '', /Interrupted/);
      bench.install('badblocks', "#!/bin/dash\ntrap '' TERM\nwhile :; do sleep 0.1; done\n");
      const deaf = await startSlow();
      assert.equal(await bench.runs.stop(deaf.runId), 'gone');
      assert.equal(isRunning(deaf.pid), false);
      assert.equal((await bench.look(deaf.runId))?.result, 'signal 9');
    });

    it('is called stuck when it outlives KILL, and then keeps its lock', async () => {
      const { pid, runId } = await startSlow();
      const freezer = `/sys/fs/cgroup/freezer/${runId}`;
      mkdirSync(freezer);
      writeFileSync(join(freezer, 'cgroup.procs'), String(pid));
      writeFileSync(join(freezer, 'freezer.state'), 'FROZEN');
      try {
        assert.equal(await bench.runs.stop(runId), 'stuck');
        assert.equal((await bench.look(runId))?.isHeld, true);
        await assert.rejects(bench.runs.clear(runId), RefusedError);
      } finally {
        writeFileSync(join(freezer, 'freezer.state'), 'THAWED');
        await until('the thaw', () => !isRunning(pid));
        await until('an empty group', () => readFileSync(join(freezer, 'cgroup.procs'), 'utf8') === '');
        rmdirSync(freezer);
      }
      assert.equal((await ended(runId)).result, 'signal 9');
    });

    it('never signals a process that only has the number of its writer', async () => {
      const { pid, runId } = await startSlow();
      await killSupervisor(bench, runId);
      await kill9(pid);
      const stranger = spawn('sleep', ['60']);
      const dir = join(bench.host.base, 'runs', runId);
      writeFileSync(join(dir, 'pid'), `${stranger.pid} 12345\n`);
      writeFileSync(join(dir, 'chain'), `${stranger.pid}\n`);
      assert.equal((await bench.look(runId))?.isHeld, false);
      assert.equal(await bench.runs.stop(runId), 'gone');
      assert.equal(isRunning(stranger.pid ?? 0), true);
      stranger.kill('SIGKILL');
    });

    it('is not taken for running after a reboot, and shows the boot it was started in', async () => {
      const { pid, runId } = await startSlow();
      const meta = join(bench.host.base, 'runs', runId, 'meta');
      const text = readFileSync(meta, 'utf8');
      writeFileSync(meta, text.replace(/^boot=.*$/m, 'boot=11111111-2222-3333-4444-555555555555'));
      const look = await bench.look(runId);
      assert.deepEqual([look?.bootId, look?.isHeld], ['11111111-2222-3333-4444-555555555555', false]);
      assert.equal(await bench.runs.stop(runId), 'gone');
      assert.equal(isRunning(pid), true, 'a process of another boot was signalled');
      writeFileSync(meta, text);
    });

    it('can be looked at beside garbled directories', async () => {
      const { runId } = await startSlow();
      const runs = join(bench.host.base, 'runs');
      for (const [id, file, text] of [
        ['empty', 'nothing', ''],
        [
          'odd-meta',
          'meta',
          'owner=\u0000\u0001x\nserial\nboot=\nkey=../../x\nkname=../..\nread=x\nstarted=soon',
        ],
        ['odd-pid', 'pid', 'one two three'],
        ['bad.name', 'meta', 'owner=x'],
      ] as const) {
        mkdirSync(join(runs, id));
        writeFileSync(join(runs, id, file), text);
      }
      writeFileSync(join(runs, 'odd-pid', 'meta'), `owner=x\nserial=S\nkey=S\nboot=${'x'.repeat(5000)}\n`);
      mkdirSync(join(runs, 'odd-meta', 'bad'));
      assert.equal(await bench.runs.stop('bad.name'), 'no_such_run');
      const ids = (await bench.runs.look()).runs.map((run) => run.runId).sort();
      assert.deepEqual(ids, ['odd-meta', 'odd-pid', runId].sort());
      for (const id of ['empty', 'odd-meta', 'odd-pid']) await bench.runs.clear(id);
      assert.equal((await bench.runs.look()).runs.length, 1);
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

/** Kills both shells of the supervisor: the one that answered and the one that waits for the writer. */
async function killSupervisor(bench: RunBench, runId: string): Promise<void> {
  const waiting = /\) . (\d+)/.exec(readFileSync(`/proc/${bench.pid(runId, 'chain')}/stat`, 'utf8'))?.[1];
  for (const pid of [bench.pid(runId, 'launcher'), Number(waiting)]) {
    process.kill(pid, 'SIGKILL');
    await until('the death of the supervisor', () => !isRunning(pid));
  }
}
