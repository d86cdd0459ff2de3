import assert from 'node:assert/strict';
import { openTruenasSocket } from '../../dist/lib/nas/truenas/open-truenas-socket.js';
import { wasWritten } from '../support/rehearsal.mts';
import { portOf, TruenasRehearsal, wordsOf } from '../support/truenas-rehearsal.mts';
import { until } from '../support/until.mts';

const drive = 'ZR5A1K7Q';
const other = 'ZR5B82MT';
const archive = '2YJ6ARCH';
const phrase = 'DESTROY EXPORTED POOL';

describe('a NAS with TrueNAS', function () {
  this.timeout(60_000);
  const open: TruenasRehearsal[] = [];
  let at: TruenasRehearsal;
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });

  const begin = async (options: Parameters<typeof TruenasRehearsal.open>[0] = {}) => {
    const opened = await TruenasRehearsal.open(options);
    open.push(opened);
    await until('the drives', () => opened.view(drive)?.locks.length === 0);
    return opened;
  };
  const beginRun = async () => {
    at = await begin({ speed: 20_000 });
    assert.match(wordsOf(await at.engine.start(drive)), /^ok/);
    await at.engine.untilMoving(drive);
  };
  const link = () => at.engine.burnin.view().truenas?.link;
  const endRun = async () => {
    at.bench.nas.completeAll();
    assert.equal(await at.engine.untilEnd(drive), 'passed', at.engine.reasons(drive));
  };

  it('goes on with its run when the key is revoked, and starts no other', async () => {
    await beginRun();
    at.bench.nas.revokeKey();
    at.bench.nas.api.dropClients();
    await until('the refusal', () => link() === 'refused');
    assert.match(wordsOf(await at.engine.start(other)), /^locked: .* not proved free: TrueNAS: .*revoked/i);
    await endRun();
    assert.equal(wasWritten(at.bench.root, other), false);
  });

  it('goes on with its run when its certificate is another one, and starts no other', async () => {
    const stranger = await begin();
    await beginRun();
    at.api?.lead(portOf(stranger.bench.nas.truenas?.url ?? ''));
    at.bench.nas.api.dropClients();
    await until('the refusal', () => link() === 'refused');
    assert.match(
      wordsOf(await at.engine.start(other)),
      /^locked: .* not proved free: TrueNAS: .*certificate/i,
    );
    await endRun();
  });

  it('goes on with its run when its session has expired, and logs in again for the next start', async () => {
    await beginRun();
    at.bench.nas.api.expireSessions();
    assert.match(wordsOf(await at.engine.start(other)), /^ok/);
    await endRun();
  });

  it('goes on with its run when its API is cut off, and starts no other until it is back', async () => {
    await beginRun();
    await at.api?.pull();
    await until('the loss', () => link() !== 'connected');
    const answer = at.engine.start(other);
    await endRun();
    assert.equal(at.state(other), 'none');
    await at.api?.plug();
    assert.match(wordsOf(await answer), /^ok/);
  });

  it('loses no run while its SSH login is not set, and takes it up again with it', async () => {
    await beginRun();
    const { engine } = at;
    await engine.stop();
    engine.reopen({ ssh: null });
    await until('the drives', () => at.view(drive)?.isPresent === true);
    for (let polls = 0; polls < 5; polls += 1) await engine.burnin.poll();
    assert.deepEqual([at.state(drive), engine.burnin.view().isStale], ['running', false]);
    assert.match(engine.burnin.view().alerts.join(), /Jobs are waiting, but no SSH login to the NAS is set/);
    assert.match(wordsOf(await engine.start(other)), /^locked: .*without SSH/);
    await engine.stop();
    engine.reopen();
    await endRun();
  });

  it('gets the result in the description of the drive, beside what the operator wrote', async () => {
    at = await begin({ env: { BURNIN_TRUENAS_DESCRIPTION: 'on' } });
    const { nas } = at.bench;
    const caller = openTruenasSocket(nas.truenas ?? assert.fail('no TrueNAS'));
    try {
      const read = async () => {
        const rows = (await caller.call('disk.query', [[['serial', '=', drive]]])) as {
          identifier: string;
          description: string;
        }[];
        return rows[0] ?? assert.fail('no such disk');
      };
      await caller.call('disk.update', [(await read()).identifier, { description: 'spare, top shelf' }]);
      await at.engine.start(drive);
      nas.completeAll();
      assert.equal(await at.engine.untilEnd(drive), 'passed');
      // Any hint lets the inventory be read again at once.
      nas.pull('7SGK2D1C');
      const noted = await until('the note', async () => {
        const { description } = await read();
        return description.startsWith('[') && description;
      });
      assert.match(noted, /^\[burn-in passed \d{4}-\d\d-\d\d\] spare, top shelf$/);
    } finally {
      await caller.close();
    }
  });

  it('lets a drive of an exported pool be burned in by the typed phrase, and the report says whose it was', async () => {
    at = await begin();
    const { engine } = at;
    assert.match(wordsOf(await engine.unlock(archive, 'archive')), /^wrong_phrase/);
    assert.match(wordsOf(await engine.start(archive)), /^locked/);
    assert.equal(wasWritten(at.bench.root, archive), false);
    assert.match(wordsOf(await engine.unlock(archive, phrase)), /^ok/);
    await engine.burnin.poll();
    await engine.burnin.poll();
    assert.match(wordsOf(await engine.start(archive)), /^ok/);
    at.bench.nas.completeAll();
    assert.equal(await engine.untilEnd(archive), 'passed', engine.reasons(archive));
    const report = await until('the report', () => engine.line.reports.at(-1));
    assert.match(
      report.text,
      /Overridden +by ann, .*: the drive carries the label of a\s+pool that is not imported: archive/,
    );
  });

  it('forgets a permission when the drive was exchanged, and also when it is back', async () => {
    at = await begin();
    const { engine, bench } = at;
    const into = '9LKT3W5G';
    assert.match(wordsOf(await engine.unlock(archive, phrase)), /^ok/);
    bench.nas.hotSwap(archive, into);
    await engine.burnin.poll();
    assert.match(wordsOf(await engine.start(archive)), /^unknown_drive/);
    assert.match(wordsOf(await engine.unlock(into, phrase)), /^(ok: Drive \w+ carries no|no_override)/);
    bench.nas.pull(into);
    bench.nas.insert(archive);
    await until('its return', async () => {
      await engine.burnin.poll();
      return at.locks(archive).join() === 'exported_pool';
    });
    assert.match(wordsOf(await engine.start(archive)), /^locked/);
    assert.deepEqual([wasWritten(bench.root, archive), wasWritten(bench.root, into)], [false, false]);
  });

  it('knows nothing of a permission that was given on another one', async () => {
    at = await begin();
    const second = await begin();
    assert.match(wordsOf(await at.engine.unlock(archive, phrase)), /^ok/);
    assert.match(wordsOf(await second.engine.start(archive)), /^locked/);
    assert.equal(second.view(archive)?.grant ?? null, null);
    assert.match(wordsOf(await at.engine.start(archive)), /^ok/);
    await at.engine.untilMoving(archive);
    assert.equal(wasWritten(second.bench.root, archive), false);
  });

  it('refuses to write under somebody else’s self-test, although the controller did not know of it', async () => {
    at = await begin();
    at.bench.nas.startSelfTest(drive);
    assert.match(wordsOf(await at.engine.start(drive)), /^ok/);
    assert.equal(await at.engine.untilEnd(drive), 'unknown');
    assert.match(at.engine.reasons(drive), /refused to start \(locked\): self_test/);
    assert.equal(wasWritten(at.bench.root, drive), false);
  });

  it('holds its queue during a scrub', async () => {
    at = await begin();
    const { engine, bench } = at;
    bench.nas.startScrub();
    assert.match(wordsOf(await engine.start(drive)), /^ok: .*scrub of pool tank is under way \(37 % done\)/);
    await engine.burnin.poll();
    assert.equal(at.state(drive), 'queued');
    assert.match(engine.burnin.view().alerts.join(), /No job begins: pool tank is being scrubbed/);
    bench.nas.endScrub();
    await until('its turn', async () => {
      await engine.burnin.poll();
      return at.state(drive) === 'running';
    });
  });
});
