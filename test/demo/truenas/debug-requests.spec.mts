import assert from 'node:assert/strict';
import { until } from '../support.mts';
import { openApi, openApiBench, type ApiBench, type Caller, type Json } from './clients.mts';

const healthy = 'ZR5A1K7Q';

for (const version of ['core-13.3', '25.10'] as const) {
  describe(`Debug requests to the rehearsal TrueNAS ${version}`, () => {
    let bench: ApiBench;
    let api: Caller;
    beforeEach(async () => {
      bench = await openApiBench(version, { speed: 100 });
      api = await openApi(bench);
    });
    afterEach(() => bench.close());
    const rowOf = async (serial: string) =>
      ((await api.ask('disk.query', [[['serial', '=', serial]]])) as Json[])[0] ?? null;

    it('pull a drive and put it back', async () => {
      const name = (await rowOf(healthy))?.['name'];
      assert.equal(await api.ask('rehearsal.pull', [healthy]), true);
      assert.equal(await rowOf(healthy), null);
      assert.equal(await api.ask('rehearsal.insert', [healthy]), true);
      assert.equal((await rowOf(healthy))?.['name'], name);
    });

    it('begin and end a scrub', async () => {
      const scan = async () =>
        ((await api.ask('pool.query', [[['name', '=', 'tank']]])) as Json[])[0]?.['scan'] as Json | null;
      await api.ask('rehearsal.start_scrub', []);
      assert.equal((await scan())?.['state'], 'SCANNING');
      await api.ask('rehearsal.end_scrub', ['tank']);
      assert.notEqual((await scan())?.['state'], 'SCANNING');
    });

    it('cut the power after the answer', async () => {
      await api.ask('rehearsal.complete_all', []);
      assert.ok(bench.nas.uptimeS() > 86_400);
      assert.equal(await api.ask('rehearsal.reboot', []), true);
      await until('another boot', () => bench.nas.api.countClients() === 0 && bench.nas.uptimeS() < 86_400);
    });

    it('say no to what cannot be, and change nothing', async () => {
      for (const [method, params] of [
        ['rehearsal.pull', ['NOBODY']],
        ['rehearsal.pull', []],
        ['rehearsal.pull', [7]],
        ['rehearsal.cut', [-1]],
        ['rehearsal.slow_down', ['much']],
        ['rehearsal.end_scrub', ['tank', 'x', 'y']],
      ] as const) {
        await assert.rejects(api.ask(method, [...params]), `${method} ${params.join()}`);
      }
      assert.notEqual(await rowOf(healthy), null);
    });
  });
}
