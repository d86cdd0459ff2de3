import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { runTool } from '../support/loop-drive.mts';
import { needRootAndLoops } from '../support/need-root.mts';
import { codeOf, expectRefusal, openRunBench } from '../support/run-bench.mts';
import type { Refusal, RunBench } from '../support/run-bench.mts';

/** Overwrites as much of a drive as makes blkid see a member of a pool: the uberblocks of its four labels. */
function putPoolLabels(path: string): void {
  const uberblock = Buffer.alloc(40);
  [0x00bab10cn, 5000n, 10n, 1n, 1700000000n].forEach((word, i) => uberblock.writeBigUInt64LE(word, i * 8));
  const size = Number(runTool('blockdev', '--getsize64', path));
  const file = openSync(path, 'r+');
  for (const label of [0, 262144, size - 524288, size - 262144]) {
    for (let i = 0; i < 8; i++) writeSync(file, uberblock, 0, 40, label + 131072 + i * 1024);
  }
  fsyncSync(file);
  closeSync(file);
}

for (const interpreter of ['dash', 'busybox'] as const) {
  describe(`A start on a drive in use under ${interpreter}`, function () {
    needRootAndLoops();
    this.timeout(40_000);
    let bench: RunBench;

    beforeEach(() => void (bench = openRunBench(interpreter)));
    afterEach(() => bench.close());

    const refuse = (...refusal: Refusal) => expectRefusal(bench, ...refusal);

    it('refuses a drive that another program holds exclusively', async () => {
      const drive = bench.addDrive();
      const program = 'sysopen(F, $ARGV[0], O_RDONLY | O_EXCL) or die; print "held\\n"; sleep 60';
      const holder = spawn('perl', ['-MFcntl', '-e', `$| = 1; ${program}`, drive.path]);
      try {
        await new Promise((resolve) => holder.stdout.once('data', resolve));
        await refuse(bench.spec(drive), 'claimed', /busy/i, [drive]);
      } finally {
        holder.kill('SIGKILL');
        await new Promise((resolve) => holder.once('close', resolve));
      }
    });

    it('refuses a drive that another program writes to without a claim, itself or a partition', async () => {
      const drive = bench.addDrive();
      const open = async (mode: string, path: string, seconds: number) => {
        const program = `open(F, "${mode}", $ARGV[0]) or die; $| = 1; print "open\n"; sleep ${seconds}`;
        const opener = spawn('perl', ['-e', program, path]);
        await new Promise((resolve) => opener.stdout.once('data', resolve));
        return opener;
      };
      runTool('addpart', drive.path, '1', '2048', '10000');
      for (const path of [drive.path, `${drive.path}p1`]) {
        const opener = await open('+<', path, 60);
        try {
          const detail = new RegExp(`^busy: opened for writing by process ${opener.pid} \\(perl\\)$`);
          await refuse(bench.spec(drive), 'claimed', detail, [drive]);
        } finally {
          opener.kill('SIGKILL');
          await new Promise((resolve) => opener.once('close', resolve));
        }
      }
      runTool('delpart', drive.path, '1');
      const reader = await open('<', drive.path, 60);
      const passer = await open('+<', drive.path, 1);
      const answer = await bench.runs.start(bench.spec(drive));
      for (const each of [reader, passer]) each.kill('SIGKILL');
      assert.equal(codeOf(answer), 'started', JSON.stringify(answer));
    });

    it('refuses a drive that is written to by another node of it, as from a container', async () => {
      const drive = bench.addDrive();
      const node = join(bench.host.root, 'disk');
      runTool('mknod', node, 'b', ...drive.deviceNumber.split(':'));
      const program = 'open(F, "+<", $ARGV[0]) or die; $| = 1; print "open\n"; sleep 60';
      const opener = spawn('perl', ['-e', program, node]);
      try {
        await new Promise((resolve) => opener.stdout.once('data', resolve));
        const detail = new RegExp(`^busy: opened for writing by process ${opener.pid} \\(perl\\)$`);
        await refuse(bench.spec(drive), 'claimed', detail, [drive]);
      } finally {
        opener.kill('SIGKILL');
        await new Promise((resolve) => opener.once('close', resolve));
      }
    });

    it('refuses a drive whose lock file somebody holds who left no run here', async () => {
      const drive = bench.addDrive();
      mkdirSync(join(bench.host.base, 'locks'), { recursive: true });
      const holder = spawn('flock', [
        join(bench.host.base, 'locks', drive.serial),
        'sh',
        '-c',
        'echo; sleep 60',
      ]);
      try {
        await new Promise((resolve) => holder.stdout.once('data', resolve));
        await refuse(bench.spec(drive), 'claimed', /lock file/, [drive]);
        const { drives } = await bench.probe.probe();
        const found = drives.find((probed) => probed.drive.serial === drive.serial);
        assert.deepEqual(
          found?.locks.map((lock) => lock.kind),
          ['claimed'],
        );
      } finally {
        runTool('pkill', '-P', String(holder.pid));
      }
    });

    it('refuses a mounted drive, one that swaps, and one with a mounted partition', async () => {
      const drive = bench.addDrive({ sizeBytes: 64 * 1024 * 1024 });
      const mountPoint = join(bench.host.root, 'mnt point');
      mkdirSync(mountPoint);
      const use = async (undo: () => unknown, detail: RegExp) => {
        try {
          await refuse(bench.spec(drive), 'locked', detail, []);
        } finally {
          undo();
        }
      };
      runTool('mkfs.ext4', '-q', '-F', drive.path);
      runTool('mount', drive.path, mountPoint);
      await use(() => runTool('umount', mountPoint), /^mounted \S+mnt point$/);
      runTool('mkswap', '-q', '-f', drive.path);
      runTool('swapon', drive.path);
      await use(() => runTool('swapoff', drive.path), /swap loop/);
      runTool('addpart', drive.path, '1', '2048', '100000');
      runTool('mkfs.ext4', '-q', '-F', `${drive.path}p1`);
      runTool('mount', `${drive.path}p1`, mountPoint);
      await use(() => {
        runTool('umount', mountPoint);
        runTool('delpart', drive.path, '1');
      }, /mounted/);
      assert.equal(codeOf(await bench.runs.start(bench.spec(drive))), 'started');
    });

    it('refuses a drive below a loop device', async () => {
      const drive = bench.addDrive();
      const loop = runTool('losetup', '-f', '--show', drive.path);
      try {
        await refuse(bench.spec(drive), 'locked', new RegExp(`^holder ${loop.slice(5)}$`), [drive]);
      } finally {
        runTool('losetup', '-d', loop);
      }
    });

    it('refuses a drive below a loop device by another node of it', async () => {
      const drive = bench.addDrive();
      const node = join(bench.host.root, 'disk');
      runTool('mknod', node, 'b', ...drive.deviceNumber.split(':'));
      const loop = runTool('losetup', '-f', '--show', node);
      try {
        await refuse(bench.spec(drive), 'locked', new RegExp(`^holder ${loop.slice(5)}$`), [drive]);
      } finally {
        runTool('losetup', '-d', loop);
      }
    });

    it('refuses a drive with signatures of two kinds, and one whose signature udev has not seen', async () => {
      // In less blkid does not look for a pool.
      const sizeBytes = 64 * 1024 * 1024;
      const [both, unseen] = [bench.addDrive({ sizeBytes }), bench.addDrive({ sizeBytes })];
      runTool('mkfs.ext4', '-q', '-F', both.path);
      for (const { path } of [both, unseen]) putPoolLabels(path);
      await refuse(bench.spec(both), 'locked', /^unproven blkid: signatures of several kinds on loop\d+$/, [
        both,
      ]);
      await refuse(bench.spec(unseen), 'locked', /^exported_pool zfs_member on loop\d+$/, [unseen]);
    });
  });
}
