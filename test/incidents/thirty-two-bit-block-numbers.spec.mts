import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { buildSurfaceSpec } from '../../dist/lib/core/plan-surface.js';
import type { BadblocksSpec } from '../../dist/lib/core/remote-run.js';
import { Bench, Line, until } from '../support/engine.mts';
import { needRootAndLoops } from '../support/need-root.mts';
import { paceDevice } from '../support/pace.mts';
import { openRehearsal } from '../support/rehearsal.mts';
import { openRunBench, type RunBench } from '../support/run-bench.mts';

/** Bytes of drives as they are sold, from the last that 4 KiB blocks can count to twice the largest of today. */
const sizes = {
  '16 TB': 16_000_900_661_248,
  '20 TB': 20_000_588_955_648,
  '36 TB': 36_000_415_875_072,
  '72 TB': 72_000_831_750_144,
};

function planFor(sizeBytes: number): BadblocksSpec {
  const spec = buildSurfaceSpec(sizeBytes, 4096);
  assert.ok(spec);
  return spec;
}

describe('incident "thirty-two bit block numbers": drives above 16 TB failed at the start, or were tested in part', () => {
  describe('with the real scripts and the real badblocks on a hollow drive of full size', function () {
    needRootAndLoops();
    this.timeout(30_000);
    let bench: RunBench;
    const lifts: (() => void)[] = [];
    beforeEach(() => void (bench = openRunBench('dash')));
    afterEach(async () => {
      await bench.close();
      for (const lift of lifts.splice(0)) lift();
    });

    const addHollowDrive = (sizeBytes: number) => {
      const drive = bench.addDrive({ sizeBytes });
      lifts.push(paceDevice(drive.deviceNumber, 4 * 2 ** 20));
      return drive;
    };

    for (const [name, sizeBytes] of Object.entries(sizes)) {
      it(`${name}: the plan is accepted and covers the drive to its last block`, async () => {
        const drive = addHollowDrive(sizeBytes);
        const badblocks = planFor(sizeBytes);
        const spec = bench.spec(drive, {}, badblocks);
        const answer = await bench.runs.start(spec);
        assert.equal(answer.kind, 'started', JSON.stringify(answer));
        assert.equal(await bench.runs.stop(spec.runId), 'gone');
        const { log = '' } = (await bench.look(spec.runId)) ?? {};
        const last = Number(/From block 0 to (\d+)/.exec(log)?.[1]);
        assert.equal((last + 1) * badblocks.blockBytes, sizeBytes, log);
        assert.ok(last < 2 ** 31, 'with room to spare below the limit');
      });
    }

    it('a plan with small blocks is refused before anything is written', async () => {
      const drive = addHollowDrive(sizes['20 TB']);
      const before = readFileSync(`/sys/block/${drive.name}/stat`, 'utf8').trim().split(/ +/)[6];
      const answer = await bench.runs.start(
        bench.spec(drive, {}, { ...planFor(drive.sizeBytes), blockBytes: 4096, blocksPerRequest: 1024 }),
      );
      assert.equal(answer.kind === 'refused' && answer.code, 'launch_failed');
      assert.match(answer.kind === 'refused' ? answer.detail : '', /too many for badblocks/);
      assert.equal(readFileSync(`/sys/block/${drive.name}/stat`, 'utf8').trim().split(/ +/)[6], before);
    });
  });

  it('with the whole engine on the rehearsal NAS: drives of 20 to 30 TB pass, every byte of them tested', async () => {
    const { bench, engine, close } = await openRehearsal(2_000_000);
    try {
      const large = bench.nas.drives.filter(({ sizeBytes, use }) => use === null && sizeBytes > 2e13);
      assert.equal(large.length, 4);
      await engine.start(...large.map(({ serial }) => serial));
      for (const { serial, sizeBytes } of large) {
        assert.equal(await engine.untilEnd(serial), 'passed', engine.reasons(serial));
        const moved = engine.surface(serial)?.evidence.find(({ key }) => key === 'bytes_moved')?.text;
        assert.equal(moved, `${8 * sizeBytes} of ${8 * sizeBytes} bytes were written and read back.`);
      }
    } finally {
      await close();
    }
  }).timeout(60_000);

  it('a badblocks that refuses the size all the same leaves the drive unknown, in its own words', async () => {
    const capture = new URL('../fixtures/badblocks/limit-32bit-20TiB-b4096.stderr', import.meta.url);
    const bench = new Bench();
    bench.host.addDrive('A');
    new Line(bench.burnin);
    const job = () => bench.burnin.drives()[0]?.job?.job;
    try {
      await bench.start('A');
      await until('a start', () => bench.host.starts.length === 1);
      bench.host.finish('A', { result: 'exit 1', log: readFileSync(capture, 'utf8') });
      await until('an end', () => job()?.state !== 'running');
      assert.equal(job()?.state, 'unknown');
      assert.match(job()?.reasons.join(' ') ?? '', /must be 32-bit value/);
    } finally {
      await bench.close();
    }
  });
});
