import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { useJourney } from '../support/journey.mts';
import type { LoopDrive } from '../support/loop-drive.mts';
import { freshSerial } from '../support/loop-drive.mts';
import { codesOf } from '../support/mqtt-user.mts';
import { until } from '../support/until.mts';

const wwnOf = (serial: string) => `0x5000${serial.slice(-8)}0000`;

describe('a drive that is not where it was', function () {
  this.timeout(90_000);
  const journey = useJourney();

  function addDrive(): LoopDrive {
    const serial = freshSerial('MOVE');
    return journey.addDrive({ serial, wwn: wwnOf(serial) });
  }

  it('is refused, and nothing is written, when identity changes between admission and start', async () => {
    const { host } = journey;
    const { user } = await journey.openController();
    const [exchanged, doubled, gone, shrunk] = [addDrive(), addDrive(), addDrive(), addDrive()];
    const [strange, twin] = [addDrive(), addDrive()];
    const small = journey.addDrive({ serial: freshSerial('MOVE'), sizeBytes: 8 * 1024 * 1024 });
    const all = [exchanged, doubled, gone, shrunk, strange, twin, small];
    const before = all.map((drive) => drive.checksum());
    const jobs = [exchanged, doubled, gone, shrunk];

    host.hold('smartctl');
    assert.deepEqual(codesOf(await user.start(...jobs.map(({ serial }) => serial))), [
      'ok',
      'ok',
      'ok',
      'ok',
    ]);
    await until('the pre-checks', () => host.isWaiting('smartctl'));
    await Promise.all(jobs.map(({ serial }) => user.untilState(serial, ({ stage }) => stage === 'precheck')));
    await until('all four', () => host.processes().filter(isSmartctl).length === 4);
    exchanged.describe({ serial: strange.serial });
    strange.describe({ serial: exchanged.serial });
    twin.describe({ serial: doubled.serial });
    gone.describe({ serial: freshSerial('MOVE') });
    small.describe({ serial: shrunk.serial });
    shrunk.describe({ serial: freshSerial('MOVE') });
    host.letGo('smartctl');

    const codes: string[] = [];
    for (const { serial } of jobs) {
      const end = await user.untilEnd(serial);
      assert.equal(end.state, 'indeterminate');
      codes.push(/refused to start \((\w+)\)/.exec(end.reason ?? '')?.[1] ?? String(end.reason));
    }
    assert.deepEqual(codes, ['wrong_drive', 'ambiguous_drive', 'unknown_drive', 'wrong_drive']);
    assert.deepEqual(
      all.map((drive) => drive.checksum()),
      before,
    );
    assert.ok(all.every(({ path }) => host.launches(path).length === 0));
  });

  it('is found by its serial under another device name, and the drive that has its old name is left alone', async () => {
    const { host } = journey;
    const { user } = await journey.openController({ nas: 'queue', env: { BURNIN_MAX_PARALLEL: '1' } });
    const [first, moved, other] = [addDrive(), addDrive(), addDrive()];
    const before = moved.checksum();
    journey.pace(first, 4 * 1024 * 1024);
    journey.pace(other, 48 * 1024 * 1024);
    await user.start(first.serial, moved.serial);
    await user.untilState(first.serial, ({ stage }) => stage === 'surface_validate');
    assert.equal(user.state(moved.serial)?.state, 'queued');
    // As after a re-plug: each name now belongs to the other drive, with all that makes it itself.
    moved.describe({ serial: other.serial, wwn: wwnOf(other.serial) });
    other.describe({ serial: moved.serial, wwn: wwnOf(moved.serial) });
    await user.cancel(first.serial);

    const end = await user.untilEnd(moved.serial);
    assert.equal(end.state, 'passed', String(end.reason));
    await user.untilState(moved.serial, ({ name }) => name === other.name);
    assert.equal(moved.checksum(), before, 'the device that has the old name was not touched');
    assert.ok(readFileSync(other.file).every((byte) => byte === 0));
    assert.equal(host.launches(moved.path).length, 0);
  });
});

function isSmartctl({ command }: { command: string }): boolean {
  return command.includes('/bin/smartctl ');
}
