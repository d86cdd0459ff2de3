import fc from 'fast-check';
import { buildRedactor } from '../../dist/lib/core/truenas-secrets.js';
import { anyJson, anyText, grafted, mutated } from './inputs.mts';

/** What a key looks like; the part behind the hyphen is what nobody may see. */
export const secret = 'AbCdEfGhIjKlMnOpQrStUvWxYz0123456789';
export const redact = buildRedactor(`7-${secret}`);
export const faults: readonly unknown[] = [
  {
    error: 13,
    errname: 'EACCES',
    type: null,
    reason: '[EACCES] Not authorized',
    trace: { class: 'CallError', frames: [] },
    extra: null,
  },
  {
    error: 22,
    type: 'VALIDATION',
    reason: `key 7-${secret}`,
    trace: null,
    extra: [
      ['a.b', secret, 22],
      ['c', 'd', 2],
    ],
  },
];
export const rpcFaults = faults.map((data) => ({ code: -32001, message: 'Method call error', data }));
export const frames = [
  ...[true, { response_type: 'SUCCESS' }, [{ $date: 5 }, { $set: ['a'] }], `${secret} is it`].map(
    (result) => ({ jsonrpc: '2.0', id: 3, result }),
  ),
  ...rpcFaults.map((error) => ({ jsonrpc: '2.0', id: 4, error })),
  {
    jsonrpc: '2.0',
    method: 'collection_update',
    params: { msg: 'changed', collection: 'disk.query', id: 1 },
  },
];
export const ddpFrames = [
  { msg: 'connected', session: 'x' },
  { msg: 'failed', version: '2' },
  { msg: 'ready', subs: ['s1', 's2', '7'] },
  { id: '5', msg: 'result', result: [1, { $date: 5 }, secret] },
  ...faults.map((error) => ({ id: '6', msg: 'result', error })),
  { id: 's1', msg: 'nosub', error: faults[0] },
  { msg: 'changed', collection: 'pool.query', id: 1 },
];
const stringify = (value: unknown) => JSON.stringify(value);
const hugeFrames = [
  '['.repeat(30_000),
  `{"jsonrpc":"2.0","id":1,"result":${'['.repeat(300)}${']'.repeat(300)}}`,
  '{"jsonrpc":"2.0","id":1e999,"result":1}',
  '{"__proto__":{"msg":"result"},"jsonrpc":"2.0","id":1,"result":1}',
  `{"msg":"ready","subs":[${'"s1",'.repeat(9000)}"s2"]}`,
];

/** The text of a frame: real ones changed in their members or in their letters, and anything. */
export function frameText(samples: readonly object[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 4, arbitrary: grafted(samples).map(stringify) },
    { weight: 4, arbitrary: mutated(samples.map(stringify)) },
    { weight: 1, arbitrary: fc.constantFrom(...hugeFrames) },
    { weight: 1, arbitrary: anyText },
    { weight: 1, arbitrary: anyJson.map((json) => safeText(json)) },
  );
}

function safeText(json: unknown): string {
  try {
    return JSON.stringify(json);
  } catch {
    return '';
  }
}
