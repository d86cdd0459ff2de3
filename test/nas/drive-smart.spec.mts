import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { openDriveProbe } from '../../dist/lib/nas/open-drive-probe.js';
import { createPaperHost, diskLine } from '../support/paper-host.mts';
import type { LsblkLine } from '../support/paper-host.mts';

const drive = { serial: 'S-sda', wwn: '0x5000c500a1b2c3d4', sizeBytes: 4000787030016 };

describe('Reading SMART data from the NAS', function () {
  if (process.platform !== 'linux') {
    it.skip('was skipped: Linux is needed');
    return;
  }

  const read = async (
    smartctl: string,
    lsblk: readonly LsblkLine[] = [diskLine('sda', { WWN: drive.wwn })],
  ) => {
    const host = createPaperHost('dash', { lsblk });
    writeFileSync(join(host.bin, 'smartctl'), `#!/bin/sh\n${smartctl}\n`, { mode: 0o755 });
    try {
      return await openDriveProbe(host.shell, ['disk']).readSmart(drive);
    } finally {
      host.destroy();
    }
  };
  const fixture = (name: string) => `${process.cwd()}/test/fixtures/smartctl/${name}.json`;

  it('asks for everything about the device that carries the serial now', async () => {
    const reading = await read('printf \'{"asked":"%s"}\' "$*"', [
      diskLine('sda', { SERIAL: 'other' }),
      diskLine('sdb', { SERIAL: 'S-sda' }),
    ]);
    assert.ok(reading.kind === 'read');
    assert.match(JSON.stringify(reading.json), /-x --json=o \S*\/dev\/sdb/);
  });

  it('gives the JSON of a drive, also when smartctl complains about it', async () => {
    const reading = await read(`cat ${fixture('ata-healthy-x-7.5')}; exit 4`);
    assert.ok(reading.kind === 'read');
    assert.deepEqual(reading.json, JSON.parse(readFileSync(fixture('ata-healthy-x-7.5'), 'utf8')));
  });

  it('states that a device has no SMART', async () => {
    assert.deepEqual(await read(`cat ${fixture('loop-unsupported-7.3')}; exit 1`), {
      kind: 'not_available',
      reason: '/dev/loop0: Unable to detect device type',
    });
  });

  it('does not take another drive for this one', async () => {
    for (const line of [{ SERIAL: 'x' }, { SIZE: '4096' }, { WWN: '0x5000c500ffffffff' }]) {
      const reading = await read('echo {}', [diskLine('sda', line)]);
      assert.equal(reading.kind, 'no_such_drive', JSON.stringify(line));
    }
    assert.equal(
      (await read('echo {}', [diskLine('sda'), diskLine('sdb', { SERIAL: 'S-sda' })])).kind,
      'no_such_drive',
    );
  });

  it('has no answer when smartctl or lsblk failed', async () => {
    await assert.rejects(read('echo garbage; exit 2'), /no JSON/);
  });
});
