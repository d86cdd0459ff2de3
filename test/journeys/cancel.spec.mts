import assert from 'node:assert/strict';
import { useJourney } from '../support/journey.mts';
import { codesOf } from '../support/mqtt-user.mts';
import { until } from '../support/until.mts';

describe('a cancelled burn-in', function () {
  this.timeout(90_000);
  const journey = useJourney();

  it('ends badblocks within ten seconds, leaves no process behind, and frees the drive for a new start', async () => {
    const { host } = journey;
    const drive = journey.addDrive();
    const { serial } = drive;
    const { user } = await journey.openController();
    journey.pace(drive, 4 * 1024 * 1024);
    await user.start(serial);
    await user.untilState(serial, ({ phase }) => phase === 'write_aa');
    assert.equal(host.writers(drive.path).length, 1);

    assert.deepEqual(codesOf(await user.cancel(serial)), ['ok']);
    await until('badblocks to end', () => host.writers(drive.path).length === 0, 10_000);
    const end = await user.untilEnd(serial);
    assert.equal(end.state, 'cancelled');
    assert.equal(end.reason, 'Cancelled by ann.');
    await until('the last process of the run to end', () => host.processes().length === 0, 10_000);
    assert.deepEqual(codesOf(await user.cancel(serial)), ['not_live']);

    journey.pace(drive, 0);
    assert.deepEqual(codesOf(await user.start(serial)), ['ok']);
    await user.untilState(serial, ({ state }) => state === 'running');
    const again = await user.untilEnd(serial);
    assert.equal(again.state, 'passed', String(again.reason));
    assert.equal(host.launches(drive.path).length, 2);
  });
});
