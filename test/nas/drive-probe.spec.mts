import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { ProbeReport } from '../../dist/lib/core/drive.js';
import { openDriveProbe } from '../../dist/lib/nas/open-drive-probe.js';
import type { LocalHost } from '../support/local-shell.mts';
import { isInstalled } from '../support/need-root.mts';
import { createPaperHost, diskLine } from '../support/paper-host.mts';
import type { PaperFacts } from '../support/paper-host.mts';
import { hiddenCases } from './hidden-cases.mts';
import { identityCases } from './identity-cases.mts';
import { safetyCases } from './safety-cases.mts';
import { systemCases } from './system-cases.mts';

for (const interpreter of ['dash', 'busybox'] as const) {
  describe(`The drive probe under ${interpreter}`, function () {
    if (process.platform !== 'linux' || !isInstalled(interpreter)) {
      it.skip(`was skipped: ${interpreter} on Linux is needed`);
      return;
    }

    const hosts: LocalHost[] = [];
    const openHost = (facts: PaperFacts) => {
      const host = createPaperHost(interpreter, facts);
      hosts.push(host);
      return host;
    };
    afterEach(() => hosts.splice(0).forEach((host) => host.destroy()));

    const probe = async (facts: PaperFacts): Promise<ProbeReport> => {
      const host = openHost(facts);
      return openDriveProbe(host.shell, ['disk']).probe();
    };

    for (const { title, locks, ...facts } of [
      ...safetyCases,
      ...hiddenCases,
      ...systemCases,
      ...identityCases,
    ]) {
      it(`sees ${title}`, async () => {
        const report = await probe(facts);
        const found = report.drives.find(({ drive }) => drive.name === 'sda');
        const words = found?.locks.map(({ kind, detail }) => `${kind} ${detail}`);
        assert.deepEqual(words?.sort(), [...locks].sort());
      });
    }

    it('tells a drive with all that is known of it', async () => {
      const model = 'WDC\\x20\\x22Red\\x22\\x09\\xc3\\xa9';
      const report = await probe({
        lsblk: [
          diskLine('sda', {
            SERIAL: '  0123E5 \\x24\\x60',
            WWN: '0x5000c500a1b2c3d4',
            MODEL: model,
            SIZE: '36000000000000',
          }),
          {
            KNAME: 'nvme0n1',
            NAME: 'nvme0n1',
            'MAJ:MIN': '259:0',
            TYPE: 'disk',
            SIZE: '512',
            'PHY-SEC': '512',
            ROTA: '0',
            SERIAL: 'N',
          },
          diskLine('sdc', { SERIAL: '' }),
          diskLine('sdd', { SIZE: '0' }),
          diskLine('sde', { TYPE: 'rom' }),
        ],
        sys: {
          'block/sda/device/hwmon/hwmon3/temp1_input': '41500\n',
          'block/nvme0n1/device/hwmon1/temp1_input': '-2000\n',
        },
      });
      assert.match(report.bootId, /^[0-9a-f-]{36}$/);
      assert.ok(report.uptimeS > 0);
      assert.deepEqual(report.gaps, []);
      assert.deepEqual(
        report.drives.map(({ drive }) => drive),
        [
          {
            name: 'sda',
            deviceNumber: '8:0',
            type: 'disk',
            sizeBytes: 36000000000000,
            physicalSectorBytes: 4096,
            isRotational: true,
            transport: 'sata',
            serial: '0123E5 $`',
            wwn: '0x5000c500a1b2c3d4',
            temperatureC: 42,
            model: 'WDC "Red"???',
          },
          {
            name: 'nvme0n1',
            deviceNumber: '259:0',
            type: 'disk',
            sizeBytes: 512,
            physicalSectorBytes: 512,
            isRotational: false,
            transport: null,
            serial: 'N',
            wwn: null,
            temperatureC: -2,
            model: null,
          },
        ],
      );
    });

    it('locks every drive while one source of facts fails, and says which', async () => {
      for (const tool of ['findmnt', 'zpool']) {
        const host = openHost({ lsblk: [diskLine('sda'), diskLine('sdb')] });
        writeFileSync(join(host.bin, tool), '#!/bin/sh\necho something\nexit 3\n', { mode: 0o755 });
        const report = await openDriveProbe(host.shell, ['disk']).probe();
        assert.deepEqual(report.gaps, [`${tool}: failed with exit status 3`]);
        const kinds = report.drives.flatMap(({ locks }) =>
          locks.map((lock) => `${lock.kind} ${lock.detail}`),
        );
        const expected = `unproven ${tool}: failed with exit status 3`;
        assert.deepEqual(kinds, [expected, expected]);
      }
    });

    it('names no drive when lsblk fails', async () => {
      const host = openHost({ lsblk: [] });
      writeFileSync(join(host.bin, 'lsblk'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
      const report = await openDriveProbe(host.shell, ['disk']).probe();
      assert.deepEqual([report.drives, report.gaps], [[], ['lsblk: failed with exit status 1']]);
    });

    it('locks a drive whose holders the kernel does not list', async () => {
      const host = openHost({
        lsblk: [diskLine('sda'), { ...diskLine('sdb'), PKNAME: '' }],
      });
      const report = await openDriveProbe(host.shell, ['disk']).probe();
      const details = report.drives.map(({ locks }) =>
        locks.map((lock) => `${lock.kind} ${lock.detail}`).join(),
      );
      assert.deepEqual(details, ['', 'unproven sysfs: no list of holders']);
    });
  });
}
