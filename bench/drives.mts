import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { createLoopDrive, freshSerial } from '../test/support/loop-drive.mts';
import { openRunBench, type RunBench } from '../test/support/run-bench.mts';
import { withSbin } from '../test/support/need-root.mts';
import { compare, timed, type Figure } from './figures.mts';

const sizeBytes = 1024 * 1024 * 1024;
const patterns = ['0xaa'];
const options = { blockBytes: 4096, blocksPerRequest: 1024, patterns };

/** What the claim, the lock and the looks cost a drive. */
export async function compareDrives(): Promise<Figure[]> {
  const bench = openRunBench('dash');
  try {
    return [await compareChain(bench), await compareLooked(bench), await compareLooks(bench)];
  } finally {
    await bench.close();
  }
}

/** The time of the writer itself, by the NAS's clock, against badblocks on a command line. */
function compareChain(bench: RunBench): Promise<Figure> {
  const ours = bench.addDrive({ sizeBytes });
  const plain = createLoopDrive({ serial: freshSerial(), sizeBytes });
  const runPlain = () =>
    execFileSync('badblocks', ['-w', '-v', '-b', '4096', '-c', '1024', '-t', '0xaa', plain.path], {
      env: withSbin(),
      stdio: 'ignore',
    });
  return compare('badblocks claimed and detached / on a command line', 9, [
    () => timeRun(bench, bench.spec(ours, {}, options)),
    () => timed(runPlain),
  ]).finally(() => plain.destroy());
}

async function timeRun(bench: RunBench, spec: ReturnType<RunBench['spec']>): Promise<number> {
  await bench.runs.start(spec);
  for (;;) {
    const look = await bench.look(spec.runId);
    if (look?.endedUptimeS != null) return (look.endedUptimeS - (look.startedUptimeS ?? 0)) * 1000;
    await pause(20);
  }
}

/** Bytes that a drive moves in two seconds while nobody looks, and while somebody looks all the time. */
async function compareLooked(bench: RunBench): Promise<Figure> {
  const four = { patterns: ['0xaa', '0x55', '0xff', '0x00'] };
  const spec = bench.spec(bench.addSlowDrive(), {}, four);
  await bench.runs.start(spec);
  const moved = async () => (await bench.look(spec.runId))?.deviceMovedBytes ?? 0;
  const during = async (work: () => Promise<unknown>) => {
    const begin = await moved();
    await work();
    return (await moved()) - begin;
  };
  const lookOn = async () => {
    const end = performance.now() + 2_000;
    while (performance.now() < end) await bench.runs.look();
  };
  return compare('bytes moved in 2 s unwatched / looked at without a pause', 5, [
    () => during(() => pause(2_000)),
    () => during(lookOn),
  ]).finally(() => bench.runs.stop(spec.runId));
}

/** One look at thirty-one ended runs against one look at one. */
async function compareLooks(bench: RunBench): Promise<Figure> {
  const small = openRunBench('dash');
  const drive = bench.addDrive({ sizeBytes: 4 * 1024 * 1024 });
  const lone = small.addDrive({ sizeBytes: 4 * 1024 * 1024 });
  try {
    for (let run = 0; run < 30; run += 1) await timeRun(bench, bench.spec(drive));
    await timeRun(small, small.spec(lone));
    return await compare('a look at 30 runs and more / at one run', 9, [
      () => timed(() => bench.runs.look()),
      () => timed(() => small.runs.look()),
    ]);
  } finally {
    await small.close();
  }
}
