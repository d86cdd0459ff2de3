import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ddpDialect } from '../../dist/lib/core/truenas-ddp.js';
import type { TruenasDialect, TruenasFrame } from '../../dist/lib/core/truenas-frames.js';
import { rpcDialect } from '../../dist/lib/core/truenas-rpc.js';
import { redactNothing } from '../../dist/lib/core/truenas-secrets.js';

function read(dialect: TruenasDialect, frame: unknown): readonly TruenasFrame[] {
  const reading = dialect.read(typeof frame === 'string' ? frame : JSON.stringify(frame), redactNothing);
  assert.ok(reading.ok, reading.ok ? '' : reading.problem);
  return reading.value;
}

function readProblem(dialect: TruenasDialect, frame: unknown): string {
  const reading = dialect.read(typeof frame === 'string' ? frame : JSON.stringify(frame), redactNothing);
  assert.ok(!reading.ok, JSON.stringify(reading));
  return reading.problem;
}

describe('JSON-RPC frames', () => {
  it('are built as the middleware wants them', () => {
    assert.deepEqual(JSON.parse(rpcDialect.buildCall({ id: '17', method: 'disk.query', params: [[]] })), {
      jsonrpc: '2.0',
      id: 17,
      method: 'disk.query',
      params: [[]],
    });
    const id = rpcDialect.buildSubscriptionId(3);
    assert.deepEqual(JSON.parse(rpcDialect.buildSubscription(id, 'disk.query')), {
      jsonrpc: '2.0',
      id: 3,
      method: 'core.subscribe',
      params: ['disk.query'],
    });
    assert.equal(rpcDialect.buildId(4), '4');
    assert.equal(rpcDialect.greeting, null);
  });

  it('are read as answers, errors, hints and what is of no concern', () => {
    assert.deepEqual(read(rpcDialect, { jsonrpc: '2.0', id: 1, result: { at: { $date: 5 } } }), [
      { kind: 'answer', id: '1', result: { at: 5 } },
    ]);
    assert.deepEqual(read(rpcDialect, { jsonrpc: '2.0', id: 1, result: null }), [
      { kind: 'answer', id: '1', result: null },
    ]);
    const [error] = read(rpcDialect, { jsonrpc: '2.0', id: 2, error: { code: -32601, message: 'x' } });
    assert.ok(error?.kind === 'error' && error.id === '2' && error.error.reason === 'no_method');
    const params = { msg: 'changed', collection: 'disk.query', fields: {} };
    assert.deepEqual(read(rpcDialect, { jsonrpc: '2.0', method: 'collection_update', params }), [
      { kind: 'hint', collection: 'disk.query' },
    ]);
    assert.deepEqual(read(rpcDialect, { jsonrpc: '2.0', method: 'notify_unsubscribed', params: {} }), [
      { kind: 'nothing' },
    ]);
  });

  const bad: readonly (readonly [string, unknown])[] = [
    ['no JSON', 'hello'],
    ['a list', [1]],
    ['another version', { jsonrpc: '1.0', id: 1, result: 1 }],
    ['no id', { jsonrpc: '2.0', result: 1 }],
    ['an id that is a text', { jsonrpc: '2.0', id: '1', result: 1 }],
    ['an id that is no whole number', { jsonrpc: '2.0', id: 1.5, result: 1 }],
    ['an error for nobody', { jsonrpc: '2.0', id: null, error: { code: -32700, message: 'x' } }],
    ['result and error', { jsonrpc: '2.0', id: 1, result: 1, error: {} }],
    ['neither', { jsonrpc: '2.0', id: 1 }],
    ['an error that is a text', { jsonrpc: '2.0', id: 1, error: 'x' }],
    ['a change of nothing', { jsonrpc: '2.0', method: 'collection_update', params: [] }],
  ];
  for (const [name, frame] of bad) {
    it(`with ${name} are a problem`, () => assert.ok(readProblem(rpcDialect, frame)));
  }
});

describe('DDP frames', () => {
  it('tell no more than a hundred subscriptions ready at once', () => {
    const subs = Array.from({ length: 5000 }, (_, index) => `s${index}`);
    assert.equal(read(ddpDialect, { msg: 'ready', subs }).length, 100);
  });

  it('are built as the middleware wants them', () => {
    assert.deepEqual(JSON.parse(ddpDialect.buildCall({ id: '9', method: 'disk.query', params: [] })), {
      id: '9',
      msg: 'method',
      method: 'disk.query',
      params: [],
    });
    const id = ddpDialect.buildSubscriptionId(3);
    assert.deepEqual(JSON.parse(ddpDialect.buildSubscription(id, 'pool.query')), {
      id: 's3',
      msg: 'sub',
      name: 'pool.query',
    });
    assert.equal(ddpDialect.buildId(4), '4');
    assert.deepEqual(JSON.parse(ddpDialect.greeting?.text ?? ''), {
      msg: 'connect',
      version: '1',
      support: ['1'],
    });
  });

  it('are read as answers, errors, hints and what is of no concern', () => {
    const id = ddpDialect.greeting?.id;
    assert.deepEqual(read(ddpDialect, { msg: 'connected', session: 'x' }), [
      { kind: 'answer', id, result: true },
    ]);
    const [failed] = read(ddpDialect, { msg: 'failed', version: '1' });
    assert.ok(failed?.kind === 'error' && failed.id === id);
    assert.deepEqual(read(ddpDialect, { id: '1', msg: 'result', result: [{ $date: 3 }] }), [
      { kind: 'answer', id: '1', result: [3] },
    ]);
    const [error] = read(ddpDialect, { id: '1', msg: 'result', error: { error: 201, reason: 'x' } });
    assert.ok(error?.kind === 'error' && error.error.reason === 'no_method');
    assert.deepEqual(read(ddpDialect, { msg: 'ready', subs: ['s1', '2', 7, 's3'] }), [
      { kind: 'answer', id: 's1', result: true },
      { kind: 'answer', id: 's3', result: true },
    ]);
    const [nosub] = read(ddpDialect, { msg: 'nosub', id: 's1', error: { error: 13, reason: 'no' } });
    assert.ok(nosub?.kind === 'error' && nosub.id === 's1');
    for (const msg of ['added', 'changed', 'removed']) {
      assert.deepEqual(read(ddpDialect, { msg, collection: 'disk.query', id: 'x', cleared: true }), [
        { kind: 'hint', collection: 'disk.query' },
      ]);
    }
    for (const msg of ['pong', 'updated', 'constructor']) {
      assert.deepEqual(read(ddpDialect, { msg }), [{ kind: 'nothing' }]);
    }
  });

  const bad: readonly (readonly [string, unknown])[] = [
    ['no JSON', '{'],
    ['a list', ['msg']],
    ['no msg', { id: '1', result: 1 }],
    ['a msg that is no text', { msg: 1 }],
    ['no id', { msg: 'result', result: 1 }],
    ['an id that is a number', { msg: 'result', id: 1, result: 1 }],
    ['the id of the greeting', { msg: 'result', id: 'connect', result: 1 }],
    ['no result', { msg: 'result', id: '1' }],
    ['a refusal of nothing', { msg: 'nosub' }],
    ['a change of nothing', { msg: 'changed', collection: 7 }],
  ];
  for (const [name, frame] of bad) {
    it(`with ${name} are a problem`, () => assert.ok(readProblem(ddpDialect, frame)));
  }
});

describe('Any text at all', () => {
  const fragments = fc.dictionary(
    fc.constantFrom(
      'jsonrpc',
      'id',
      'msg',
      'method',
      'params',
      'result',
      'error',
      'collection',
      'subs',
      '__proto__',
      'data',
      '$date',
      '$set',
    ),
    fc.jsonValue(),
  );
  const texts = fc.oneof(
    fc.string(),
    fc.json(),
    fragments.map((members) => JSON.stringify(members)),
  );
  for (const dialect of [rpcDialect, ddpDialect]) {
    it(`is read by ${dialect.way} or is a problem, and never more`, () => {
      fc.assert(
        fc.property(texts, (text) => {
          const reading = dialect.read(text, redactNothing);
          if (reading.ok) assert.ok(Array.isArray(reading.value));
          else assert.ok(reading.problem.length < 1000);
        }),
        { numRuns: 500 },
      );
      assert.equal(Object.keys(Object.prototype).length, 0);
    });
  }
});
