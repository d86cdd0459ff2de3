import assert from 'node:assert/strict';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { DriveState } from '../../dist/lib/core/build-drive-state.js';
import { listenHttp } from '../notify/loopback.mts';
import { createHoleyDrive, createTornDrive, readPosition, type BadDrive } from '../support/bad-drive.mts';
import { type Controller, useJourney } from '../support/journey.mts';
import { freshSerial } from '../support/loop-drive.mts';
import { readDatabase } from '../support/read-database.mts';
import { until } from '../support/until.mts';

const blockBytes = 4096;
/** Blocks in one request: by so much badblocks lists a corruption too high. */
const perRequest = 1024;

interface Blocks {
  readonly reported_blocks: readonly number[];
  readonly confirmed_blocks: readonly number[];
}
interface Posted {
  readonly subject: string;
  readonly report: {
    readonly drive: { readonly serial: string };
    readonly stages: readonly { readonly kind: string; readonly bad_blocks: Blocks | null }[];
  };
}

describe('a drive that is really bad', function () {
  this.timeout(90_000);
  const journey = useJourney();
  let controller: Controller;
  const posted: Posted[] = [];

  before(async () => {
    const hook = await listenHttp((_request, body, response) => {
      posted.push(JSON.parse(body) as Posted);
      response.end();
    });
    journey.atEnd(() => hook.close());
    controller = await journey.openController({ env: { WEBHOOK_URL: `http://127.0.0.1:${hook.port}/` } });
  });

  /** What every place that a person looks at says about the bad blocks of a drive. */
  async function readBlocks(serial: string, end: DriveState) {
    const report = await until('the report', () =>
      posted.find((item) => item.report.drive.serial === serial),
    );
    const blocks = report.report.stages.find(({ kind }) => kind === 'surface_validate')?.bad_blocks;
    const sql = `SELECT memo FROM stages JOIN jobs ON jobs.id = job_id
      WHERE serial = '${serial}' AND kind = 'surface_validate'`;
    const [row] = readDatabase(controller.database, sql) as { memo: string }[];
    const memo = JSON.parse(row?.memo ?? '{}') as {
      badBlocks: number[];
      confirmedBadBlocks: number[] | null;
    };
    const stages = controller.user.attributes(serial)?.stages ?? [];
    return {
      subject: report.subject,
      count: end.bad_blocks,
      reported: blocks?.reported_blocks,
      confirmed: blocks?.confirmed_blocks,
      memo: memo.confirmedBadBlocks,
      proof: stages[1]?.evidence.find(({ key }) => key === 'bad_blocks_confirmed')?.text,
      stages: stages.map(({ state }) => state),
    };
  }

  const kinds: readonly (readonly [title: string, create: (serial: string) => BadDrive])[] = [
    ['cannot write some blocks', (serial) => createHoleyDrive({ serial }, [1024, 3072])],
    ['can neither read nor write its last blocks', (serial) => createTornDrive({ serial }, 5)],
  ];
  for (const [title, create] of kinds) {
    it(`and ${title} fails with exactly those blocks, everywhere`, async () => {
      const { user } = controller;
      const { drive, badBlocks, destroy } = create(freshSerial('BAD'));
      journey.atEnd(destroy);
      await user.start(drive.serial);
      const end = await user.untilEnd(drive.serial);
      assert.equal(end.state, 'failed');
      assert.equal(end.last_result, 'failed');
      const found = await readBlocks(drive.serial, end);
      assert.deepEqual(found.confirmed, badBlocks);
      assert.deepEqual(found.memo, badBlocks);
      assert.equal(found.count, badBlocks.length);
      assert.equal(found.proof, `${badBlocks.length} bad blocks of 4096 bytes: ${badBlocks.join(', ')}.`);
      assert.deepEqual(found.stages, ['passed', 'failed', 'skipped']);
      assert.match(found.subject, new RegExp(`^Burn-in FAILED: ${drive.serial} on shelf$`));
      assert.ok(user.events(drive.serial).some(({ event_type }) => event_type === 'burnin_failed'));
    });
  }

  it('and gives back one wrong byte, once, fails although writing that block again works', async () => {
    const { host } = journey;
    const { user } = controller;
    const drive = journey.addDrive();
    const flipped = 4000;
    journey.pace(drive, 4 * 1024 * 1024);
    await user.start(drive.serial);
    const isVerifying = () => (host.readRunFile(drive.serial, 'log') ?? '').includes('Reading and comparing');
    await until('the first verification', isVerifying);
    const [writer] = host.writers(drive.path);
    assert.ok(writer);
    process.kill(writer.pid, 'SIGSTOP');
    assert.ok(
      !(host.readRunFile(drive.serial, 'log') ?? '').includes('0x55'),
      'it is still the first pattern',
    );
    assert.ok(readPosition(writer.pid) < 3072 * blockBytes, 'the block is not read yet');
    flipByte(drive.file, flipped * blockBytes + 17);
    process.kill(writer.pid, 'SIGCONT');
    journey.pace(drive, 0);

    const end = await user.untilEnd(drive.serial);
    assert.equal(end.state, 'failed');
    const found = await readBlocks(drive.serial, end);
    assert.deepEqual(found.reported, [flipped + perRequest]);
    assert.deepEqual(found.confirmed ?? [], []);
    assert.match(found.proof ?? '', /failed again when it was written and read once more/);
  });
});

function flipByte(file: string, offset: number): void {
  const descriptor = openSync(file, 'r+');
  const byte = Buffer.alloc(1);
  readSync(descriptor, byte, 0, 1, offset);
  byte.writeUInt8(byte.readUInt8() ^ 1);
  writeSync(descriptor, byte, 0, 1, offset);
  closeSync(descriptor);
}
