import { isPlainObject } from './plain-data';
import type { Reading } from './read-host-answer';
import { itemsAt, textAt } from './read-json';
import { readDdpError } from './read-truenas-error';
import { readTruenasJson } from './read-truenas-json';
import { TruenasError } from './truenas-error';
import type { TruenasDialect, TruenasFrame } from './truenas-frames';
import type { Redact } from './truenas-secrets';

const greetingId = 'connect';

/** The DDP-like dialect: the only one of CORE and 24.10. */
export const ddpDialect: TruenasDialect = {
  way: 'ddp',
  path: '/websocket',
  greeting: { id: greetingId, text: JSON.stringify({ msg: 'connect', version: '1', support: ['1'] }) },
  buildId: String,
  buildSubscriptionId: (count) => `s${count}`,
  buildCall: ({ id, method, params }) => JSON.stringify({ id, msg: 'method', method, params }),
  buildSubscription: (id, collection) => JSON.stringify({ id, msg: 'sub', name: collection }),
  read: readDdpFrame,
};

type Frames = Reading<readonly TruenasFrame[]>;
type Members = Readonly<Record<string, unknown>>;

const readers: Readonly<Record<string, (frame: Members) => Frames>> = {
  connected: () => one({ kind: 'answer', id: greetingId, result: true }),
  failed: () =>
    one({
      kind: 'error',
      id: greetingId,
      error: new TruenasError('failed', 'another protocol version is wanted'),
    }),
  result: readResult,
  ready: readReady,
  nosub: (frame) => withId(frame, (id) => ({ kind: 'error', id, error: readDdpError(frame['error']) })),
  added: readChange,
  changed: readChange,
  removed: readChange,
};

function readDdpFrame(text: string, redact: Redact): Frames {
  const json = readTruenasJson(text, redact);
  if (!json.ok) return json;
  const frame = json.value;
  const msg = textAt(frame, 'msg');
  if (!isPlainObject(frame) || msg === null) return problem('a frame without msg');
  const reader = Object.hasOwn(readers, msg) ? readers[msg] : undefined;
  return reader === undefined ? one({ kind: 'nothing' }) : reader(frame);
}

function readResult(frame: Members): Frames {
  return withId(frame, (id) => {
    if (isPlainObject(frame['error'])) return { kind: 'error', id, error: readDdpError(frame['error']) };
    return Object.hasOwn(frame, 'result') ? { kind: 'answer', id, result: frame['result'] } : null;
  });
}

/** There are three subscriptions. */
const mostIds = 100;

/** Only ids of subscriptions are told ready; it must not answer a call. */
function readReady(frame: Members): Frames {
  const ids = itemsAt(frame, 'subs')
    .slice(0, mostIds)
    .filter((id) => typeof id === 'string' && /^s\d{1,15}$/.test(id));
  return { ok: true, value: ids.map((id) => ({ kind: 'answer', id: String(id), result: true })) };
}

function readChange(frame: Members): Frames {
  const collection = textAt(frame, 'collection');
  return collection === null ? problem('a change of no collection') : one({ kind: 'hint', collection });
}

function withId(frame: Members, build: (id: string) => TruenasFrame | null): Frames {
  const id = textAt(frame, 'id');
  if (id === null || !/^s?\d{1,15}$/.test(id)) return problem('an answer without a usable id');
  const built = build(id);
  return built === null ? problem('a result without a result') : one(built);
}

function one(frame: TruenasFrame): Frames {
  return { ok: true, value: [frame] };
}

function problem(words: string): Reading<never> {
  return { ok: false, problem: words };
}
