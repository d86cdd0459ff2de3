import assert from 'node:assert/strict';
import { defaultTimings } from '../../../dist/lib/nas/truenas/truenas-timings.js';
import { apiKey, Fault, makeCertificate } from '../../support/truenas-server.mts';
import { until } from '../../support/until.mts';
import { Bench, pause, untilLink } from './bench.mts';

describe('The TrueNAS socket and its login', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('finds JSON-RPC, logs in by the key alone and learns the version', async () => {
    const server = await bench.serve('json_rpc');
    const caller = bench.open(server);
    assert.deepEqual([caller.version, caller.view.link], [null, 'connecting']);
    await untilLink(caller, 'connected');
    assert.deepEqual(server.calls[0], { method: 'auth.login_with_api_key', params: [apiKey] });
    assert.equal(caller.view.way, 'json_rpc');
    assert.equal(caller.view.version, 'TrueNAS-25.10.6');
    assert.equal(caller.version?.major, 25);
  });

  it('logs in by login_ex where the owner of the key is known', async () => {
    const server = await bench.serve('json_rpc');
    const caller = bench.open(server, { user: 'burnin' });
    await untilLink(caller, 'connected');
    const login = {
      mechanism: 'API_KEY_PLAIN',
      username: 'burnin',
      api_key: apiKey,
      login_options: { user_info: false },
    };
    assert.deepEqual(server.calls[0], { method: 'auth.login_ex', params: [login] });
  });

  it('finds the older dialect, whose only login takes the key alone', async () => {
    const server = await bench.serve('ddp');
    const caller = bench.open(server, { user: 'burnin' });
    await untilLink(caller, 'connected');
    assert.equal(server.calls[0]?.method, 'auth.login_with_api_key');
    assert.equal(caller.view.way, 'ddp');
    assert.equal(caller.version?.family, 'core');
  });

  it('works with a key that may not ask for the version', async () => {
    const server = await bench.serve('ddp');
    server.methods.set('system.version', () => {
      throw new Fault('Not authorized', { errno: 13 });
    });
    const caller = bench.open(server);
    await untilLink(caller, 'connected');
    assert.equal(caller.version, null);
    assert.equal(caller.view.version, null);
  });

  const refusals = ['EXPIRED', 'AUTH_ERR', 'DENIED', 'OTP_REQUIRED'] as const;
  for (const type of refusals) {
    it(`§12.5 "${type}: credential: stop, surface, no automatic retry faster than 15 min"`, async () => {
      const server = await bench.serve('json_rpc');
      server.methods.set('auth.login_ex', () => ({ response_type: type }));
      const caller = bench.open(server, { user: 'burnin' });
      await untilLink(caller, 'refused');
      assert.match(caller.view.message, /^127\.0\.0\.1:\d+: login refused: /);
      await until('the socket to be closed', () => server.clients.size === 0);
      await pause();
      assert.equal(server.logins, 1);
    });
  }

  for (const way of ['json_rpc', 'ddp'] as const) {
    it(`§12.5 "false: credential: stop, surface, no automatic retry faster than 15 min" (${way})`, async () => {
      const server = await bench.serve(way);
      const caller = bench.open(server, { apiKey: '7-wrongwrongwrong' });
      const waiting = assert.rejects(caller.call('disk.query', []), {
        name: 'UnreachableError',
        message: /login refused/,
      });
      await untilLink(caller, 'refused');
      await waiting;
      await until('the socket to be closed', () => server.clients.size === 0);
      await pause();
      assert.equal(server.logins, 1);
      assert.equal(server.connections, 2);
    });
  }

  it('tries again at once when it is opened again', async () => {
    const server = await bench.serve('json_rpc');
    const first = bench.open(server, { apiKey: '7-wrongwrongwrong' });
    await untilLink(first, 'refused');
    await first.close();
    await untilLink(bench.open(server), 'connected');
  });

  it('waits in earnest as long as the rules say', () => {
    const { lost, rate_limited, refused } = defaultTimings.delays;
    assert.deepEqual(lost, { firstMs: 1000, longestMs: 60_000 });
    assert.ok(rate_limited.firstMs >= 60_000);
    assert.ok(refused.firstMs >= 15 * 60_000);
    assert.equal(defaultTimings.pingIntervalMs, 20_000);
    assert.equal(defaultTimings.detectTimeoutMs, 5000);
  });

  for (const way of ['json_rpc', 'ddp'] as const) {
    it(`§12.5 "errno 16 Rate Limit Exceeded: login loop: back off at least 60 s" (${way})`, async () => {
      const server = await bench.serve(way);
      server.methods.set('auth.login_with_api_key', () => {
        throw new Fault('[EBUSY] Rate Limit Exceeded', { errno: 16 });
      });
      const caller = bench.open(server);
      await until('the failure', () => /too many logins.*Rate Limit Exceeded/.test(caller.view.message));
      assert.equal(caller.view.link, 'disconnected');
      await pause();
      assert.equal(server.logins, 1);
    });

    it(`§12.5 "close 1008 right after open: client IP not in UI allowlist: fatal config error" (${way})`, async () => {
      const server = await bench.serve(way);
      server.onSocket = (client) => client.socket.close(1008, 'You are not allowed');
      const caller = bench.open(server);
      await untilLink(caller, 'refused');
      assert.match(caller.view.message, /close code 1008: You are not allowed.*allowed IP addresses/);
      await pause();
      assert.equal(server.connections, 2);
    });

    it(`§12.5 "close without reason right after open: retry with back-off, then report" (${way})`, async () => {
      const server = await bench.serve(way);
      let closes = 0;
      server.onSocket = (client) => {
        closes += 1;
        client.socket.close();
      };
      const caller = bench.open(server);
      await until('three tries', () => closes >= 3);
      await until('the words', () => /closed the connection before the login/.test(caller.view.message));
      assert.equal(caller.view.link, 'disconnected');
      server.onSocket = null;
      await untilLink(caller, 'connected');
    });
  }

  it('§12.5 "REDIRECT: HA standby: follow urls"', async () => {
    const active = await bench.serve('json_rpc');
    const standby = await bench.serve('json_rpc');
    const urls = [`ws://127.0.0.1:${active.port}`, active.url];
    standby.methods.set('auth.login_ex', () => ({ response_type: 'REDIRECT', urls }));
    const caller = bench.open(standby, { user: 'burnin' });
    await untilLink(caller, 'connected');
    assert.match(caller.view.message, new RegExp(`connected to TrueNAS-25.10.6`));
    await until('the standby to be left', () => standby.clients.size === 0);
    assert.equal(active.clients.size, 1);
  });

  it('follows a redirect neither without TLS nor to a certificate that is not accepted', async () => {
    const plain = await bench.serve('json_rpc', await makeCertificate());
    const standby = await bench.serve('json_rpc');
    let urls = [`http://127.0.0.1:${plain.port}`, `ws://127.0.0.1:${plain.port}`];
    standby.methods.set('auth.login_ex', () => ({ response_type: 'REDIRECT', urls }));
    const caller = bench.open(standby, { user: 'burnin' });
    await until('the failure', () => /names no other one/.test(caller.view.message));
    assert.equal(plain.connections, 0);
    urls = [plain.url];
    await untilLink(caller, 'refused');
    assert.match(caller.view.message, /is not the pinned one/);
    assert.deepEqual(plain.bytes, []);
  });

  it('leaves a circle of redirects', async () => {
    const [one, two] = [await bench.serve('json_rpc'), await bench.serve('json_rpc')];
    one.methods.set('auth.login_ex', () => ({ response_type: 'REDIRECT', urls: [two.url] }));
    two.methods.set('auth.login_ex', () => ({ response_type: 'REDIRECT', urls: [one.url] }));
    const caller = bench.open(one, { user: 'burnin' });
    await until('the failure', () => /send from one to the other/.test(caller.view.message));
    await pause();
    assert.equal(one.logins + two.logins, 4);
  });

  it('asks again while TrueNAS is starting, and does not guess', async () => {
    const server = await bench.serve('json_rpc');
    server.versions = (_, response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<html>');
    const caller = bench.open(server);
    await until('two questions', () => server.requests.length >= 2);
    assert.equal(server.logins, 0);
    assert.match(caller.view.message, /HTTP status 502/);
    server.versions = null;
    await untilLink(caller, 'connected');
  });

  it('takes an answer without end for no answer', async () => {
    const server = await bench.serve('json_rpc');
    server.versions = (_, response) => response.writeHead(200).end('["' + 'x'.repeat(10 ** 6));
    const caller = bench.open(server);
    await until('the failure', () => /without end/.test(caller.view.message));
    assert.equal(server.logins, 0);
  });

  it('gives up a server that never answers the login, and says the same of one that is not there', async () => {
    const server = await bench.serve('json_rpc');
    server.isDeaf = true;
    const caller = bench.open(server, { timings: { connectTimeoutMs: 200 } });
    await until('the failure', () => /no answer from TrueNAS within 200 ms/.test(caller.view.message));
    const { port } = server;
    await server.close();
    await until('the failure', () => /connection refused/.test(caller.view.message));
    server.isDeaf = false;
    await server.listen(port);
    await untilLink(caller, 'connected');
  });

  it('gives up a server that never answers the WebSocket handshake', async () => {
    const server = await bench.serve('json_rpc');
    server.isSlow = true;
    const caller = bench.open(server, { timings: { connectTimeoutMs: 200 } });
    await until('the failure', () => /no answer in time to the WebSocket/.test(caller.view.message));
    server.isSlow = false;
    await untilLink(caller, 'connected');
  });

  it('reaches a host by its name', async () => {
    const server = await bench.serve('json_rpc');
    await untilLink(bench.open(server, { url: `wss://localhost:${server.port}` }), 'connected');
  });

  it('does not take another answer than a text for a version', async () => {
    const server = await bench.serve('json_rpc');
    server.methods.set('system.version', () => ({ version: 1 }));
    const caller = bench.open(server);
    await untilLink(caller, 'connected');
    assert.deepEqual([caller.version, caller.view.version], [null, null]);
  });

  it('starts over when the connection breaks between login and version', async () => {
    const server = await bench.serve('json_rpc');
    server.methods.set('system.version', () => {
      server.methods.set('system.version', () => 'TrueNAS-25.10.6');
      server.cut();
      return null;
    });
    const caller = bench.open(server);
    await untilLink(caller, 'connected');
    assert.equal(server.logins, 2);
  });

  it('tells a server that answers strangely from one that says yes', async () => {
    const server = await bench.serve('json_rpc');
    server.methods.set('auth.login_with_api_key', () => ({ $set: [true] }));
    const caller = bench.open(server);
    await untilLink(caller, 'refused');
    assert.match(caller.view.message, /in a way that is not known/);
  });

  it('shows a version without measure as one short line', async () => {
    const server = await bench.serve('json_rpc');
    server.methods.set('system.version', () => `TrueNAS\n\u202e${'9'.repeat(5000)}`);
    const caller = bench.open(server);
    await untilLink(caller, 'connected');
    assert.equal(caller.view.version?.length, 100);
    assert.doesNotMatch(caller.view.message, /[\n\u202e]/);
  });
});
