import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { RunSpec } from '../../dist/lib/core/remote-run.js';
import { installFakeSystemd } from '../support/fake-systemd.mts';
import { needRootAndLoops } from '../support/need-root.mts';
import { awaitEnd, codeOf, isRunning, openRunBench } from '../support/run-bench.mts';
import type { RunBench } from '../support/run-bench.mts';
import { until } from '../support/until.mts';

for (const interpreter of ['dash', 'busybox'] as const) {
  describe(`A run below systemd under ${interpreter}`, function () {
    needRootAndLoops();
    this.timeout(40_000);
    let bench: RunBench;

    beforeEach(() => {
      bench = openRunBench(interpreter);
      installFakeSystemd(bench.host);
    });
    afterEach(() => bench.close());

    const unitFile = (name: string) => readFileSync(join(bench.host.root, 'units', name), 'utf8');
    const start = async (spec: RunSpec) => {
      const answer = await bench.runs.start(spec);
      assert.ok(answer.kind === 'started', JSON.stringify(answer));
      assert.equal(answer.form, 'systemd');
      return answer.pid;
    };
    const ended = (runId: string) => awaitEnd(bench, runId);

    it('is a transient unit whose main process is badblocks', async () => {
      const spec = bench.spec(bench.addSlowDrive());
      const pid = await start(spec);
      const asked = unitFile('last').split('\n');
      for (const word of [
        `--unit=nas-burnin-${spec.runId}.service`,
        '--collect',
        'Type=exec',
        'Restart=no',
        'KillMode=control-group',
        'RuntimeMaxSec=120',
        'StandardInput=null',
        'StandardOutput=null',
      ]) {
        assert.ok(asked.includes(word), word);
      }
      assert.equal(unitFile(`nas-burnin-${spec.runId}.service`).trim(), String(pid));
      assert.equal(readFileSync(`/proc/${pid}/comm`, 'utf8'), 'badblocks\n');
      assert.equal((await bench.look(spec.runId))?.isHeld, true);
      // Nothing of the command line is left to systemd's own expansion of variables and specifiers.
      assert.doesNotMatch(asked.slice(asked.indexOf('--')).join('\n'), /[$%\\'"]/);
    });

    it('records how it ended: finished, killed, timed out', async () => {
      const quick = bench.spec(bench.addDrive());
      await start(quick);
      const look = await ended(quick.runId);
      assert.equal(look.result, 'exit 0');
      assert.equal(look.deviceMovedBytes, 2 * quick.drive.sizeBytes);
      const killed = bench.spec(bench.addSlowDrive());
      process.kill(await start(killed), 'SIGKILL');
      assert.equal((await ended(killed.runId)).result, 'signal 9');
      const late = bench.spec(bench.addSlowDrive(), { deadlineS: 1 });
      await start(late);
      assert.equal((await ended(late.runId)).result, 'timeout');
    });

    it('counts as held while its unit has not ended, or the service manager does not answer', async () => {
      const spec = bench.spec(bench.addSlowDrive());
      const pid = await start(spec);
      const units = join(bench.host.root, 'units');
      const slow = join(units, `nas-burnin-${spec.runId}.service.slow`);
      const silent = join(units, 'silent');
      const look = async () => {
        const seen = await bench.look(spec.runId);
        return [seen?.isHeld, seen?.result];
      };
      writeFileSync(slow, '');
      process.kill(pid, 'SIGKILL');
      await until('the death of the writer', () => !isRunning(pid));
      assert.deepEqual(await look(), [true, null]);
      writeFileSync(silent, '');
      assert.deepEqual(await look(), [true, null]);
      rmSync(slow);
      await until('a result', () => bench.read(spec.runId, 'result'));
      assert.deepEqual(await look(), [false, 'signal 9']);
    });

    it('is lost only when its unit has ended without a result, and then for good', async () => {
      const spec = bench.spec(bench.addSlowDrive());
      const pid = await start(spec);
      const finish = join(bench.host.base, 'runs', spec.runId, 'finish');
      const silent = join(bench.host.root, 'units/silent');
      writeFileSync(finish, '');
      process.kill(pid, 'SIGKILL');
      await until('the death of the writer', () => !isRunning(pid));
      assert.equal((await ended(spec.runId)).result, null);
      writeFileSync(silent, '');
      assert.equal((await bench.look(spec.runId))?.isHeld, false);
    });

    it('is stopped through its unit', async () => {
      const spec = bench.spec(bench.addSlowDrive());
      const pid = await start(spec);
      assert.equal(await bench.runs.stop(spec.runId), 'gone');
      assert.equal(isRunning(pid), false);
      assert.match(unitFile('asked'), new RegExp(`^stop --no-block nas-burnin-${spec.runId}.service$`, 'm'));
      assert.equal((await bench.look(spec.runId))?.result, 'exit 1');
    });

    it('is stopped also when systemctl fails', async () => {
      const spec = bench.spec(bench.addSlowDrive());
      const pid = await start(spec);
      bench.install('systemctl', '#!/bin/sh\nexit 1\n');
      assert.equal(await bench.runs.stop(spec.runId), 'gone');
      assert.equal(isRunning(pid), false);
    });

    it('is refused like any other', async () => {
      const drive = bench.addSlowDrive();
      await start(bench.spec(drive));
      const second = bench.spec(drive);
      assert.equal(codeOf(await bench.runs.start(second)), 'already_running');
      assert.equal(bench.read(second.runId, 'meta'), null);
      const other = bench.addDrive();
      const before = other.checksum();
      bench.install('systemd-run', '#!/bin/sh\necho Failed to connect to bus >&2\nexit 1\n');
      const refused = await bench.runs.start(bench.spec(other));
      assert.equal(codeOf(refused), 'launch_failed');
      assert.match(JSON.stringify(refused), /Failed to connect to bus/);
      assert.equal(other.checksum(), before);
    });
  });
}
