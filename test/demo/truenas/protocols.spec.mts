import assert from 'node:assert/strict';

import { until } from '../support.mts';
import {
  dataOf,
  errorOf,
  loginEx,
  openApi,
  openApiBench,
  openDdp,
  openRpc,
  openSocket,
  type ApiBench,
  type Json,
} from './clients.mts';

const byId = (id: unknown) => (message: Json) => message['id'] === id;

describe('JSON-RPC of the rehearsal TrueNAS', () => {
  let bench: ApiBench;
  beforeEach(async () => (bench = await openApiBench('25.10', { api: { idleMs: 60_000 } })));
  afterEach(() => bench.close());

  it('tells errors of the envelope as they are', async () => {
    const rpc = await openRpc(bench.settings);
    rpc.sendText('{');
    assert.equal(errorOf(await rpc.hear(byId(null)))['code'], -32700);
    rpc.send({ id: 1, method: 'core.ping' });
    assert.equal(errorOf(await rpc.hear(byId(1)))['code'], -32600);
    rpc.send({ jsonrpc: '2.0', id: 2, method: 'core.ping', params: { a: 1 } });
    assert.equal(errorOf(await rpc.hear(byId(2)))['code'], -32600);
    rpc.send({ jsonrpc: '2.0', id: 3, method: 'no.such' });
    assert.deepEqual(errorOf(await rpc.hear(byId(3))), { code: -32601, message: 'Method does not exist' });
    rpc.send({ jsonrpc: '2.0', method: 'no.such' });
    rpc.send({ jsonrpc: '2.0', id: 'text', method: 'core.ping' });
    assert.equal((await rpc.hear(byId('text')))['result'], 'pong');
    assert.equal(rpc.heard.length, 5, 'a notification has no answer');
  });

  it('refuses batches', async () => {
    const rpc = await openRpc(bench.settings);
    rpc.sendText(JSON.stringify([{ jsonrpc: '2.0', id: 1, method: 'core.ping' }]));
    const answer = await rpc.hear(byId(null));
    assert.equal(errorOf(answer)['code'], -32700);
  });

  it('tells what is wrong with parameters', async () => {
    const rpc = await openApi(bench);
    const error = errorOf(await rpc.call('disk.update', ['{serial}7SGK2D1C', { description: 7, colour: 1 }]));
    assert.deepEqual([error['code'], error['message']], [-32602, 'Invalid params']);
    const data = error['data'] as Json;
    assert.deepEqual([data['error'], data['errname']], [22, 'EINVAL']);
    assert.deepEqual(data['extra'], [['disk_update.colour', 'Extra inputs are not permitted', 22]]);
    assert.match(String(data['reason']), /^\[EINVAL\] disk_update\.colour: /);
  });

  it('has no frames in its traces on 26', async () => {
    for (const version of ['25.10', '26'] as const) {
      await bench.nas.setVersion(version);
      const rpc = await openRpc(bench.settings);
      const trace = dataOf(await rpc.call('system.version'))['trace'] as Json;
      assert.equal('frames' in trace, version === '25.10');
      assert.match(String(trace['formatted']), /^Traceback/);
    }
  });

  it('closes on long messages: 8 KiB of a stranger, 64 KiB of a client', async () => {
    const params = (size: number) => ['x'.repeat(size)];
    const stranger = await openRpc(bench.settings);
    stranger.send({ jsonrpc: '2.0', id: 1, method: 'core.ping', params: params(8000) });
    await stranger.hear(byId(1));
    stranger.send({ jsonrpc: '2.0', id: 2, method: 'core.ping', params: params(8200) });
    assert.equal(await stranger.closed, 1007);
    const client = await openApi(bench);
    client.send({ jsonrpc: '2.0', id: 1, method: 'core.ping', params: params(60_000) });
    await client.hear(byId(1));
    client.send({ jsonrpc: '2.0', id: 2, method: 'core.ping', params: params(70_000) });
    assert.equal(await client.closed, 1009);
    const binary = await openRpc(bench.settings);
    binary.sendText(Buffer.from('{}'));
    assert.equal(await binary.closed, 1003);
  });

  it('runs ten calls of a socket, lets ten wait and refuses the rest', async () => {
    const rpc = await openApi(bench);
    bench.nas.api.slowCalls(100);
    const answers = await Promise.all(Array.from({ length: 23 }, () => rpc.call('system.version')));
    const refused = answers.filter((answer) => 'error' in answer);
    assert.deepEqual(
      refused.map((answer) => errorOf(answer)['code']),
      [-32000, -32000, -32000],
    );
    bench.nas.api.slowCalls(0);
    assert.equal(await rpc.ask('core.ping'), 'pong');
  });
});

describe('DDP of the rehearsal TrueNAS', () => {
  let bench: ApiBench;
  afterEach(() => bench.close());

  it('wants the handshake first, in version 1', async () => {
    bench = await openApiBench('24.10');
    const socket = await openSocket(`${bench.settings.url}/websocket`);
    socket.send({ id: 'a', msg: 'method', method: 'core.ping' });
    assert.deepEqual(await socket.hear(({ msg }) => msg === 'failed'), { msg: 'failed', version: '1' });
    socket.send({ msg: 'connect', version: '1', support: ['1'] });
    assert.match(String((await socket.hear(({ msg }) => msg === 'connected'))['session']), /^[\da-f-]{36}$/);
    socket.sendText('nonsense');
    assert.equal(await socket.closed, 1007);
    const binary = await openDdp(bench.settings);
    binary.sendText(Buffer.from('{}'));
    assert.equal(await binary.closed, 1003);
  });

  for (const version of ['core-13.3', '24.10', '25.04', '26'] as const) {
    it(`answers the ping frame as ${version} does`, async () => {
      bench = await openApiBench(version);
      const ddp = await openDdp(bench.settings);
      ddp.send({ msg: 'ping', id: 'p' });
      await ddp.call('core.ping');
      const isAnswered = ddp.heard.some(({ msg, id }) => msg === 'pong' && id === 'p');
      assert.equal(isAnswered, version === 'core-13.3' || version === '24.10');
    });
  }

  it('has the errors of FreeBSD on CORE and of Linux later', async () => {
    for (const version of ['core-13.0', '24.10'] as const) {
      bench = await openApiBench(version);
      const isCore = version === 'core-13.0';
      const ddp = await openApi(bench);
      const unknown = errorOf(await ddp.call('no.such'));
      assert.deepEqual([unknown['error'], unknown['type']], [201, null]);
      const two = { colour: 1, shape: 2 };
      const several = errorOf(await ddp.call('disk.update', ['{serial}7SGK2D1C', two]));
      assert.deepEqual([several['error'], several['type']], [isCore ? 35 : 11, 'VALIDATION']);
      assert.equal((several['extra'] as unknown[]).length, 2);
      bench.nas.api.slowCalls(50);
      const many = await Promise.all(Array.from({ length: 21 }, () => ddp.call('core.ping')));
      const refused = many.filter((answer) => 'error' in answer).map(errorOf);
      assert.deepEqual(
        refused.map(({ error }) => error),
        [isCore ? 59 : 109],
      );
      assert.equal('errname' in (refused[0] ?? {}), !isCore);
      if (isCore) await bench.close();
    }
  });

  it('refuses subscriptions as the release does', async () => {
    bench = await openApiBench('core-13.3');
    const core = await openDdp(bench.settings);
    core.send({ id: 's', msg: 'sub', name: 'disk.query' });
    assert.equal((await core.hear(byId('s')))['msg'], 'nosub');
    await bench.nas.setVersion('24.10');
    const scale = await openDdp(bench.settings);
    scale.send({ id: 's', msg: 'sub', name: 'disk.query' });
    const refused = await scale.hear(byId('s'));
    assert.deepEqual([refused['msg'], errorOf(refused)['error']], ['result', 13]);
  });

  it('is still served beside JSON-RPC', async () => {
    bench = await openApiBench('26');
    const ddp = await openDdp(bench.settings);
    assert.equal(await ddp.ask('auth.login_with_api_key', [bench.settings.apiKey]), true);
    assert.equal(((await ddp.ask('disk.query')) as Json[]).length, bench.nas.drives.length);
  });
});

describe('A silent socket of the rehearsal TrueNAS', () => {
  it('is cut without a word after a while, and kept by calls', async () => {
    const bench = await openApiBench('25.10', { api: { idleMs: 300 } });
    const rpc = await openRpc(bench.settings);
    await loginEx(rpc, bench.settings);
    const silent = await openRpc(bench.settings);
    let isOver = false;
    void silent.closed.then(() => (isOver = true));
    await until('the silent one is cut', async () => {
      assert.equal(await rpc.ask('core.ping'), 'pong');
      return isOver;
    });
    assert.equal(await silent.closed, 1006);
    await bench.close();
  });
});
