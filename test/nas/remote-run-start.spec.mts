import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { freshSerial, runTool } from '../support/loop-drive.mts';
import { needRootAndLoops } from '../support/need-root.mts';
import { codeOf, openRunBench } from '../support/run-bench.mts';
import type { RunBench } from '../support/run-bench.mts';
import { until } from '../support/until.mts';

for (const interpreter of ['dash', 'busybox'] as const) {
  describe(`Starting a run under ${interpreter}`, function () {
    needRootAndLoops();
    this.timeout(40_000);
    let bench: RunBench;

    beforeEach(() => void (bench = openRunBench(interpreter)));
    afterEach(() => bench.close());

    it('starts badblocks with a claim of its own, never forced and never talkative', async () => {
      const drive = bench.addSlowDrive();
      const spec = bench.spec(drive, {}, { patterns: ['0xaa', '0x55'] });
      const answer = await bench.runs.start(spec);
      assert.ok(answer.kind === 'started', JSON.stringify(answer));
      assert.equal(answer.name, drive.name);
      assert.equal(answer.form, 'setsid');
      assert.equal(answer.bootId, readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
      assert.equal(readFileSync(`/proc/${answer.pid}/comm`, 'utf8'), 'badblocks\n');
      const words = readFileSync(`/proc/${answer.pid}/cmdline`, 'utf8').split('\0');
      assert.deepEqual(
        words.slice(0, words.indexOf('-o')),
        'badblocks -X -w -v -b 4096 -c 64 -e 16 -p 0 -t 0xaa -t 0x55'.split(' '),
      );
      assert.equal(words.includes('-f') || words.includes('-s'), false);
      assert.throws(() =>
        runTool('perl', '-MFcntl', '-e', `sysopen(F, "${drive.path}", O_RDWR | O_EXCL) or die`),
      );
    });

    it('leaves the writer no descriptor but its own', async () => {
      const drive = bench.addSlowDrive();
      const spec = bench.spec(drive);
      const answer = await bench.runs.start(spec);
      assert.ok(answer.kind === 'started');
      const open = runTool('sh', '-c', `for f in /proc/${answer.pid}/fd/[0-4]; do readlink $f; done`).split(
        '\n',
      );
      assert.deepEqual(open.slice(0, 2), ['/dev/null', '/dev/null']);
      assert.match(open[2] ?? '', /\/log$/);
      assert.match(open[3] ?? '', /\/locks\//);
      const keeper = /\) . (\d+)/.exec(
        readFileSync(`/proc/${bench.pid(spec.runId, 'chain')}/stat`, 'utf8'),
      )?.[1];
      const own = new Set(runTool('sh', '-c', `readlink /proc/${process.pid}/fd/*; :`).split('\n'));
      const kept = runTool('sh', '-c', `readlink /proc/${keeper}/fd/*; :`).split('\n');
      assert.deepEqual(
        kept.filter((link) => link !== '/dev/null' && !own.has(link)),
        [],
      );
    });

    it('lets exactly one of two starts at once write', async () => {
      const drive = bench.addSlowDrive();
      const answers = await Promise.all([1, 2, 3].map(() => bench.runs.start(bench.spec(drive))));
      assert.deepEqual(answers.map(codeOf).sort(), ['already_running', 'already_running', 'started']);
      assert.equal(readdirSync(join(bench.host.base, 'runs')).length, 1);
    });

    it('lets exactly one of two starts with one run id pass', async () => {
      const drive = bench.addSlowDrive();
      const spec = bench.spec(drive);
      const answers = await Promise.all([1, 2].map(() => bench.runs.start(spec)));
      assert.deepEqual(answers.map(codeOf).sort(), ['run_exists', 'started']);
      assert.equal((await bench.look(spec.runId))?.isHeld, true);
    });

    it('succeeds although the drive is being probed and looked at all the time', async () => {
      const drive = bench.addSlowDrive();
      let isOver = false;
      const watch = async (ask: () => Promise<unknown>) => {
        while (!isOver) await ask();
      };
      const watching = [watch(() => bench.probe.probe()), watch(() => bench.runs.look())];
      const answer = await bench.runs.start(bench.spec(drive)).finally(() => void (isOver = true));
      await Promise.all(watching);
      assert.equal(codeOf(answer), 'started', JSON.stringify(answer));
    });

    it('follows a drive that got another name since the last probe, and leaves the old name alone', async () => {
      const [old, other] = [bench.addDrive(), bench.addDrive()];
      const before = old.checksum();
      const spec = bench.spec(old);
      old.describe({ serial: freshSerial('OLD') });
      other.describe({ serial: old.serial });
      const answer = await bench.runs.start(spec);
      assert.equal(answer.kind === 'started' && answer.name, other.name);
      await until('the end', async () => (await bench.look(spec.runId))?.result);
      assert.equal(old.checksum(), before);
    });

    it('takes serials that are hostile to a shell for what they are', async () => {
      for (const serial of [
        `a'b"c$(touch ${bench.host.root}/owned)`,
        '`id` \\ %s *',
        '-n;reboot',
        '..%2e/../x',
      ]) {
        const drive = bench.addDrive({ serial: serial + freshSerial(' ') });
        const found = (await bench.probe.probe()).drives.map((probed) => probed.drive.serial);
        assert.ok(found.includes(drive.serial), `${drive.serial} was not found as it is`);
        const spec = bench.spec(drive);
        assert.equal(codeOf(await bench.runs.start(spec)), 'started', drive.serial);
        assert.equal((await bench.look(spec.runId))?.serial, drive.serial);
      }
      assert.equal(existsSync(join(bench.host.root, 'owned')), false);
      assert.equal(readdirSync(join(bench.host.base, 'locks')).length, 4);
    });
  });
}
