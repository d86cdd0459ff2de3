import { isPlainObject } from './plain-data';
import type { Reading } from './read-host-answer';
import { textAt } from './read-json';
import { readRpcError } from './read-truenas-error';
import { readTruenasJson } from './read-truenas-json';
import type { TruenasCallFrame, TruenasDialect, TruenasFrame } from './truenas-frames';
import type { Redact } from './truenas-secrets';

/** JSON-RPC 2.0, from 25.04. */
export const rpcDialect: TruenasDialect = {
  way: 'json_rpc',
  path: '/api/current',
  greeting: null,
  buildId: String,
  buildSubscriptionId: String,
  buildCall,
  buildSubscription: (id, collection) => buildCall({ id, method: 'core.subscribe', params: [collection] }),
  read: readRpcFrame,
};

function buildCall({ id, method, params }: TruenasCallFrame): string {
  return JSON.stringify({ jsonrpc: '2.0', id: Number(id), method, params });
}

function readRpcFrame(text: string, redact: Redact): Reading<readonly TruenasFrame[]> {
  const json = readTruenasJson(text, redact);
  if (!json.ok) return json;
  const frame = json.value;
  if (!isPlainObject(frame) || frame['jsonrpc'] !== '2.0') return problem('a frame that is not JSON-RPC');
  if (Object.hasOwn(frame, 'method')) return readNotice(frame);
  const id = frame['id'];
  if (typeof id !== 'number' || !Number.isSafeInteger(id)) {
    return problem(`an answer without a usable id: ${readRpcError(frame['error']).message}`);
  }
  const hasResult = Object.hasOwn(frame, 'result');
  if (hasResult === isPlainObject(frame['error']))
    return problem('an answer with both or neither of result and error');
  if (hasResult) return one({ kind: 'answer', id: String(id), result: frame['result'] });
  return one({ kind: 'error', id: String(id), error: readRpcError(frame['error']) });
}

function readNotice(frame: Readonly<Record<string, unknown>>): Reading<readonly TruenasFrame[]> {
  if (frame['method'] !== 'collection_update') return one({ kind: 'nothing' });
  const collection = textAt(frame, 'params', 'collection');
  return collection === null ? problem('a change of no collection') : one({ kind: 'hint', collection });
}

function one(frame: TruenasFrame): Reading<readonly TruenasFrame[]> {
  return { ok: true, value: [frame] };
}

function problem(words: string): Reading<never> {
  return { ok: false, problem: words };
}
