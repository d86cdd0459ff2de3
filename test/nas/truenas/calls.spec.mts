import assert from 'node:assert/strict';
import { TruenasError } from '../../../dist/lib/core/truenas-error.js';
import { apiKey, Fault, silence } from '../../support/truenas-server.mts';
import { until } from '../../support/until.mts';
import { Bench, pause, untilLink } from './bench.mts';

const ways = ['json_rpc', 'ddp'] as const;

for (const way of ways) {
  describe(`Calls over the TrueNAS socket (${way})`, () => {
    const bench = new Bench();
    afterEach(() => bench.close());

    it('wait for the login and come back decoded', async () => {
      const server = await bench.serve(way);
      server.methods.set('pool.query', (params) => [
        { params, at: { $date: 1795305600000 }, roles: { $set: ['A'] } },
      ]);
      const caller = bench.open(server);
      assert.deepEqual(await caller.call('pool.query', [[], { extra: true }]), [
        { params: [[], { extra: true }], at: 1795305600000, roles: ['A'] },
      ]);
    });

    it('find their own answers, whatever the order', async () => {
      const server = await bench.serve(way);
      const late = new Map<unknown, () => void>();
      server.methods.set('echo', ([word]) => new Promise((resolve) => late.set(word, () => resolve(word))));
      const caller = bench.open(server);
      const calls = ['a', 'b', 'c'].map((word) => caller.call('echo', [word]));
      await until('all of them', () => late.size === 3);
      for (const word of ['c', 'a', 'b']) late.get(word)?.();
      assert.deepEqual(await Promise.all(calls), ['a', 'b', 'c']);
    });

    it('of twenty at once never run more than eight, and all come back', async () => {
      const server = await bench.serve(way);
      const held: (() => void)[] = [];
      server.methods.set('slow', ([n]) => new Promise((resolve) => held.push(() => resolve(n))));
      const caller = bench.open(server, { timings: { pingIntervalMs: 60_000 } });
      await untilLink(caller, 'connected');
      await until('the subscriptions', () => server.running === 0);
      const calls = Array.from({ length: 20 }, (_, n) => caller.call('slow', [n]));
      await until('eight', () => server.running === 8);
      await pause();
      const ended = Promise.all(calls);
      const letGo = setInterval(() => held.shift()?.(), 2);
      const results = await ended;
      clearInterval(letGo);
      assert.deepEqual(
        results,
        Array.from({ length: 20 }, (_, n) => n),
      );
      assert.equal(server.mostRunning, 8);
    });

    it('without an answer end by their time-out, and the session goes on', async () => {
      const server = await bench.serve(way);
      server.methods.set('hang', () => silence);
      server.methods.set('fine', () => 1);
      const caller = bench.open(server);
      await untilLink(caller, 'connected');
      await assert.rejects(caller.call('hang', [], { timeoutMs: 100 }), {
        name: 'UnreachableError',
        message: 'no answer from TrueNAS to hang within 100 ms',
      });
      assert.equal(await caller.call('fine', []), 1);
      assert.equal(server.logins, 1);
    });

    it('left unanswered again and again end the session', async () => {
      const server = await bench.serve(way);
      server.methods.set('hang', () => silence);
      const caller = bench.open(server);
      await untilLink(caller, 'connected');
      const calls = Array.from({ length: 8 }, () => caller.call('hang', [], { timeoutMs: 100 }));
      const ends = await Promise.allSettled(calls);
      assert.ok(ends.every((end) => end.status === 'rejected'));
      await until('a new session', () => server.logins === 2 && caller.view.link === 'connected');
    });

    it('are unreachable when the connection breaks in the middle of them', async () => {
      const server = await bench.serve(way);
      server.methods.set('hang', () => silence);
      server.methods.set('fine', () => 1);
      const caller = bench.open(server);
      const call = caller.call('hang', [], { isRepeatable: true });
      const end = assert.rejects(call, { name: 'UnreachableError', message: /connection to TrueNAS lost/ });
      await until('the call', () => server.calls.some(({ method }) => method === 'hang'));
      server.cut();
      await end;
      assert.equal(await caller.call('fine', []), 1);
      assert.equal(server.calls.filter(({ method }) => method === 'hang').length, 1);
    });

    it('are unreachable when nothing comes from a half-open connection any more', async () => {
      const server = await bench.serve(way);
      server.methods.set('hang', () => silence);
      const caller = bench.open(server);
      const call = caller.call('hang', []);
      const end = assert.rejects(call, { name: 'UnreachableError', message: /stopped answering/ });
      await until('the call', () => server.calls.some(({ method }) => method === 'hang'));
      server.freeze();
      await end;
      await untilLink(caller, 'connected');
    });

    it('end when pings stay unanswered, and only then', async () => {
      const server = await bench.serve(way);
      let pings = 0;
      server.methods.set('core.ping', () => (++pings % 2 === 0 ? silence : 'pong'));
      const caller = bench.open(server);
      await until('many pings', () => pings >= 8);
      assert.equal(server.logins, 1);
      server.methods.set('core.ping', () => silence);
      await until('a new session', () => server.logins === 2 && caller.view.link === 'connected');
    });

    it('end when a ping tells that the session is over', async () => {
      const server = await bench.serve(way);
      const caller = bench.open(server);
      await untilLink(caller, 'connected');
      for (const client of server.clients) client.isLoggedIn = false;
      await until('a new login', () => server.logins === 2 && caller.view.link === 'connected');
    });

    it('are not sent when they are longer than TrueNAS takes', async () => {
      const server = await bench.serve(way);
      const caller = bench.open(server);
      await assert.rejects(caller.call('disk.query', ['x'.repeat(70_000)]), {
        name: 'TruenasError',
        reason: 'invalid',
      });
      assert.equal(server.logins, 1);
      assert.ok(server.calls.every(({ method }) => method !== 'disk.query'));
    });

    it('are all settled by a close, and none is made after it', async () => {
      const server = await bench.serve(way);
      server.methods.set('hang', () => silence);
      const caller = bench.open(server);
      await untilLink(caller, 'connected');
      const calls = Array.from({ length: 12 }, () =>
        assert.rejects(caller.call('hang', []), { name: 'UnreachableError' }),
      );
      await caller.close();
      await Promise.all(calls);
      await assert.rejects(caller.call('disk.query', []), { name: 'UnreachableError' });
      await until('the server to be left', () => server.clients.size === 0);
      assert.equal(caller.view.link, 'disconnected');
      await caller.close();
    });

    it('are settled by a close before there is any connection', async () => {
      const server = await bench.serve(way);
      server.isDeaf = true;
      const caller = bench.open(server);
      const call = assert.rejects(caller.call('disk.query', []), { name: 'UnreachableError' });
      await until('the socket', () => server.clients.size === 1);
      await caller.close();
      await call;
      await until('the server to be left', () => server.clients.size === 0);
    });

    it('live through frames of garbage', async () => {
      const server = await bench.serve(way);
      // Reading megabytes takes longer than the quick pings of these tests.
      const caller = bench.open(server, { timings: { pingIntervalMs: 60_000 } });
      await untilLink(caller, 'connected');
      const before = caller.view;
      server.methods.set('fine', () => {
        for (const frame of [
          'no JSON',
          '',
          '[]',
          'null',
          '{"jsonrpc":"2.0","id":4711,"result":"for nobody"}',
          '{"msg":"result","id":"4711","result":"for nobody"}',
          '{"__proto__":{"isOpen":false},"jsonrpc":"2.0","id":1,"result":1}',
          `{"jsonrpc":"2.0","id":9,"msg":"result","result":${'['.repeat(5000)}${']'.repeat(5000)}}`,
          `{"msg":"changed","collection":"x","fields":"${'x'.repeat(2 ** 24)}"}`,
          '{"msg":"connected"}',
          '{"msg":"failed"}',
          '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"bad"}}',
          '{"jsonrpc":"2.0","method":"collection_update","params":{"collection":["disk.query"]}}',
        ]) {
          server.say(frame);
        }
        for (const { socket } of server.clients) socket.send(Buffer.from([1, 2, 3]));
        return 'still here';
      });
      assert.equal(await caller.call('fine', []), 'still here');
      assert.deepEqual(caller.view, before);
      assert.equal(server.logins, 1);
    });

    it('lose the session to a frame without measure, and get another', async () => {
      const server = await bench.serve(way);
      const caller = bench.open(server, { timings: { pingIntervalMs: 60_000 } });
      await untilLink(caller, 'connected');
      server.say('x'.repeat(2 ** 25 + 1));
      await until('a new session', () => server.logins === 2 && caller.view.link === 'connected');
    });

    it('never show the key, though the server does', async () => {
      const server = await bench.serve(way);
      const secret = apiKey.slice(2);
      server.methods.set('echo', () => ({ key: apiKey, list: [`x ${secret} y`] }));
      server.methods.set('fail', () => {
        throw new Fault(`[EINVAL] ${apiKey} is bad`, { errno: 22, extra: [[secret, apiKey, 22]] });
      });
      const caller = bench.open(server);
      const said = [await caller.call('echo', [])];
      await caller
        .call('fail', [])
        .catch((error: unknown) => said.push(String(error), (error as Error).stack));
      server.methods.set('auth.login_with_api_key', () => {
        throw new Fault(`[EACCES] no ${apiKey}`, { errno: 13 });
      });
      caller.onChange(() => said.push(caller.view.message));
      for (const { socket } of server.clients) socket.close(4000, `bye ${secret}`);
      await untilLink(caller, 'refused');
      const text = JSON.stringify(said);
      assert.ok((text.match(/\(API key\)/g) ?? []).length >= 8, text);
      assert.ok(!text.includes(secret.slice(0, 12)), text);
    });
  });

  describe(`Hints over the TrueNAS socket (${way})`, () => {
    const bench = new Bench();
    afterEach(() => bench.close());

    it('tell which collection changed, once for many changes', async () => {
      const server = await bench.serve(way);
      const caller = bench.open(server, { timings: { hintDelayMs: 50 } });
      const hints: string[] = [];
      const leave = caller.onHint((collection) => hints.push(collection));
      await until('three subscriptions', () => {
        return server.calls.filter(({ method }) => method === 'core.subscribe').length === 3;
      });
      for (let n = 0; n < 100; n += 1) server.tell('disk.query', { id: n, fields: { disk_name: 'sda' } });
      server.tell('reporting.realtime');
      server.tell('alert.list');
      await until('both', () => hints.length >= 2);
      await pause();
      assert.deepEqual(hints, ['disk.query', 'alert.list']);
      leave();
      server.tell('pool.query');
      await pause();
      assert.equal(hints.length, 2);
    });

    it('stay away from a key without the role for them, and nothing else does', async () => {
      const server = await bench.serve(way);
      server.methods.set('core.subscribe', () => {
        throw new Fault('[EACCES] Not authorized', { errno: 13 });
      });
      server.methods.set('fine', () => 1);
      const caller = bench.open(server);
      assert.equal(await caller.call('fine', []), 1);
      assert.equal(caller.view.link, 'connected');
      assert.equal(server.logins, 1);
    });

    it('are given for everything after a time without connection', async () => {
      const server = await bench.serve(way);
      const caller = bench.open(server);
      const hints: string[] = [];
      caller.onHint((collection) => hints.push(collection));
      await untilLink(caller, 'connected');
      assert.deepEqual(hints, []);
      server.cut();
      await until('all of them', () => hints.length === 3);
      assert.deepEqual(hints.sort(), ['alert.list', 'disk.query', 'pool.query']);
    });

    it('come with changes of the view, until nobody listens', async () => {
      const server = await bench.serve(way);
      const caller = bench.open(server);
      const links: string[] = [];
      const leave = caller.onChange(() => links.push(caller.view.link));
      await untilLink(caller, 'connected');
      server.cut();
      await until('the way back', () => links.length === 3);
      assert.deepEqual(links, ['connected', 'disconnected', 'connected']);
      leave();
      await caller.close();
      assert.equal(links.length, 3);
    });
  });
}

describe('TruenasError', () => {
  it('is told from a lost connection by its class', async () => {
    const bench = new Bench();
    const server = await bench.serve('json_rpc');
    await assert.rejects(bench.open(server).call('no.such', []), (error) => error instanceof TruenasError);
    await bench.close();
  });
});
