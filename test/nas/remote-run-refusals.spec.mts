import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

import { openRemoteRuns } from '../../dist/lib/nas/open-remote-runs.js';
import type { RunSpec } from '../../dist/lib/core/remote-run.js';
import { createLocalShell } from '../support/local-shell.mts';
import { freshSerial, freshWwn, runTool } from '../support/loop-drive.mts';
import { needRootAndLoops } from '../support/need-root.mts';
import { codeOf, expectRefusal, openRunBench } from '../support/run-bench.mts';
import type { Refusal, RunBench } from '../support/run-bench.mts';
import { until } from '../support/until.mts';

for (const interpreter of ['dash', 'busybox'] as const) {
  describe(`A refused start under ${interpreter}`, function () {
    needRootAndLoops();
    this.timeout(40_000);
    let bench: RunBench;

    beforeEach(() => void (bench = openRunBench(interpreter)));
    afterEach(() => bench.close());

    const refuse = (...refusal: Refusal) => expectRefusal(bench, ...refusal);

    it('refuses a run id whose run has ended long ago', async () => {
      const drive = bench.addDrive();
      const spec = bench.spec(drive);
      assert.equal(codeOf(await bench.runs.start(spec)), 'started');
      await until('the end', async () => (await bench.look(spec.runId))?.result);
      assert.equal(codeOf(await bench.runs.start(spec)), 'run_exists');
    });

    it('refuses a drive that moved to another name while it was being started', async () => {
      const [old, other] = [bench.addDrive(), bench.addDrive()];
      const entry = (drive: typeof old) => `/run/udev/data/b${drive.deviceNumber}`;
      // The second question to lsblk, and every one after it, finds the serial on the other device.
      bench.install(
        'lsblk',
        `#!/bin/sh
        if [ -e ${bench.host.root}/asked ]; then mv ${entry(old)} ${entry(other)} 2>/dev/null; fi
        : >${bench.host.root}/asked
        exec /usr/bin/lsblk "$@"`,
      );
      await refuse(bench.spec(old), 'wrong_drive', /moved from loop\d+ to loop/, [old, other]);
    });

    it('refuses when the device node changes between the check and the claim', async () => {
      const [right, wrong] = [bench.addDrive(), bench.addDrive()];
      const dev = join(bench.host.root, 'dev');
      unlinkSync(dev);
      mkdirSync(dev);
      symlinkSync(right.path, join(dev, right.name));
      bench.install(
        'flock',
        `#!/bin/sh
        case " $* " in *' -F '*) ln -sf ${wrong.path} ${join(dev, right.name)} ;; esac
        exec /usr/bin/flock "$@"`,
      );
      await refuse(
        bench.spec(right),
        'wrong_drive',
        new RegExp(`is ${wrong.deviceNumber}, not ${right.deviceNumber}`),
        [right, wrong],
      );
    });

    it('refuses an unknown serial, a wrong size, a wrong WWN and a serial that two devices carry', async () => {
      const drive = bench.addDrive({ wwn: freshWwn() });
      const with_ = (change: Partial<RunSpec['drive']>) =>
        bench.spec(drive, { drive: { ...bench.spec(drive).drive, ...change } });
      await refuse(with_({ serial: freshSerial() }), 'unknown_drive', /no device/, [drive]);
      await refuse(with_({ sizeBytes: drive.sizeBytes + 4096 }), 'wrong_drive', /bytes, not/, [drive]);
      await refuse(with_({ wwn: '0x5000c500ffffffff' }), 'wrong_drive', /WWN/, [drive]);
      const twin = bench.addDrive({ serial: drive.serial });
      await refuse(with_({}), 'ambiguous_drive', /2 devices/, [drive, twin]);
      twin.describe({ serial: freshSerial() });
      await refuse(bench.spec(drive, { deviceTypes: ['disk'] }), 'unknown_drive', /no device/, [drive]);
      assert.equal(codeOf(await bench.runs.start(with_({ wwn: null }))), 'started');
    });

    it('refuses a drive that shows no WWN now, and a start that was sent before a restart', async () => {
      const drive = bench.addDrive();
      const missed = { ...bench.spec(drive).drive, wwn: freshWwn() };
      await refuse(bench.spec(drive, { drive: missed }), 'wrong_drive', /shows no WWN/, [drive]);
      const bootId = '11111111-2222-3333-4444-555555555555';
      await refuse(bench.spec(drive, { bootId }), 'expired', /restarted/, [drive]);
    });

    it('refuses a start that arrives too late', async () => {
      const drive = bench.addDrive();
      const notAfterClockS = Math.floor(Date.now() / 1000) - 1;
      await refuse(bench.spec(drive, { notAfterClockS }), 'expired', /too late/, [drive]);
    });

    it('refuses more blocks than badblocks can count, and a range outside the drive', async () => {
      const drive = bench.addDrive({ sizeBytes: 2 ** 41 });
      const tooMany = { blockBytes: 512, blocksPerRequest: 64 };
      const badRange = (first: number, last: number) =>
        bench.spec(drive, {}, { ...tooMany, range: { first, last } });
      await refuse(bench.spec(drive, {}, tooMany), 'launch_failed', /too many/, []);
      await refuse(badRange(0, 2 ** 32 - 129), 'launch_failed', /too many/, []);
      await refuse(badRange(5, 4), 'launch_failed', /range/, []);
      await refuse(
        bench.spec(drive, {}, { range: { first: 0, last: 2 ** 41 / 4096 } }),
        'launch_failed',
        /range/,
        [],
      );
      await refuse(bench.spec(drive, {}, { errorLimit: 0 }), 'launch_failed', /above zero: 0/, []);
      const spec = badRange(2 ** 32 - 135, 2 ** 32 - 130);
      assert.equal(codeOf(await bench.runs.start(spec)), 'started');
      const look = await until('the end', async () => {
        const seen = await bench.look(spec.runId);
        return seen?.result === null ? null : seen;
      });
      assert.match(look.log, /From block 4294967161 to 4294967166/);
    });

    it('refuses every drive while a source of facts fails', async () => {
      const drive = bench.addDrive();
      for (const tool of ['findmnt', 'zpool', 'lsblk']) {
        bench.install(tool, '#!/bin/sh\nexit 1\n');
        await refuse(bench.spec(drive), 'locked', new RegExp(`unproven ${tool}`), [drive]);
        rmSync(join(bench.host.bin, tool));
      }
      // BusyBox's shell runs its own awk, whatever PATH says.
      if (interpreter === 'busybox') return;
      bench.install('awk', '#!/bin/sh\nexit 1\n');
      await refuse(bench.spec(drive), 'locked', /could not be judged/, [drive]);
    });

    it('refuses without a program that can claim the drive, and takes python3 where perl is missing', async () => {
      const drive = bench.addSlowDrive();
      bench.install('perl', '#!/bin/sh\nexit 1\n');
      bench.install('python3', '#!/bin/sh\nexit 1\n');
      await refuse(bench.spec(drive), 'tool_missing', /perl or python3/, [drive]);
      rmSync(join(bench.host.bin, 'python3'));
      symlinkSync('/usr/bin/python3', join(bench.host.bin, 'python3'));
      const spec = bench.spec(drive);
      assert.equal(codeOf(await bench.runs.start(spec)), 'started');
      assert.throws(() => runTool('wipefs', '-a', drive.path), /busy/);
      await bench.runs.stop(spec.runId);
      const holder = spawn('/usr/bin/python3', [
        '-c',
        'import os,sys,time; os.open(sys.argv[1], os.O_RDONLY | os.O_EXCL); print(1, flush=True); time.sleep(60)',
        drive.path,
      ]);
      await new Promise((resolve) => holder.stdout.once('data', resolve));
      await refuse(bench.spec(drive), 'claimed', /busy/i, []);
      holder.kill('SIGKILL');
      await new Promise((resolve) => holder.once('close', resolve));
    });

    it('says why badblocks did not start', async () => {
      const drive = bench.addDrive();
      await refuse(bench.spec(drive, {}, { patterns: ['0xzz'] }), 'launch_failed', /not patterns: 0xzz/, [
        drive,
      ]);
      bench.install('badblocks', '#!/bin/sh\necho cannot run >&2\nexit 127\n');
      await refuse(bench.spec(drive), 'launch_failed', /exit 127: .*cannot run/, [drive]);
    });

    it('refuses a login that is not root', async () => {
      const drive = bench.addDrive();
      const command = [
        'setpriv',
        '--reuid=65534',
        '--regid=65534',
        '--clear-groups',
        '/bin/sh',
        '-s',
      ] as const;
      const env = { PATH: '/usr/bin:/bin' };
      const shell = createLocalShell({ command: [...command], env });
      const answer = await openRemoteRuns(shell).start(bench.spec(drive));
      assert.equal(codeOf(answer), 'not_root');
    });
  });
}
