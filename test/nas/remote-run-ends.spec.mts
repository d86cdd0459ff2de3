import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { RefusedError } from '../../dist/lib/core/refusal.js';
import type { RunSpec } from '../../dist/lib/core/remote-run.js';
import { needRootAndLoops } from '../support/need-root.mts';
import { awaitEnd, codeOf, isRunning, openRunBench, startSlowRun } from '../support/run-bench.mts';
import type { RunBench } from '../support/run-bench.mts';
import { until } from '../support/until.mts';

for (const interpreter of ['dash', 'busybox'] as const) {
  describe(`The end of a run under ${interpreter}`, function () {
    needRootAndLoops();
    this.timeout(40_000);
    let bench: RunBench;

    beforeEach(() => void (bench = openRunBench(interpreter)));
    afterEach(() => bench.close());

    const startSlow = (change?: Partial<RunSpec>) => startSlowRun(bench, change);
    const ended = (runId: string) => awaitEnd(bench, runId);
    const kill9 = async (pid: number) => {
      process.kill(pid, 'SIGKILL');
      await until(`the death of ${pid}`, () => !isRunning(pid));
    };

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

    it('counts as held while its result may still come, however long its supervisor takes', async () => {
      const { pid, runId } = await startSlow();
      const parent = parentOf(pid);
      process.kill(parent, 'SIGSTOP');
      process.kill(pid, 'SIGKILL');
      await until('a zombie', () => /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')));
      for (let i = 0; i < 3; i++) {
        const look = await bench.look(runId);
        assert.deepEqual([look?.isHeld, look?.result, look?.movedBytes], [true, null, null]);
      }
      process.kill(parent, 'SIGCONT');
      assert.equal((await ended(runId)).result, 'signal 9');
    });

    it('is known by its keeper when the shell that answered was killed', async () => {
      const { pid, runId } = await startSlow();
      await kill9(bench.pid(runId, 'launcher'));
      const keeper = bench.pid(runId, 'keeper');
      assert.equal(keeper, parentOf(bench.pid(runId, 'chain')));
      process.kill(keeper, 'SIGSTOP');
      for (const each of [pid, bench.pid(runId, 'chain')]) await kill9(each);
      assert.equal((await bench.look(runId))?.isHeld, true);
      process.kill(keeper, 'SIGCONT');
      assert.equal((await ended(runId)).result, 'signal 9');
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
      assert.equal((await ended(runId)).result, null);
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
  });
}

/** Kills both shells of the supervisor: the one that answered and the one that waits for the writer. */
async function killSupervisor(bench: RunBench, runId: string): Promise<void> {
  for (const pid of [bench.pid(runId, 'launcher'), parentOf(bench.pid(runId, 'chain'))]) {
    process.kill(pid, 'SIGKILL');
    await until('the death of the supervisor', () => !isRunning(pid));
  }
}

function parentOf(pid: number): number {
  return Number(/\) . (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
}
