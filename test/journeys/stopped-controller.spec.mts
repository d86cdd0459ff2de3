import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { useJourney } from '../support/journey.mts';

const MiB = 1024 * 1024;
/** How long Node-RED is stopped; a run by hand may take longer. */
const stopS = Math.min(60, Number(process.env['BURNIN_STOP_S'] ?? 20));
const bytesPerS = 6 * MiB;

describe('a controller that stands still', function () {
  this.timeout(120_000);
  const journey = useJourney();

  it('never makes the disk wait', async () => {
    const drive = journey.addDrive({
      sizeBytes: Math.ceil(((stopS + 15) * bytesPerS) / (8 * 4 * MiB)) * 4 * MiB,
    });
    const { red, user } = await journey.openController();
    journey.pace(drive, bytesPerS);
    await user.start(drive.serial);
    await user.untilState(drive.serial, ({ phase }) => phase === 'write_aa');

    const before = await sample(drive.name, 3);
    red.signal('SIGSTOP');
    const during = await sample(drive.name, stopS);
    red.signal('SIGCONT');
    process.stdout.write(
      `      MB/s before: ${describeRates(before)}; while stopped: ${describeRates(during)}\n`,
    );

    assert.ok(
      during.every((bytes) => bytes > 0),
      `some second moved nothing: ${during.join(' ')}`,
    );
    journey.pace(drive, 0);
    const end = await user.untilEnd(drive.serial);
    assert.equal(end.state, 'passed', String(end.reason));
    assert.equal(journey.host.launches(drive.path).length, 1);
  });
});

/** Bytes that a device moved in each of so many seconds. */
async function sample(name: string, seconds: number): Promise<number[]> {
  const rates: number[] = [];
  let last = readMovedBytes(name);
  for (let second = 0; second < seconds; second++) {
    await pause(1000);
    const now = readMovedBytes(name);
    rates.push(now - last);
    last = now;
  }
  return rates;
}

function readMovedBytes(name: string): number {
  const fields = readFileSync(`/sys/block/${name}/stat`, 'utf8').trim().split(/\s+/);
  return (Number(fields[2]) + Number(fields[6])) * 512;
}

function describeRates(rates: readonly number[]): string {
  return rates.map((bytes) => (bytes / 1e6).toFixed(1)).join(' ');
}
