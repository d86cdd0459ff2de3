import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { connect } from 'node:tls';

import { releases, type TruenasRelease } from '../../../dist/lib/demo/truenas/versions.js';
import { openRehearsalNas } from '../../../dist/lib/demo/rehearsal-nas.js';
import { until } from '../support.mts';
import { errorOf, get, openApi, openApiBench, openDdp, openRpc, openSocket } from './clients.mts';

const rows = Object.keys(releases) as TruenasRelease[];
const hasRpc = (version: TruenasRelease) => !['core-13.0', 'core-13.3', '24.10'].includes(version);

for (const version of rows) {
  describe(`The rehearsal TrueNAS ${version}, to a stranger`, () => {
    let bench: Awaited<ReturnType<typeof openApiBench>>;
    before(async () => (bench = await openApiBench(version)));
    after(() => bench.close());

    it('tells its API versions without a login, or sends to its pages', async () => {
      const { status, location, body } = await get(bench.settings, '/api/versions');
      if (hasRpc(version)) {
        assert.equal(status, 200);
        const listed = JSON.parse(body) as string[];
        assert.ok(listed.includes('v25.04.2'));
        assert.ok(!listed.some((each) => each.startsWith('v24')));
        assert.equal(listed.includes('v26.0.0'), version === '26');
      } else assert.deepEqual([status, location], [302, '/ui/']);
    });

    it('tells its boot id without a login from 25.10 on', async () => {
      const { status, body } = await get(bench.settings, '/api/boot_id');
      const bootId = readFileSync(path.join(bench.root, 'proc/sys/kernel/random/boot_id'), 'utf8').trim();
      if (version === '25.10' || version === '26') assert.equal(JSON.parse(body), bootId);
      else assert.equal(status, 302);
    });

    it('speaks DDP, and JSON-RPC where it has it', async () => {
      (await openDdp(bench.settings)).close();
      if (!hasRpc(version)) {
        await assert.rejects(openSocket(`${bench.settings.url}/api/current`), /302/);
        return;
      }
      for (const where of ['/api/current', '/api/v25.04.2']) (await openRpc(bench.settings, where)).close();
      await assert.rejects(openSocket(`${bench.settings.url}/api/v24.10`), /302/);
    });

    it('says who it is after a login', async () => {
      const api = await openApi(bench);
      assert.equal(await api.ask('system.version'), releases[version].text);
      assert.equal(await api.ask('core.ping'), 'pong');
      const short = await api.call('system.version_short');
      if (releases[version].isCore) assert.equal(errorOf(short)['error'], 201);
      else assert.match(String(short['result']), /^2\d\./);
      api.close();
    });
  });
}

describe('The rehearsal TrueNAS', () => {
  it('has a certificate of its own, pinned by the fingerprint in the settings', async () => {
    const bench = await openApiBench('25.10');
    const { port } = new URL(bench.settings.url);
    const socket = connect({ port: Number(port), host: '127.0.0.1', rejectUnauthorized: false });
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    const seen = new X509Certificate(socket.getPeerX509Certificate()?.raw ?? '').fingerprint256;
    assert.equal(seen.replaceAll(':', ''), bench.settings.fingerprint);
    socket.destroy();
    for (const secret of ['api.key', 'api_key']) {
      assert.equal(statSync(path.join(bench.root, 'rehearsal', secret)).mode & 0o777, 0o600);
    }
    assert.match(bench.settings.apiKey, /^1-[A-Za-z0-9]{64}$/);
    const { fingerprint, apiKey } = bench.settings;
    await bench.nas.close();
    const again = await openRehearsalNas({ dir: bench.root });
    assert.deepEqual(
      [again.version, again.truenas?.fingerprint, again.truenas?.apiKey],
      ['25.10', fingerprint, apiKey],
    );
    await again.close();
    await bench.close();
  });

  it('is not there on a plain Linux, and comes and goes with the version', async () => {
    const bench = await openApiBench('linux');
    assert.equal(bench.nas.truenas, null);
    await bench.nas.setVersion('24.10');
    const { url } = bench.settings;
    const api = await openApi(bench);
    await bench.nas.setVersion('26');
    await api.closed;
    assert.equal(bench.settings.url, url);
    assert.equal(await (await openApi(bench)).ask('system.version'), 'TrueNAS-26.0.0-BETA.3');
    await bench.nas.setVersion('linux');
    await assert.rejects(openSocket(`${url}/websocket`), /ECONNREFUSED/);
    await until('all are gone', () => bench.nas.api.countClients() === 0);
    await bench.close();
  });
});
