import assert from 'node:assert/strict';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Controller, useJourney } from '../support/journey.mts';
import { runTool } from '../support/loop-drive.mts';
import { codesOf } from '../support/mqtt-user.mts';
import { until } from '../support/until.mts';

describe('a drive that somebody else uses', function () {
  this.timeout(90_000);
  const journey = useJourney();
  let controller: Controller;

  before(async function () {
    controller = await journey.openController();
  });

  it('is refused to a second controller by the host itself, and the first run goes on undisturbed', async () => {
    const { host } = journey;
    const { user: first } = controller;
    const { user: second } = await journey.openController({ nas: 'rival' });
    const drive = journey.addDrive();
    journey.pace(drive, 3 * 1024 * 1024);
    await first.start(drive.serial);
    await first.untilState(drive.serial, ({ phase }) => phase === 'write_aa');

    const [answer] = await second.start(drive.serial);
    if (answer?.ok === true) {
      const refused = await second.untilEnd(drive.serial);
      assert.equal(refused.state, 'indeterminate');
      assert.match(refused.reason ?? '', /refused to start \((already_running|claimed|locked)\)/);
    } else {
      assert.equal(answer?.error.code, 'locked');
    }
    assert.equal(first.state(drive.serial)?.state, 'running');
    journey.pace(drive, 0);
    const end = await first.untilEnd(drive.serial);
    assert.equal(end.state, 'passed', String(end.reason));
    assert.equal(host.launches(drive.path).length, 1);
  });

  it('is not touched when a program takes it exclusively between admission and start', async () => {
    const { host } = journey;
    const { user } = controller;
    const drive = journey.addDrive();
    const before = drive.checksum();
    host.hold('smartctl');
    assert.deepEqual(codesOf(await user.start(drive.serial)), ['ok']);
    await until('the pre-check', () => host.isWaiting('smartctl'));
    const holder = openSync(drive.path, constants.O_RDWR | constants.O_EXCL);
    try {
      host.letGo('smartctl');
      const end = await user.untilEnd(drive.serial);
      assert.equal(end.state, 'indeterminate');
      assert.match(end.reason ?? '', /refused to start \(claimed\)/);
      assert.equal(drive.checksum(), before);
      assert.equal(host.launches(drive.path).length, 0);
    } finally {
      closeSync(holder);
    }
  });

  it('is not touched when it is mounted in a place that the NAS does not see', async () => {
    const { host } = journey;
    const { user } = controller;
    const drive = journey.addDrive();
    runTool('mkfs.ext4', '-q', drive.path);
    const mountPoint = mkdtempSync(path.join(tmpdir(), 'burnin-mounted-'));
    runTool('mount', '-o', 'ro', drive.path, mountPoint);
    journey.atEnd(() => {
      runTool('umount', mountPoint);
      rmSync(mountPoint, { recursive: true });
    });
    const before = drive.checksum();
    assert.deepEqual(codesOf(await user.start(drive.serial)), ['ok'], 'no list shows the mount');
    const end = await user.untilEnd(drive.serial);
    assert.equal(end.state, 'indeterminate');
    assert.match(end.reason ?? '', /refused to start \(claimed\)/);
    assert.equal(drive.checksum(), before);
    assert.equal(host.launches(drive.path).length, 0);
  });
});
