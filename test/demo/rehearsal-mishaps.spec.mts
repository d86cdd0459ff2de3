import assert from 'node:assert/strict';

import { lookAt, openClients, openRehearsal, specFor, type Rehearsal } from './clients.mts';
import { fail, until, writersOf } from './support.mts';

const healthy = 'ZR5A1K7Q';

describe('The scripts on the rehearsal NAS: what may happen to a run', () => {
  let rehearsal: Rehearsal;
  beforeEach(async () => (rehearsal = await openRehearsal(1000)));
  afterEach(async () => {
    await rehearsal.shell.close();
    await rehearsal.bench.close();
  });
  const start = async (serial: string) => {
    const spec = specFor(rehearsal.bench, serial);
    const answer = await rehearsal.runs.start(spec);
    assert.equal(answer.kind, 'started', JSON.stringify(answer));
    return spec;
  };

  it('stops on request, with its position kept in the log', async () => {
    const { runs } = rehearsal;
    const spec = await start(healthy);
    await until('it moves', async () => ((await lookAt(rehearsal, spec.runId)).positionBytes ?? 0) > 0);
    assert.equal(await runs.stop(spec.runId), 'gone');
    const look = await lookAt(rehearsal, spec.runId);
    assert.deepEqual([look.isHeld, look.result], [false, 'exit 1']);
    assert.match(look.log, /Interrupted at block [1-9]\d*/);
    assert.equal(await runs.stop('nothing'), 'no_such_run');
  }).timeout(20_000);

  it('keeps a second one out, by the same and by another id', async () => {
    const { bench, runs } = rehearsal;
    const spec = await start(healthy);
    const same = await runs.start(spec);
    assert.equal(same.kind, 'refused');
    const other = await runs.start({ ...spec, runId: 'other' });
    assert.ok(
      'code' in other && ['already_running', 'claimed', 'locked'].includes(other.code),
      JSON.stringify(other),
    );
    assert.equal(writersOf(bench.root).length, 1);
  }).timeout(30_000);

  it('lets exactly one of two starts at once through', async () => {
    const { bench, runs } = rehearsal;
    const spec = specFor(bench, healthy);
    const answers = await Promise.all([runs.start(spec), runs.start({ ...spec, runId: 'other' })]);
    assert.deepEqual(answers.map(({ kind }) => kind).sort(), ['refused', 'started']);
    assert.equal(writersOf(bench.root).length, 1);
  }).timeout(30_000);

  it('is found running by the next controller after this one was killed', async () => {
    const { bench } = rehearsal;
    const spec = await start(healthy);
    const before = await lookAt(rehearsal, spec.runId);
    await rehearsal.shell.close();
    await bench.nas.close();
    await bench.reopen();
    rehearsal = { bench, ...openClients(bench) };
    const after = await lookAt(rehearsal, spec.runId);
    assert.deepEqual([after.isHeld, after.bootId, after.result], [true, before.bootId, null]);
    await until('it goes on', async () => {
      return ((await lookAt(rehearsal, spec.runId)).movedBytes ?? 0) > (after.movedBytes ?? 0);
    });
  }).timeout(20_000);

  it('is gone after a reboot, with another boot id', async () => {
    const { bench, runs, probe } = rehearsal;
    await start(healthy);
    const before = await runs.look();
    await bench.nas.reboot();
    await until('the connection is back', async () =>
      runs.look().then(
        () => true,
        () => false,
      ),
    );
    const after = await runs.look();
    assert.notEqual(after.bootId, before.bootId);
    assert.ok(after.uptimeS < before.uptimeS + 60_000);
    assert.deepEqual(after.runs, []);
    assert.deepEqual((await probe.probe()).drives.find(({ drive }) => drive.serial === healthy)?.locks, []);
    await start(healthy);
  }).timeout(30_000);

  it('ends with a full list of errors when its drive is pulled', async () => {
    const { bench, runs } = rehearsal;
    const spec = await start(healthy);
    bench.nas.pull(healthy);
    await until('the run ends', async () => (await lookAt(rehearsal, spec.runId)).result !== null);
    const record = (await runs.collect(spec.runId, ['disk'])) ?? fail('no record');
    assert.deepEqual([record.look.result, record.badBlocks.length, record.driveNow], ['exit 0', 64, null]);
    assert.match(record.look.log, /Too many bad blocks, aborting test/);
  }).timeout(20_000);

  it('says how it ended when its writer is killed', async () => {
    const { bench } = rehearsal;
    const spec = await start(healthy);
    const [pid = 0] = writersOf(bench.root);
    process.kill(pid, 'SIGKILL');
    await until('the run ends', async () => (await lookAt(rehearsal, spec.runId)).result !== null);
    const look = await lookAt(rehearsal, spec.runId);
    assert.deepEqual([look.isHeld, look.result], [false, 'signal 9']);
  }).timeout(20_000);

  it('goes on for fifteen drives at once', async () => {
    const { bench, runs } = rehearsal;
    const free = bench.nas.drives.filter(({ use }) => use === null).slice(0, 15);
    const answers = await Promise.all(free.map(({ serial }) => runs.start(specFor(bench, serial))));
    assert.deepEqual([...new Set(answers.map(({ kind }) => kind))], ['started'], JSON.stringify(answers));
    const look = await runs.look();
    assert.equal(look.runs.filter(({ isHeld }) => isHeld).length, 15);
  }).timeout(60_000);
});
