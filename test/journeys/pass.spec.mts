import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { useJourney } from '../support/journey.mts';
import { codesOf } from '../support/mqtt-user.mts';

describe('a burn-in of good drives', function () {
  this.timeout(90_000);
  const journey = useJourney();

  it('takes two drives at once to passed, leaves every byte zero, and tells all of it by MQTT', async () => {
    const drives = [journey.addDrive(), journey.addDrive()];
    for (const drive of drives) journey.pace(drive, 24 * 1024 * 1024);
    const { user } = await journey.openController();
    const serials = drives.map(({ serial }) => serial);

    const answers = await user.start(...serials);
    assert.deepEqual(codesOf(answers), ['ok', 'ok']);
    await Promise.all(
      serials.map((serial) => user.untilState(serial, (state) => state.stage === 'surface_validate')),
    );
    assert.equal(user.nasState()?.jobs_running, 2, 'both run at once');

    for (const drive of drives) {
      const state = await user.untilEnd(drive.serial);
      assert.equal(state.state, 'passed', String(state.reason));
      assert.equal(state.progress, 100);
      assert.equal(state.bad_blocks, 0);
      assert.deepEqual(user.states(drive.serial).slice(-3), ['idle', 'running', 'passed']);
      assert.deepEqual(
        user.events(drive.serial).map((event) => event.event_type),
        ['start_accepted', 'burnin_passed'],
      );
      assert.ok(
        readFileSync(drive.file).every((byte) => byte === 0),
        'every byte is that of the last pattern',
      );
      assert.equal(journey.host.launches(drive.path).length, 1);
      const stages = user.attributes(drive.serial)?.stages ?? [];
      assert.deepEqual(
        stages.map(({ stage, state: end }) => [stage, end]),
        [
          ['precheck', 'passed'],
          ['surface_validate', 'passed'],
          ['final_check', 'passed'],
        ],
      );
      assert.ok(stages[1]?.evidence.every(({ state: found }) => found === 'found'));
    }
  });
});
