import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { UnreachableError } from '../../dist/lib/core/refusal.js';
import { openDriveProbe } from '../../dist/lib/nas/open-drive-probe.js';
import { openRemoteRuns } from '../../dist/lib/nas/open-remote-runs.js';
import type { LocalHost } from '../support/local-shell.mts';
import { freshWwn } from '../support/loop-drive.mts';
import { isInstalled, needRootAndLoops } from '../support/need-root.mts';
import { overlayBlockFile, serialPage } from '../support/overlay-sys.mts';
import { createPaperHost, diskLine } from '../support/paper-host.mts';
import type { LsblkLine } from '../support/paper-host.mts';
import { codeOf, openRunBench } from '../support/run-bench.mts';
import type { RunBench } from '../support/run-bench.mts';

const wwn = '0x5000c500a1b2c3d4';
const size = 4000787030016;

type Files = Readonly<Record<string, string | Buffer>>;

/** What the kernel says of `sda`, which lsblk calls by the serial S-sda, and whether that is the same drive. */
const kernelCases: readonly (readonly [string, Files, boolean, LsblkLine?])[] = [
  ['nothing', {}, true],
  ['empty files', { 'device/vpd_pg80': '', 'device/wwid': '\n' }, true],
  ['the same serial, padded', { 'device/vpd_pg80': serialPage('s-SDA') }, true],
  ['a longer serial', { 'device/vpd_pg80': serialPage('S-sda0000C123') }, true],
  ['another serial', { 'device/vpd_pg80': serialPage('OTHER') }, false],
  ['another serial of an NVMe drive', { 'device/serial': 'S375NX0K       \n' }, false],
  ['another serial of a virtual drive', { serial: 'other' }, false],
  ['the same WWN in its own form', { 'device/wwid': 'naa.5000C500a1b2c3d4\n' }, true],
  ['another WWN', { 'device/wwid': 'naa.5000c500ffffffff\n' }, false],
  [
    'another WWN of an NVMe drive',
    { wwid: 'eui.0025388b710116a1\n' },
    false,
    { WWN: 'eui.0025388b710116ff' },
  ],
  ['names that are no WWN', { 'device/wwid': 't10.ATA     WDC WD40EFRX      S-sda\n' }, true],
  ['another kind of number', { 'device/wwid': 'eui.0025388b710116a1\n' }, true],
  [
    'the number that stands for a serial as its WWN only',
    { 'device/vpd_pg80': serialPage('ZC1ABC'), 'device/wwid': 'naa.5000c500a1b2c3d4\n' },
    true,
    { SERIAL: '5000c500a1b2c3d4' },
  ],
];

for (const interpreter of ['dash', 'busybox'] as const) {
  describe(`The identity of a drive under ${interpreter}`, function () {
    if (process.platform !== 'linux' || !isInstalled(interpreter)) {
      it.skip(`was skipped: ${interpreter} on Linux is needed`);
      return;
    }
    this.timeout(20_000);

    const hosts: LocalHost[] = [];
    const openHost = (files: Files, line: LsblkLine = {}) => {
      const host = createPaperHost(interpreter, { lsblk: [diskLine('sda', { WWN: wwn, ...line })] });
      hosts.push(host);
      for (const [path, data] of Object.entries(files)) put(host, `sys/block/sda/${path}`, data);
      put(host, 'bin/smartctl', '#!/bin/sh\necho {}\n');
      const serial = line.SERIAL ?? 'S-sda';
      const boot = '11111111-2222-3333-4444-555555555555';
      const meta = { run: 'r1', owner: 'me', serial, wwn, boot, started: '1.5' };
      const lines = Object.entries(meta).map(([key, value]) => `${key}=${value}\n`);
      put(host, 'run/nas-burnin/runs/r1/meta', lines.join(''));
      return { host, serial };
    };
    afterEach(() => hosts.splice(0).forEach((host) => host.destroy()));

    for (const [title, files, isSame, line] of kernelCases) {
      it(`is ${isSame ? 'believed' : 'not believed'} when the kernel knows ${title}`, async () => {
        const { host, serial } = openHost(files, line);
        const record = await openRemoteRuns(host.shell).collect('r1', ['disk']);
        assert.equal(record?.driveNow?.serial ?? null, isSame ? serial : null);
        const drive = { serial, wwn: line?.WWN ?? wwn, sizeBytes: size };
        const reading = await openDriveProbe(host.shell, ['disk']).readSmart(drive);
        assert.equal(reading.kind, isSame ? 'read' : 'no_such_drive');
      });
    }

    it('is not known while udev is behind, unless the kernel confirms it', async () => {
      const { host } = openHost({});
      put(host, 'run/udev/queue', '');
      const runs = openRemoteRuns(host.shell);
      await assert.rejects(runs.collect('r1', ['disk']), UnreachableError);
      const report = await openDriveProbe(host.shell, ['disk']).probe();
      const locks = report.drives[0]?.locks.map(({ kind, detail }) => `${kind} ${detail}`);
      assert.deepEqual(locks, ['unproven udev: busy']);
      put(host, 'sys/block/sda/device/vpd_pg80', serialPage('S-sda'));
      assert.equal((await runs.collect('r1', ['disk']))?.driveNow?.serial, 'S-sda');
    });

    it('is asked for again when lsblk or the judge failed', async () => {
      const { host } = openHost({});
      put(host, 'bin/lsblk', '#!/bin/sh\nexit 1\n');
      await assert.rejects(openRemoteRuns(host.shell).collect('r1', ['disk']), UnreachableError);
    });

    it('is not judged by facts whose collector was killed half-way', async () => {
      const { host } = openHost({});
      // The shells above a tool: the one that waits for its output, then the collector.
      put(
        host,
        'bin/findmnt',
        `#!/bin/dash
        pid=$PPID shells=0
        while [ "$pid" -gt 1 ]; do
          case $(tr '\\0' ' ' </proc/$pid/cmdline) in *"/sh -s "*) shells=$((shells + 1)) ;; esac
          [ "$shells" != 2 ] || break
          pid=$(sed -n 's/^PPid:[^0-9]*//p' /proc/$pid/status)
        done
        kill -9 $pid
        sleep 0.2`,
      );
      const report = await openDriveProbe(host.shell, ['disk']).probe();
      const locks = report.drives[0]?.locks.map(({ kind, detail }) => `${kind} ${detail}`);
      assert.deepEqual(locks?.includes('unproven facts: the collector did not come to its end'), true);
    });
  });

  describe(`A start against stale notes of udev under ${interpreter}`, function () {
    needRootAndLoops();
    this.timeout(40_000);
    let bench: RunBench;

    beforeEach(() => void (bench = openRunBench(interpreter)));
    afterEach(() => bench.close());

    it('refuses a drive that the kernel knows by another serial or WWN, and writes nothing', async () => {
      const drive = bench.addDrive({ wwn: freshWwn() });
      const before = drive.checksum();
      for (const [path, data] of [
        ['device/vpd_pg80', serialPage('OTHER')],
        ['device/wwid', 'naa.5000c500ffffffff\n'],
      ] as const) {
        overlayBlockFile(bench.host, drive.name, path, data);
        const answer = await bench.runs.start(bench.spec(drive));
        assert.ok(answer.kind === 'refused' && answer.code === 'wrong_drive', JSON.stringify(answer));
        assert.match(answer.detail, /the kernel knows loop\d+ by another/);
        overlayBlockFile(bench.host, drive.name, path, '');
      }
      assert.equal(drive.checksum(), before);
      overlayBlockFile(bench.host, drive.name, 'device/vpd_pg80', serialPage(drive.serial));
      assert.equal(codeOf(await bench.runs.start(bench.spec(drive))), 'started');
    });

    it('refuses while udev is behind', async () => {
      const drive = bench.addDrive();
      put(bench.host, 'run/udev/queue', '');
      const answer = await bench.runs.start(bench.spec(drive));
      assert.ok(answer.kind === 'refused' && answer.code === 'locked', JSON.stringify(answer));
      assert.match(answer.detail, /unproven udev: busy/);
      rmSync(join(bench.host.root, 'run/udev/queue'));
      assert.equal(codeOf(await bench.runs.start(bench.spec(drive))), 'started');
    });
  });
}

function put(host: LocalHost, path: string, data: string | Buffer): void {
  const file = join(host.root, path);
  mkdirSync(dirname(file), { recursive: true });
  rmSync(file, { force: true });
  writeFileSync(file, data, { mode: 0o755 });
}
