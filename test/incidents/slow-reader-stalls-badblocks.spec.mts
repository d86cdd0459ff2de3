import assert from 'node:assert/strict';
import { readFileSync, readlinkSync } from 'node:fs';
import { needRootAndLoops } from '../support/need-root.mts';
import { bytesWritten, openRealBench, type RealBench } from '../support/real-bench.mts';
import { until } from '../support/until.mts';

const mebibyte = 2 ** 20;

describe('incident "slow reader stalls badblocks": 26 hours without a byte written, as nobody read its progress', function () {
  needRootAndLoops();
  this.timeout(60_000);
  let bench: RealBench;
  beforeEach(async () => (bench = await openRealBench()));
  afterEach(() => bench.close());

  const startSlow = async () => {
    const drive = bench.addSlowDrive(2);
    await bench.engine.start(drive.serial);
    await bench.engine.untilMoving(drive.serial);
    return drive;
  };

  it('a controller that hangs, with every connection open and nobody reading, stops no drive', async () => {
    const drive = await startSlow();
    const { engine, host } = bench;
    host.sshd.freeze();
    const [bytes, percent] = [bytesWritten(drive), engine.percent(drive.serial)];
    // More than a whole pass further on: through the headers of two more phases.
    await until('the drive to be written on', () => bytesWritten(drive) > bytes + 17 * mebibyte, 20_000);
    assert.ok(engine.percent(drive.serial) <= percent + 12.5, 'nobody has read anything meanwhile');
    host.sshd.thaw();
    bench.hurry();
    assert.equal(await engine.untilEnd(drive.serial), 'passed', engine.reasons(drive.serial));
    assert.equal(host.launches(drive.path).length, 1);
  });

  it('a controller that is away, and a killed SSH server, stop no drive', async () => {
    const drive = await startSlow();
    const { engine, host } = bench;
    await engine.stop();
    await host.sshd.kill();
    const bytes = bytesWritten(drive);
    await until('the drive to be written on', () => bytesWritten(drive) > bytes + 9 * mebibyte, 20_000);
    await host.sshd.start();
    bench.hurry();
    engine.reopen();
    assert.equal(await engine.untilEnd(drive.serial), 'passed', engine.reasons(drive.serial));
    assert.equal(host.launches(drive.path).length, 1);
  });

  it('there is nothing to read: no -s on the command line, and plain files for all that it says', async () => {
    const drive = await startSlow();
    const [launch] = bench.host.launches(drive.path);
    assert.ok(launch);
    const args = readFileSync(`/proc/${launch.pid}/cmdline`, 'utf8').split('\0');
    assert.equal(args[0]?.split('/').at(-1), 'badblocks');
    assert.ok(!args.some((arg) => /^-[a-z]*s/.test(arg)), args.join(' '));
    assert.ok(args.includes('-v') && args.includes('-o'), args.join(' '));
    const [input, output, error] = [0, 1, 2].map((fd) => readlinkSync(`/proc/${launch.pid}/fd/${fd}`));
    assert.match(error ?? '', /\/nas-burnin\/runs\/[^/]+\/log$/);
    assert.deepEqual([input, output], ['/dev/null', '/dev/null']);
    await bench.engine.cancel(drive.serial);
    assert.equal(await bench.engine.untilEnd(drive.serial), 'cancelled');
  });
});
