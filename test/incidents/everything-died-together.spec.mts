import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { holdDatabase } from '../support/hold-database.mts';
import { needMosquitto, openMosquitto, type Mosquitto } from '../support/mosquitto.mts';
import { openRehearsal, runsOf, type Rehearsal } from '../support/rehearsal.mts';
import { until } from '../support/until.mts';

const good = ['ZR5A1K7Q', '52C0A03LFQDH'];
const pulled = 'ZR5B82MT';
const cancelled = '2JG4XPND';
/** Gets bad blocks under way. */
const worn = '3WKDV8LJ';
/** Its SMART status is bad from the first. */
const sick = 'VJGE3L4X';

describe('incident "everything died together": one locked database ended four jobs after sixteen hours', function () {
  this.timeout(60_000);
  let broker: Mosquitto;
  let rehearsal: Rehearsal;
  before(function () {
    needMosquitto(this);
  });
  beforeEach(async () => {
    broker = await openMosquitto();
    // 18 TB in three seconds.
    rehearsal = await openRehearsal(240_000, { BURNIN_MAX_PARALLEL: '6', MQTT_URL: broker.url });
  });
  afterEach(async () => {
    await rehearsal.close();
    await broker.close();
  });

  it('a drive that fails, one that is pulled, one that is cancelled and one that is sick take no other along', async () => {
    const { engine, bench } = rehearsal;
    const answers = await engine.start(...good, pulled, cancelled, worn, sick);
    assert.ok(
      answers.every(({ ok }) => ok),
      JSON.stringify(answers),
    );
    await Promise.all([...good, pulled, cancelled, worn].map((serial) => engine.untilMoving(serial)));
    bench.nas.pull(pulled);
    await engine.cancel(cancelled);
    const all = [...good, pulled, cancelled, worn, sick];
    const ends = await Promise.all(all.map((serial) => engine.untilEnd(serial)));
    assert.deepEqual(ends, ['passed', 'passed', 'unknown', 'cancelled', 'failed', 'failed']);
    assert.deepEqual(engine.line.ends.filter(({ jobState }) => jobState === 'passed').length, 2);
  });

  it('a NAS that is out of memory for a while, so that no look at it succeeds, ends nothing', async () => {
    const { engine, bench } = rehearsal;
    await engine.start(...good);
    await Promise.all(good.map((serial) => engine.untilMoving(serial)));
    const awk = path.join(bench.root, 'rehearsal/bin/awk');
    writeFileSync(awk, '#!/bin/sh\necho "cannot fork" >&2\nexit 2\n', { mode: 0o755 });
    const troubles = () => engine.logs.filter((line) => /^warn: Job .* cannot be followed/.test(line));
    await until('both to be noticed', () => new Set(troubles()).size >= 2);
    assert.deepEqual(
      good.map((serial) => engine.state(serial)),
      ['running', 'running'],
    );
    rmSync(awk);
    assert.deepEqual(await Promise.all(good.map((serial) => engine.untilEnd(serial))), ['passed', 'passed']);
  });

  it('the broker, the network and the database go away under running jobs, and every job ends as if nothing had been', async () => {
    const { engine, cable, bench } = rehearsal;
    await engine.start(...good, cancelled);
    await Promise.all([...good, cancelled].map((serial) => engine.untilMoving(serial)));
    await broker.kill();
    await cable.pull();
    const holder = await holdDatabase(path.join(engine.dir, 'demo.db'), 1_500);
    await until('the engine to notice', () => engine.burnin.view().link === 'disconnected');
    // While the NAS is out of reach nothing is concluded, whatever is asked.
    await engine.cancel(cancelled);
    assert.deepEqual(
      good.map((serial) => engine.state(serial)),
      ['running', 'running'],
    );
    assert.equal(runsOf(bench.root).length, 3);
    if (holder.exitCode === null) await once(holder, 'exit');
    await cable.plug();
    await broker.start();
    const ends = await Promise.all([...good, cancelled].map((serial) => engine.untilEnd(serial)));
    assert.deepEqual(ends, ['passed', 'passed', 'cancelled']);
    assert.deepEqual(
      engine.logs.filter((line) => line.startsWith('error')),
      [],
    );
  });
});
