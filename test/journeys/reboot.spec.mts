import assert from 'node:assert/strict';
import { type Controller, useJourney } from '../support/journey.mts';
import { until } from '../support/until.mts';

describe('a power cut of the NAS', function () {
  this.timeout(90_000);
  const journey = useJourney();
  let controller: Controller;

  before(async function () {
    controller = await journey.openController();
  });

  for (const [title, isControllerDown] of [
    ['makes a running job unknown, with the reason, and never starts it again', false],
    ['does the same when the controller lost its power too', true],
  ] as const) {
    it(title, async () => {
      const { host } = journey;
      const { red, user } = controller;
      const drive = journey.addDrive();
      const { serial } = drive;
      journey.pace(drive, 2 * 1024 * 1024);
      await user.start(serial);
      await user.untilState(serial, ({ phase }) => phase === 'write_aa');
      if (isControllerDown) await red.kill();
      await host.cutPower();
      journey.pace(drive, 0);
      const written = drive.checksum();
      if (!isControllerDown) await until('the loss of the link', () => user.nasState()?.link !== 'connected');
      await host.boot();
      if (isControllerDown) await red.start();

      const end = await user.untilEnd(serial);
      assert.equal(end.state, 'indeterminate');
      assert.match(end.reason ?? '', /NAS was restarted/);
      const endedAt = Date.now();
      await until('one more poll', () => Date.parse(user.nasState()?.last_poll ?? '') > endedAt, 30_000);
      assert.equal(user.state(serial)?.state, 'indeterminate');
      assert.equal(host.launches(drive.path).length, 1);
      assert.equal(drive.checksum(), written, 'nothing was written after the power cut');
    });
  }
});
