import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { freshSerial, freshWwn, runTool } from '../support/loop-drive.mts';
import { needRootAndLoops } from '../support/need-root.mts';
import { awaitEnd, codeOf, expectRefusal, openRunBench, startRun } from '../support/run-bench.mts';
import type { RunBench } from '../support/run-bench.mts';

for (const interpreter of ['dash', 'busybox'] as const) {
  describe(`A start over what a person has overridden under ${interpreter}`, function () {
    needRootAndLoops();
    this.timeout(40_000);
    let bench: RunBench;
    const mounted: string[] = [];

    beforeEach(() => void (bench = openRunBench(interpreter)));
    afterEach(() => {
      // Also of a test that failed: a directory with mounts below cannot be removed.
      for (const target of mounted.splice(0).filter(isMounted)) runTool('umount', target);
      return bench.close();
    });

    const mountDrive = (name = 'mnt point') => {
      const drive = bench.addDrive({ sizeBytes: 64 * 1024 * 1024 });
      const target = join(bench.host.root, name);
      mkdirSync(target);
      mounted.push(target);
      runTool('mkfs.ext4', '-q', '-F', drive.path);
      runTool('mount', drive.path, target);
      const grants = [{ kind: 'mounted', detail: target }] as const;
      return { drive, target, grants };
    };
    const isMounted = (target: string) =>
      readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${target.replaceAll(' ', '\\040')} `);

    it('takes a mounted file system away and writes, and notes in the run who was overridden', async () => {
      const { drive, target, grants } = mountDrive();
      await expectRefusal(bench, bench.spec(drive), 'locked', /^mounted /, [drive]);
      assert.equal(isMounted(target), true);
      const spec = bench.spec(drive, { grants });
      await startRun(bench, spec);
      assert.equal(isMounted(target), false);
      assert.match(bench.read(spec.runId, 'meta') ?? '', new RegExp(`^grant=mounted ${target}$`, 'm'));
      assert.equal((await awaitEnd(bench, spec.runId)).result, 'exit 0');
      assert.equal(
        readFileSync(drive.file).every((byte) => byte === 0xaa),
        true,
      );
    });

    it('leaves a file system alone that is busy, is mounted twice or was given away by another name', async () => {
      const { drive, target, grants } = mountDrive('mnt');
      const open = openSync(join(target, 'lost+found'), 'r');
      try {
        await expectRefusal(
          bench,
          bench.spec(drive, { grants }),
          'locked',
          /^mounted \S+: umount: .*busy/i,
          [],
        );
      } finally {
        closeSync(open);
      }
      assert.equal(isMounted(target), true);
      const second = `${target}2`;
      mkdirSync(second);
      mounted.push(second);
      runTool('mount', drive.path, second);
      await expectRefusal(bench, bench.spec(drive, { grants }), 'locked', /^mounted \S+mnt2$/, []);
      const other = [{ kind: 'mounted', detail: '/' }] as const;
      await expectRefusal(bench, bench.spec(drive, { grants: other }), 'locked', /mnt/, []);
      assert.deepEqual([isMounted(target), isMounted(second)], [true, true]);
      for (const each of [second, target]) runTool('umount', each);
    });

    it('takes nothing away whose mount point it cannot name, nor what was made anew since it was given away', async () => {
      const [{ drive, target, grants }, other] = [mountDrive('mnt '), mountDrive('mnt')];
      await expectRefusal(
        bench,
        bench.spec(drive, { grants: other.grants }),
        'locked',
        /cannot be named/,
        [],
      );
      await expectRefusal(bench, bench.spec(drive, { grants }), 'locked', /cannot be named/, []);
      assert.equal(isMounted(other.target), true);
      runTool('umount', target);
      const giveUuid = (uuid: string) =>
        other.drive.describe({ udev: ['ID_FS_TYPE=ext4', `ID_FS_UUID_ENC=${uuid}`, `ID_FS_UUID=${uuid}`] });
      giveUuid('new');
      const old = [{ kind: 'mounted', detail: `${other.target} (UUID=old)` }] as const;
      await expectRefusal(
        bench,
        bench.spec(other.drive, { grants: old }),
        'locked',
        /^mounted \S+ \(UUID=new\)/,
        [],
      );
      giveUuid(runTool('blkid', '-p', '-o', 'value', '-s', 'UUID', other.drive.path));
      const { drives } = await bench.probe.probe();
      const locks = drives.find((probed) => probed.drive.serial === other.drive.serial)?.locks ?? [];
      assert.match(locks[0]?.detail ?? '', /mnt \(UUID=[-0-9a-f]{36}\)$/);
      await startRun(bench, bench.spec(other.drive, { grants: locks }));
      assert.equal(isMounted(other.target), false);
    });

    it('has no override for swap, whatever the grant says', async () => {
      const drive = bench.addDrive();
      runTool('mkswap', '-q', '-f', drive.path);
      runTool('swapon', drive.path);
      const grants = [
        { kind: 'swap', detail: drive.name },
        { kind: 'holder', detail: drive.name },
      ] as const;
      try {
        await expectRefusal(bench, bench.spec(drive, { grants }), 'locked', /^swap loop\d+$/, [drive]);
      } finally {
        runTool('swapoff', drive.path);
      }
      assert.equal(codeOf(await bench.runs.start(bench.spec(drive, { grants }))), 'started');
    });

    it('writes over the label of an exported pool when that very one was given away', async () => {
      const drive = bench.addDrive({ udev: ['ID_FS_TYPE=zfs_member', 'ID_FS_LABEL_ENC=oldtank'] });
      const granting = (detail: string) => bench.spec(drive, { grants: [{ kind: 'exported_pool', detail }] });
      await expectRefusal(bench, granting('tank'), 'locked', /^exported_pool oldtank$/, [drive]);
      await startRun(bench, granting('oldtank'));
    });

    it('never overrides a loop device at work, which has no claim, nor the claim of the kernel', async () => {
      const drive = bench.addDrive();
      const loop = runTool('losetup', '-f', '--show', drive.path);
      const holder = { kind: 'holder', detail: loop.slice(5) } as const;
      try {
        const spec = bench.spec(drive, { grants: [holder] });
        await expectRefusal(bench, spec, 'locked', /^holder loop\d+$/, [drive]);
      } finally {
        runTool('losetup', '-d', loop);
      }
      const program = 'sysopen(F, $ARGV[0], O_RDONLY | O_EXCL) or die; print "held\\n"; sleep 60';
      const owner = spawn('perl', ['-MFcntl', '-e', `$| = 1; ${program}`, drive.path]);
      try {
        await new Promise((resolve) => owner.stdout.once('data', resolve));
        const grants = [holder, { kind: 'claimed', detail: '-' }] as const;
        await expectRefusal(bench, bench.spec(drive, { grants }), 'claimed', /busy/i, [drive]);
      } finally {
        owner.kill('SIGKILL');
        await new Promise((resolve) => owner.once('close', resolve));
      }
    });

    it('finds one of two twins by its WWN, and its identity again when the run has ended', async () => {
      const drive = bench.addDrive({ wwn: freshWwn() });
      const twin = bench.addDrive({ serial: drive.serial, wwn: freshWwn() });
      const before = twin.checksum();
      const { drives } = await bench.probe.probe();
      const locks = drives.find((probed) => probed.drive.name === drive.name)?.locks ?? [];
      assert.deepEqual(
        locks.map(({ kind }) => kind),
        ['ambiguous'],
      );
      for (const word of [drive.name, drive.wwn ?? '', twin.name, twin.wwn ?? '']) {
        assert.ok(locks[0]?.detail.includes(word), locks[0]?.detail);
      }
      await expectRefusal(bench, bench.spec(drive), 'ambiguous_drive', /2 devices/, [drive, twin]);
      const spec = bench.spec(drive, { grants: locks });
      await startRun(bench, spec);
      await awaitEnd(bench, spec.runId);
      const record = await bench.runs.collect(spec.runId, ['loop']);
      assert.equal(record?.driveNow?.wwn, drive.wwn);
      assert.equal(twin.checksum(), before);
      twin.describe({ serial: drive.serial, wwn: drive.wwn ?? '' });
      assert.equal((await bench.runs.collect(spec.runId, ['loop']))?.driveNow, null);
    });

    it('tells a drive with a serial like a number from one with the same number', async () => {
      const unique = freshSerial('').replaceAll(/\D/g, '7');
      const drive = bench.addDrive({ serial: `000${unique}` });
      const other = bench.addDrive({ serial: unique });
      const before = other.checksum();
      await startRun(bench, bench.spec(drive));
      assert.equal(other.checksum(), before);
    });
  });
}
