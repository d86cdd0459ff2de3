import assert from 'node:assert/strict';
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

import { fail, until } from '../support.mts';
import {
  dataOf,
  errorOf,
  loginEx,
  openApiBench,
  openDdp,
  openRpc,
  type ApiBench,
  type Caller,
  type Json,
} from './clients.mts';

const wrong = `1-${'x'.repeat(64)}`;

describe('Logging in to the rehearsal TrueNAS', () => {
  let bench: ApiBench;
  afterEach(() => bench.close());

  for (const version of ['core-13.0', 'core-13.3', '24.10'] as const) {
    it(`takes the key over DDP on ${version}, and nothing before it`, async () => {
      bench = await openApiBench(version);
      const ddp = await openDdp(bench.settings);
      const refused = errorOf(await ddp.call('system.version'));
      assert.equal(refused['error'], version === '24.10' ? 207 : 13);
      assert.equal('errname' in refused, version === '24.10');
      assert.match(String(refused['reason']), /Not authenticated/);
      assert.equal(await ddp.ask('auth.login_with_api_key', [wrong]), false);
      assert.equal(await ddp.ask('auth.login_with_api_key', [bench.settings.apiKey]), true);
      assert.match(String(await ddp.ask('system.version')), /^TrueNAS-/);
      assert.equal(errorOf(await ddp.call('auth.login_ex', [{}]))['error'], 201);
    });
  }

  for (const version of ['25.04', '25.10', '26'] as const) {
    it(`takes user and key over JSON-RPC on ${version}`, async () => {
      bench = await openApiBench(version);
      const rpc = await openRpc(bench.settings);
      const refused = errorOf(await rpc.call('system.version'));
      assert.equal(refused['code'], -32001);
      assert.equal(dataOf({ error: refused })['error'], 207);
      const { response_type, user_info, authenticator, ...rest } = await loginEx(rpc, bench.settings);
      assert.deepEqual([response_type, user_info, authenticator], ['SUCCESS', null, 'LEVEL_1']);
      assert.deepEqual(rest, version === '26' ? { reconnect_token: null } : {});
      const again = await openRpc(bench.settings);
      assert.equal(await again.ask('auth.login_with_api_key', [bench.settings.apiKey]), true);
      const me = (await again.ask('auth.me')) as { privilege: { roles: Json } };
      assert.deepEqual(me.privilege.roles, { $set: ['FULL_ADMIN'] });
    });
  }

  it('answers a wrong key, a wrong user and a password with AUTH_ERR', async () => {
    bench = await openApiBench('25.10');
    const rpc = await openRpc(bench.settings);
    const { apiKey, user } = bench.settings;
    assert.deepEqual(await loginEx(rpc, { apiKey: wrong, user }), { response_type: 'AUTH_ERR' });
    assert.deepEqual(await loginEx(rpc, { apiKey, user: 'root' }), { response_type: 'AUTH_ERR' });
    const login = { mechanism: 'PASSWORD_PLAIN', username: user, password: 'x' };
    assert.deepEqual(await rpc.ask('auth.login_ex', [login]), { response_type: 'AUTH_ERR' });
    const strange = errorOf(await rpc.call('auth.login_ex', [{ mechanism: 'MAGIC' }]));
    assert.equal(strange['code'], -32602);
  });

  it('has a confused authenticator on 25.04 after a failed login', async () => {
    bench = await openApiBench('25.04');
    const rpc = await openRpc(bench.settings);
    await loginEx(rpc, { apiKey: wrong, user: 'rehearsal' });
    const { user, apiKey } = bench.settings;
    const login = { mechanism: 'API_KEY_PLAIN', username: user, api_key: apiKey };
    assert.match(String(dataOf(await rpc.call('auth.login_ex', [login]))['reason']), /authenticator/);
  });

  it('crashes over its mechanisms before a login, and tells them on 26', async () => {
    bench = await openApiBench('25.10');
    const rpc = await openRpc(bench.settings);
    const crash = dataOf(await rpc.call('auth.mechanism_choices'));
    assert.deepEqual([crash['error'], (crash['trace'] as Json)['class']], [22, 'AttributeError']);
    await bench.nas.setVersion('26');
    const newer = await openRpc(bench.settings);
    assert.ok(((await newer.ask('auth.mechanism_choices')) as string[]).includes('SCRAM'));
  });

  it('answers EXPIRED, DENIED and REDIRECT when told to, and logs nobody in', async () => {
    bench = await openApiBench('26');
    for (const answer of ['EXPIRED', 'DENIED', 'REDIRECT'] as const) {
      bench.nas.api.answerLogins(answer);
      const rpc = await openRpc(bench.settings);
      const reply = await loginEx(rpc, bench.settings);
      assert.equal(reply['response_type'], answer);
      assert.equal('urls' in reply, answer === 'REDIRECT');
      assert.equal(dataOf(await rpc.call('system.version'))['error'], 207);
    }
    const rpc = await openRpc(bench.settings);
    assert.equal(await rpc.ask('auth.login_with_api_key', [bench.settings.apiKey]), false);
    bench.nas.api.answerLogins(null);
    assert.equal((await loginEx(rpc, bench.settings))['response_type'], 'SUCCESS');
  });

  it('ends sessions on demand; a new login on the same socket helps', async () => {
    bench = await openApiBench('25.10');
    const rpc = await openRpc(bench.settings);
    await loginEx(rpc, bench.settings);
    bench.nas.api.expireSessions();
    assert.equal(dataOf(await rpc.call('system.version'))['error'], 13);
    await loginEx(rpc, bench.settings);
    assert.equal(await rpc.ask('system.version'), 'TrueNAS-25.10.6');
  });

  it('knows roles: a read-only key reads, and neither writes nor calls private methods', async () => {
    bench = await openApiBench('25.10');
    bench.nas.api.setRoles(['READONLY_ADMIN']);
    const rpc = await openRpc(bench.settings);
    await loginEx(rpc, bench.settings);
    assert.ok(Array.isArray(await rpc.ask('disk.query')));
    for (const method of ['disk.update', 'disk.get_unused', 'zpool.query', 'disk.smart_test']) {
      assert.equal(dataOf(await rpc.call(method, []))['error'], 13, method);
    }
    bench.nas.api.setRoles(['DISK_READ']);
    const other = await openRpc(bench.settings);
    await loginEx(other, bench.settings);
    assert.ok(Array.isArray(await other.ask('disk.query')));
    assert.equal(dataOf(await other.call('core.subscribe', ['disk.query']))['error'], 13);
  });

  describe('with a key shown in the clear', () => {
    for (const version of ['25.04', '25.10', '26'] as const) {
      it(`kills the key for good on ${version}`, async () => {
        bench = await openApiBench(version);
        const url = await bench.nas.api.openPlaintext();
        const open = await openRpc({ url });
        assert.deepEqual(await loginEx(open, { apiKey: wrong, user: 'rehearsal' }), {
          response_type: 'AUTH_ERR',
        });
        const secure = await openRpc(bench.settings);
        assert.equal((await loginEx(secure, bench.settings))['response_type'], 'SUCCESS');
        const next = await openRpc({ url });
        assert.deepEqual(await loginEx(next, bench.settings), { response_type: 'EXPIRED' });
        const late = await openRpc(bench.settings);
        assert.deepEqual(await loginEx(late, bench.settings), {
          response_type: version === '26' ? 'AUTH_ERR' : 'EXPIRED',
        });
        const ddp = await openDdp(bench.settings);
        assert.equal(await ddp.ask('auth.login_with_api_key', [bench.settings.apiKey]), false);
        const alerts = (await secure.ask('alert.list')) as Json[];
        assert.ok(alerts.some(({ klass }) => klass === 'ApiKeyRevoked'));
        await bench.nas.reset();
        const fresh = await openRpc(bench.settings);
        assert.equal((await loginEx(fresh, bench.settings))['response_type'], 'SUCCESS');
      });
    }

    for (const version of ['core-13.3', '24.10'] as const) {
      it(`minds nothing on ${version}`, async () => {
        bench = await openApiBench(version);
        for (const url of [await bench.nas.api.openPlaintext(), bench.settings.url]) {
          const ddp = await openDdp({ url });
          assert.equal(await ddp.ask('auth.login_with_api_key', [bench.settings.apiKey]), true);
        }
      });
    }
  });

  it('refuses a key that somebody took away', async () => {
    bench = await openApiBench('24.10');
    bench.nas.revokeKey();
    const ddp = await openDdp(bench.settings);
    assert.equal(await ddp.ask('auth.login_with_api_key', [bench.settings.apiKey]), false);
  });

  it('counts calls of strangers from 24.10 on, by method', async () => {
    bench = await openApiBench('25.10', { api: { rateCalls: 3 } });
    const rpc = await openRpc(bench.settings);
    for (let left = 3; left > 0; left -= 1) await rpc.ask('core.ping');
    const busy = dataOf(await rpc.call('core.ping'));
    assert.deepEqual([busy['error'], busy['errname']], [16, 'EBUSY']);
    assert.match(String(busy['reason']), /Rate Limit Exceeded/);
    await loginEx(rpc, bench.settings);
    for (let left = 5; left > 0; left -= 1) await rpc.ask('core.ping');
    await bench.nas.setVersion('core-13.3');
    const ddp = await openDdp(bench.settings);
    for (let left = 5; left > 0; left -= 1) await ddp.ask('auth.login_with_api_key', [wrong]);
  });

  it('counts logins on 24.10 also of those who are in', async () => {
    bench = await openApiBench('24.10', { api: { rateCalls: 3 } });
    const ddp = await openDdp(bench.settings);
    for (let left = 3; left > 0; left -= 1) await ddp.ask('auth.login_with_api_key', [bench.settings.apiKey]);
    const busy = errorOf(await ddp.call('auth.login_with_api_key', [bench.settings.apiKey]));
    assert.equal(busy['error'], 16);
  });

  it('lets clients in to show them the door when their address is not allowed', async () => {
    bench = await openApiBench('25.10');
    bench.nas.api.refuseClients(true);
    assert.equal(await (await openRpc(bench.settings)).closed, 1008);
    await until('nobody is left', () => bench.nas.api.countClients() === 0);
  });

  describe('by SCRAM', () => {
    for (const binding of ['n', 'p=tls-server-end-point'] as const) {
      it(`proves the key to the server and the server to the client (${binding})`, async () => {
        bench = await openApiBench('26');
        const rpc = await openRpc(bench.settings);
        const { final, signature } = await scram(rpc, bench, { binding, key: bench.settings.apiKey });
        assert.equal(final['response_type'], 'SCRAM_RESPONSE');
        assert.equal(final['scram_type'], 'SERVER_FINAL_RESPONSE');
        assert.equal(final['rfc_str'], `v=${signature}`);
        assert.equal(await rpc.ask('system.version'), 'TrueNAS-26.0.0-BETA.3');
      });
    }

    it('refuses a wrong proof', async () => {
      bench = await openApiBench('26');
      const rpc = await openRpc(bench.settings);
      const { final } = await scram(rpc, bench, { binding: 'n', key: wrong });
      assert.deepEqual(final, { response_type: 'AUTH_ERR' });
      assert.equal(dataOf(await rpc.call('system.version'))['error'], 207);
    });

    it('is unknown before 26', async () => {
      bench = await openApiBench('25.10');
      const rpc = await openRpc(bench.settings);
      const login = { mechanism: 'SCRAM', scram_type: 'CLIENT_FIRST_MESSAGE', rfc_str: 'n,,n=a:1,r=b' };
      assert.equal(errorOf(await rpc.call('auth.login_ex', [login]))['code'], -32602);
    });
  });
});

/** The client's half, as the official client does it. */
async function scram(
  rpc: Caller,
  bench: ApiBench,
  { binding, key }: { readonly binding: string; readonly key: string },
): Promise<{ final: Json; signature: string }> {
  const say = async (scramType: string, text: string) =>
    (await rpc.ask('auth.login_ex', [{ mechanism: 'SCRAM', scram_type: scramType, rfc_str: text }])) as Json;
  const mine = randomBytes(32);
  const bare = `n=${bench.settings.user ?? ''}:1,r=${mine.toString('base64')}`;
  const first = await say('CLIENT_FIRST_MESSAGE', `${binding},,${bare}`);
  assert.deepEqual(
    [first['response_type'], first['scram_type'], first['user_info']],
    ['SCRAM_RESPONSE', 'SERVER_FIRST_RESPONSE', null],
  );
  const serverFirst = String(first['rfc_str']);
  const [, nonce = '', salt = '', rounds = ''] =
    /^r=([^,]+),s=([^,]+),i=(\d+)$/.exec(serverFirst) ?? fail(serverFirst);
  assert.deepEqual(Buffer.from(nonce, 'base64').subarray(0, 32), mine);
  const bound = binding.startsWith('p')
    ? Buffer.from(bench.settings.fingerprint ?? '', 'hex')
    : Buffer.alloc(0);
  const unproved = `c=${Buffer.concat([Buffer.from(`${binding},,`), bound]).toString('base64')},r=${nonce}`;
  const hmac = (with_: Buffer, text: string) => createHmac('sha512', with_).update(text).digest();
  const secret = key.slice(key.indexOf('-') + 1);
  const salted = pbkdf2Sync(secret, Buffer.from(salt, 'base64'), Number(rounds), 64, 'sha512');
  const clientKey = hmac(salted, 'Client Key');
  const message = `${bare},${serverFirst},${unproved}`;
  const stored = createHash('sha512').update(clientKey).digest();
  const mask = hmac(stored, message);
  const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (mask[index] ?? 0)));
  const final = await say('CLIENT_FINAL_MESSAGE', `${unproved},p=${proof.toString('base64')}`);
  return { final, signature: hmac(hmac(salted, 'Server Key'), message).toString('base64') };
}
