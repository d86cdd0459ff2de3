import assert from 'node:assert/strict';
import { type Controller, useJourney } from '../support/journey.mts';
import { until } from '../support/until.mts';

describe('an SSH server that dies', function () {
  this.timeout(90_000);
  const journey = useJourney();
  let controller: Controller;

  before(async function () {
    controller = await journey.openController();
  });

  it('during a run costs the run nothing', async () => {
    const { host } = journey;
    const { user } = controller;
    const drive = journey.addDrive();
    journey.pace(drive, 8 * 1024 * 1024);
    await user.start(drive.serial);
    await user.untilState(drive.serial, ({ phase }) => phase !== 'none');
    await host.sshd.kill();
    await until('the controller to notice', () => user.nasState()?.link !== 'connected');
    assert.equal(user.state(drive.serial)?.state, 'running');
    await until('the run to go on alone', () =>
      (host.readRunFile(drive.serial, 'log') ?? '').includes('0x55'),
    );
    await host.sshd.start();
    journey.pace(drive, 0);
    const end = await user.untilEnd(drive.serial);
    assert.equal(end.state, 'passed', String(end.reason));
    assert.equal(host.launches(drive.path).length, 1);
  });

  it('during the start leads to exactly one run', async () => {
    const { host } = journey;
    const { user } = controller;
    const drive = journey.addDrive();
    journey.pace(drive, 16 * 1024 * 1024);
    host.hold('perl');
    await user.start(drive.serial);
    await until('the claim of the drive', () => host.isWaiting('perl'));
    assert.deepEqual(host.launches(drive.path), []);
    await host.sshd.kill();
    host.letGo('perl');
    await until('the start to go on alone', () => host.launches(drive.path).length === 1);
    await host.sshd.start();
    const end = await user.untilEnd(drive.serial);
    assert.equal(end.state, 'passed', String(end.reason));
    assert.equal(host.launches(drive.path).length, 1);
  });
});
