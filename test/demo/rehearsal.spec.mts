import assert from 'node:assert/strict';

import { identityOf, lookAt, openRehearsal, specFor, type Rehearsal } from './clients.mts';
import { fail, until } from './support.mts';

const healthy = 'ZR5A1K7Q';
const worn = '3WKDV8LJ';

describe('The scripts on the rehearsal NAS: drives', () => {
  let rehearsal: Rehearsal;
  before(async () => (rehearsal = await openRehearsal()));
  after(async () => {
    await rehearsal.shell.close();
    await rehearsal.bench.close();
  });

  it('list every drive, and lock those in use and no other', async () => {
    const report = await rehearsal.probe.probe();
    assert.deepEqual(report.gaps, []);
    assert.equal(report.drives.length, rehearsal.bench.nas.drives.length);
    const locks = Object.fromEntries(
      report.drives
        .filter(({ locks: found }) => found.length > 0)
        .map(({ drive, locks: found }) => [
          drive.serial,
          found.map(({ kind, detail }) => `${kind} ${detail}`),
        ]),
    );
    assert.deepEqual(locks, {
      ZR52TANK: ['active_pool tank'],
      '2YJ6ARCH': ['exported_pool archive'],
      '81N0A0OLDX4K': ['mounted /mnt/old'],
      S64DNX0R903188K: ['root_filesystem /', 'boot_pool boot-pool'],
    });
  });

  it('tell model, size, number and temperature of a drive', async () => {
    const { drives } = await rehearsal.probe.probe();
    const { drive } = drives.find((each) => each.drive.serial === worn) ?? fail('no drive');
    assert.deepEqual(drive, {
      serial: worn,
      wwn: '0x5000cca2b0c51e77',
      sizeBytes: 18_000_207_937_536,
      name: 'sdc',
      deviceNumber: '8:32',
      type: 'disk',
      model: 'WDC WUH721818ALE6L4',
      physicalSectorBytes: 4096,
      isRotational: true,
      transport: 'sata',
      temperatureC: 38,
    });
  });

  it('read SMART data by identity, also where there is none', async () => {
    const { bench, probe } = rehearsal;
    const read = async (serial: string) => probe.readSmart(identityOf(bench, serial));
    const good = await read(healthy);
    assert.ok(good.kind === 'read');
    assert.equal((good.json as { serial_number: string }).serial_number, healthy);
    const failing = await read('VJGE3L4X');
    assert.ok(failing.kind === 'read');
    assert.equal((failing.json as { smart_status: { passed: boolean } }).smart_status.passed, false);
    assert.equal((await read('7SGK2D1C')).kind, 'not_available');
    bench.nas.pull('ZCT1WBN2');
    assert.equal((await read('ZCT1WBN2')).kind, 'no_such_drive');
    bench.nas.insert('ZCT1WBN2');
  });

  it('read SMART data of many drives in one round trip, without waking any', async () => {
    const { bench, probe } = rehearsal;
    const asked = [healthy, 'VJGE3L4X', '7SGK2D1C'].map((serial) => identityOf(bench, serial));
    const { bootId, answers } = await probe.readSmartOfAll([
      ...asked,
      { serial: 'NONE', wwn: null, sizeBytes: 1 },
    ]);
    assert.equal(bootId, (await probe.probe()).bootId);
    assert.deepEqual(
      answers.map(({ kind }) => kind),
      ['read', 'read', 'not_available', 'no_such_drive'],
    );
    assert.match(JSON.stringify(answers[0]), /"argv":\["smartctl","-n","standby","-x"/);
  });

  it('refuse to start on a drive in use, a wrong one and one that is gone', async () => {
    const { bench, runs } = rehearsal;
    for (const serial of ['ZR52TANK', '2YJ6ARCH', '81N0A0OLDX4K', 'S64DNX0R903188K']) {
      const answer = await runs.start(specFor(bench, serial));
      assert.deepEqual([answer.kind, 'code' in answer && answer.code], ['refused', 'locked'], serial);
    }
    const drive = { ...identityOf(bench, healthy), sizeBytes: 1_000_000_000_000 };
    const other = await runs.start(specFor(bench, healthy, { drive }));
    assert.equal('code' in other && other.code, 'wrong_drive');
    bench.nas.pull(healthy);
    const gone = await runs.start(
      specFor(bench, healthy, { drive: { ...drive, sizeBytes: 18_000_207_937_536 } }),
    );
    assert.equal('code' in gone && gone.code, 'unknown_drive');
    bench.nas.insert(healthy);
    assert.deepEqual((await runs.look()).runs, []);
  });

  it('unmount and write to a drive whose mount point was given away', async () => {
    const { bench, runs, probe } = rehearsal;
    const grants = [{ kind: 'mounted', detail: '/mnt/old' }] as const;
    const spec = specFor(bench, '81N0A0OLDX4K', { grants });
    assert.equal((await runs.start(spec)).kind, 'started');
    const { drives } = await probe.probe();
    assert.deepEqual(drives.find(({ drive }) => drive.serial === '81N0A0OLDX4K')?.locks, []);
    assert.equal(await runs.stop(spec.runId), 'gone');
    await runs.clear(spec.runId);
  });
});

describe('The scripts on the rehearsal NAS: whole runs', () => {
  let rehearsal: Rehearsal;
  // Four times the usual speed: a run of 18 TB takes five seconds.
  before(async () => (rehearsal = await openRehearsal(144_000)));
  after(async () => {
    await rehearsal.shell.close();
    await rehearsal.bench.close();
  });

  it('take a healthy drive through eight phases, plausible at any time', async () => {
    const { bench, runs } = rehearsal;
    const spec = specFor(bench, healthy);
    const started = await runs.start(spec);
    assert.ok(started.kind === 'started', JSON.stringify(started));
    assert.deepEqual([started.name, started.form], ['sda', 'setsid']);
    const phases = new Set<string>();
    let moved = 0;
    await until('the run ends', async () => {
      const look = await lookAt(rehearsal, spec.runId);
      phases.add(
        look.log
          .trimEnd()
          .split('\n')
          .at(-1)
          ?.replace(/done *$/, '')
          .trim() ?? '',
      );
      if (look.isHeld && look.movedBytes !== null) {
        assert.ok(look.movedBytes >= moved, 'never falls');
        moved = look.movedBytes;
      }
      return look.result !== null;
    });
    assert.ok(phases.size >= 5, [...phases].join(' | '));
    const record = (await runs.collect(spec.runId, ['disk'])) ?? fail('no record');
    const { look } = record;
    assert.deepEqual([look.result, look.isHeld, look.badBlockCount], ['exit 0', false, 0]);
    assert.match(look.log, /^Checking for bad blocks in read-write mode\nFrom block 0 to 1098645503\n/);
    assert.equal(look.log.match(/Testing with pattern 0x(aa|55|ff|00): done/g)?.length, 4);
    assert.equal(look.log.match(/Reading and comparing: done/g)?.length, 4);
    assert.match(look.log, /\nPass completed, 0 bad blocks found\. \(0\/0\/0 errors\)\s*$/);
    assert.equal(look.deviceMovedBytes, 8 * 18_000_207_937_536);
    assert.deepEqual(record.driveNow, spec.drive);
    const tookS = (look.endedUptimeS ?? 0) - (look.startedUptimeS ?? 0);
    assert.ok(tookS >= (8 * 18_000_207_937_536) / 200_000_000, `no faster than the drive: ${tookS}`);
    assert.ok(tookS < 3 * 720_000, `${tookS}`);
    await runs.clear(spec.runId);
    assert.equal(
      await runs.collect(spec.runId, ['disk']).then(
        (it) => it?.look ?? null,
        () => null,
      ),
      null,
    );
  }).timeout(60_000);

  it('list the bad blocks of a drive that fails under way, the same ones again when compared', async () => {
    const { bench, runs } = rehearsal;
    const first = specFor(bench, worn);
    assert.equal((await runs.start(first)).kind, 'started');
    await until('the run ends', async () => (await lookAt(rehearsal, first.runId)).result !== null);
    const record = (await runs.collect(first.runId, ['disk'])) ?? fail('no record');
    assert.equal(record.look.result, 'exit 0', 'as the real one: no word in the status');
    assert.equal(record.badBlocks.length, 5);
    assert.match(record.look.log, /Pass completed, 5 bad blocks found\. \(1\/3\/1 errors\)\s*$/);
    const compare = specFor(bench, worn, {
      runId: 'compare',
      badblocks: { ...first.badblocks, mode: 'compare', patterns: ['0x00'] },
    });
    assert.equal((await runs.start(compare)).kind, 'started');
    await until('the compare ends', async () => (await lookAt(rehearsal, 'compare')).result !== null);
    const again = (await runs.collect('compare', ['disk'])) ?? fail('no record');
    const written = [...record.badBlocks].sort((a, b) => a - b);
    const corrupt = written.at(-1) ?? 0;
    assert.deepEqual(
      again.badBlocks,
      [...written.slice(0, -1), corrupt - 256],
      'a wrong byte was blamed one request on',
    );
  }).timeout(60_000);

  it('end at their deadline, whatever the controller does', async () => {
    const { bench, runs } = rehearsal;
    const spec = specFor(bench, 'K1S04EW9', { deadlineS: 150_000 });
    assert.equal((await runs.start(spec)).kind, 'started');
    await until('the deadline', async () => (await lookAt(rehearsal, spec.runId)).result !== null);
    assert.equal((await lookAt(rehearsal, spec.runId)).result, 'timeout');
  }).timeout(30_000);
});
