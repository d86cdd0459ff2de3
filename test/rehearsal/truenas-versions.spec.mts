import assert from 'node:assert/strict';
import { TruenasRehearsal, wordsOf } from '../support/truenas-rehearsal.mts';
import { until } from '../support/until.mts';

const free = 'ZR5A1K7Q';
const tank = 'ZR52TANK';
const boot = 'S64DNX0R903188K';
const archive = '2YJ6ARCH';

const rows = [
  { version: 'linux', way: null, says: null },
  { version: '24.10', way: 'ddp', says: /^TrueNAS-SCALE-24\.10/ },
  { version: '25.04', way: 'json_rpc', says: /^TrueNAS-25\.04/ },
  { version: '25.10', way: 'json_rpc', says: /^TrueNAS-25\.10/ },
  { version: '26', way: 'json_rpc', says: /^TrueNAS-26/ },
] as const;

describe('the engine on every kind of NAS', function () {
  this.timeout(60_000);
  let at: TruenasRehearsal;
  afterEach(() => at.close());

  for (const { version, way, says } of rows) {
    it(`${version} shows its drives with their uses, and starts a free one`, async () => {
      at = await TruenasRehearsal.open({ version });
      const { engine, bench } = at;
      await until('the drives', () => at.view(free)?.locks.length === 0);
      const view = engine.burnin.view();
      assert.equal(view.truenas?.way ?? null, way);
      if (says !== null) assert.match(view.truenas?.version ?? '', says);
      assert.deepEqual([view.isStale, view.alerts, view.link], [false, [], 'connected']);
      assert.deepEqual(
        [tank, boot, archive].map((serial) => [...at.locks(serial)].sort()),
        [['active_pool'], ['boot_pool', 'root_filesystem'], ['exported_pool']],
      );
      assert.equal(at.view(free)?.slot, version === 'linux' ? null : '0:1');
      assert.equal(at.view(boot)?.slot, null);
      assert.match(wordsOf(await engine.start(tank)), /^locked: .* is in the imported pool tank/);
      assert.match(wordsOf(await engine.check(archive)), /^locked: .*: archive/);
      assert.match(wordsOf(await engine.start(free)), /^ok: Queued/);
      bench.nas.completeAll();
      assert.equal(await engine.untilEnd(free), 'passed', engine.reasons(free));
    });
  }

  for (const version of ['core-13.0', 'core-13.3', '25.10'] as const) {
    it(`${version} without SSH shows its drives, and nothing can be started there`, async () => {
      at = await TruenasRehearsal.open({ version, isWatched: true });
      const { engine } = at;
      await until('the drives', () => (at.view(free)?.drive.temperatureC ?? null) !== null);
      const view = engine.burnin.view();
      assert.equal(view.truenas?.way, version === '25.10' ? 'json_rpc' : 'ddp');
      assert.deepEqual([view.isStale, view.alerts, view.link], [false, [], 'connected']);
      assert.ok(at.locks(tank).includes('active_pool'));
      assert.ok(at.locks(boot).includes('boot_pool'));
      for (const { drive, locks, isPresent } of engine.burnin.drives()) {
        assert.ok(isPresent && locks.some(({ kind }) => kind === 'unproven'), drive.serial);
      }
      assert.match(wordsOf(await engine.start(free)), /^locked: .*nothing can be written without SSH/);
      assert.match(wordsOf(await engine.unlock(tank, 'tank')), /^no_override: .*without SSH/);
      assert.equal(at.view(free)?.job, null);
      assert.deepEqual(engine.logs, []);
    });
  }
});
