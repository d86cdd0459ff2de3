import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { readSmartRound } from '../../dist/lib/core/read-smart-round.js';
import { judgeParts, runHostCall } from '../../dist/lib/nas/host-script.js';
import { openDriveProbe } from '../../dist/lib/nas/open-drive-probe.js';
import type { LocalHost } from '../support/local-shell.mts';
import { isInstalled } from '../support/need-root.mts';
import { createPaperHost, diskLine } from '../support/paper-host.mts';

const names = ['sda', 'sdb', 'sdc', 'sdd', 'sde', 'sdf'];
const sizeBytes = 4000787030016;
const drives = names.map((name) => ({ serial: `S-${name}`, wwn: null, sizeBytes }));
const fixture = (name: string) => `${process.cwd()}/test/fixtures/smartctl/${name}.json`;

for (const interpreter of ['dash', 'busybox'] as const) {
  describe(`Reading SMART data of many drives under ${interpreter}`, function () {
    if (process.platform !== 'linux' || !isInstalled(interpreter)) {
      it.skip(`was skipped: ${interpreter} on Linux is needed`);
      return;
    }
    this.timeout(20_000);

    let host: LocalHost;
    const strangers: number[] = [];
    beforeEach(() => {
      host = createPaperHost(interpreter, { lsblk: names.map((name) => diskLine(name)) });
    });
    afterEach(() => {
      for (const pid of strangers.splice(0)) process.kill(pid, 'SIGKILL');
      host.destroy();
    });

    /** A smartctl that notes how it was called; `cases` are the lines of a case over the device's name. */
    const put = (cases: string) => {
      const log = join(host.root, 'asked');
      const text = [
        '#!/bin/sh',
        `echo "$*" >>${log}`,
        'for last; do :; done',
        'case ${last##*/} in',
        cases,
        `*) printf '{"device":"%s"}' "\${last##*/}" ;;`,
        'esac',
        '',
      ];
      writeFileSync(join(host.bin, 'smartctl'), text.join('\n'), { mode: 0o755 });
    };
    const asked = () =>
      readFileSync(join(host.root, 'asked'), 'utf8').replaceAll(host.root, '').trim().split('\n').sort();
    /** As the client asks, but with little patience. */
    const readSoon = (seconds: number) =>
      runHostCall(host.shell, {
        parts: ['host', ...judgeParts, 'drive-smart-all'],
        call: 'read_smart_all',
        args: [String(seconds), 'disk', ...drives.flatMap(({ serial }) => [serial, '-', String(sizeBytes)])],
        timeoutMs: 60_000,
        read: (records) => readSmartRound(records, drives.length),
      });
    const readAll = () => openDriveProbe(host.shell, ['disk']).readSmartOfAll(drives);
    const others = (answers: readonly { kind: string }[], ...odd: number[]) =>
      answers.filter((_, index) => !odd.includes(index)).map(({ kind }) => kind);

    it('asks each drive once for everything, and never one that sleeps to wake up', async () => {
      put('');
      const { bootId, answers } = await readAll();
      assert.equal(bootId, readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
      assert.deepEqual(
        answers,
        names.map((device) => ({ kind: 'read', json: { device } })),
      );
      assert.deepEqual(
        asked(),
        names.map((name) => `-n standby -x --json=o /dev/${name}`),
      );
      assert.deepEqual(
        readdirSync(join(host.base, 'smart')).filter((name) => !/^S-/.test(name)),
        [],
      );
    });

    it('tells a drive that sleeps from one that is ill, and neither spoils the others', async () => {
      put(`sda) cat ${fixture('ata-standby-7.5')}; exit 2 ;;
        sdb) cat ${fixture('nosuch-7.3')}; exit 2 ;;
        sdc) printf '{"cut off' ;;
        sdd) printf 'json\\t1\\t{}\\nburnin-end\\n'; exit 1 ;;`);
      const { answers } = await readAll();
      assert.deepEqual(answers[0], { kind: 'asleep' });
      assert.equal(answers[1]?.kind, 'read');
      assert.equal(answers[2]?.kind, 'no_answer');
      assert.equal(answers[3]?.kind, 'not_available');
      assert.deepEqual(others(answers, 0, 1, 2, 3), ['read', 'read']);
    });

    it('checks who a drive is as strictly as for one drive alone', async () => {
      put('');
      mkdirSync(join(host.root, 'sys/block/sdd/device'), { recursive: true });
      writeFileSync(join(host.root, 'sys/block/sdd/device/serial'), 'ANOTHER');
      const wrong = [
        { ...drives[0], serial: 'S-none', wwn: null, sizeBytes },
        { serial: 'S-sdb', wwn: null, sizeBytes: 4096 },
        { serial: 'S-sdd', wwn: null, sizeBytes },
        { serial: 'S-sde', wwn: null, sizeBytes },
      ];
      const { answers } = await openDriveProbe(host.shell, ['disk']).readSmartOfAll(wrong);
      assert.deepEqual(
        answers.map(({ kind }) => kind),
        ['no_such_drive', 'no_such_drive', 'no_such_drive', 'read'],
      );
      assert.deepEqual(asked(), ['-n standby -x --json=o /dev/sde']);
    });

    it('ends a smartctl that takes too long, and has the others meanwhile', async () => {
      put('sdb) exec sleep 600 ;;');
      const { answers } = await readSoon(1);
      assert.equal(answers[1]?.kind, 'no_answer');
      assert.match(JSON.stringify(answers[1]), /sdb in time/);
      assert.deepEqual(
        others(answers, 1),
        Array.from({ length: 5 }, () => 'read'),
      );
    });

    // Debian's busybox takes its own timeout, whatever stands in the way.
    if (interpreter !== 'busybox')
      it('leaves behind a smartctl that cannot be ended, and does not ask its drive a second time', async () => {
        rmSync(join(host.root, 'proc'), { recursive: true });
        symlinkSync('/proc', join(host.root, 'proc'));
        // What hangs in the kernel outlives even KILL; a timeout that ends nothing is the same to the script.
        rmSync(join(host.bin, 'timeout'), { force: true });
        writeFileSync(join(host.bin, 'timeout'), '#!/bin/sh\nshift 3\nexec "$@"\n', { mode: 0o755 });
        put(`sdc) echo $$ >${host.root}/stranger; exec sleep 600 ;;`);
        const { answers } = await readSoon(1);
        strangers.push(Number(readFileSync(join(host.root, 'stranger'), 'utf8')));
        assert.deepEqual(answers[2], { kind: 'no_answer', reason: 'smartctl has not come back' });
        assert.deepEqual(
          others(answers, 2),
          Array.from({ length: 5 }, () => 'read'),
        );
        const again = await readSoon(1);
        assert.match(JSON.stringify(again.answers[2]), /an earlier smartctl has not come back from sdc/);
        assert.equal(asked().filter((line) => line.endsWith('sdc')).length, 1);
      });

    it('does not ask a drive for its temperature when it probes: the kernel knows it', async () => {
      put('');
      const dir = join(host.root, 'sys/block/sda/device/hwmon/hwmon0');
      mkdirSync(dir, { recursive: true });
      writeFileSync(join(dir, 'temp1_input'), '31000\n');
      const report = await openDriveProbe(host.shell, ['disk']).probe();
      assert.equal(report.drives[0]?.drive.temperatureC, 31);
      assert.equal(report.drives[1]?.drive.temperatureC, null);
      assert.equal(existsSync(join(host.root, 'asked')), false);
    });
  });
}
