import { randomUUID } from 'node:crypto';

import { buildCallQueue, mostCalls, type CallQueue } from './call-queue';
import { isObject, type Dialect, type Send } from './dialect';
import { authorize, runMethod } from './dispatch';
import { buildTrace, callError, errnoOf, type MiddlewareError } from './errors';
import { asMiddlewareError } from './json-rpc';
import { maySubscribe } from './subscriptions';
import { isSince } from './versions';
import type { CollectionEvent, Session, World } from './world';

type Message = Readonly<Record<string, unknown>>;

interface Service {
  readonly world: World;
  readonly session: Session;
  readonly send: Send;
  readonly queue: CallQueue;
}

/** The older protocol, after Meteor's DDP: the only one up to 24.10, and still there later. */
export function speakDdp(world: World, session: Session, send: Send): Dialect {
  const service = { world, session, send, queue: buildCallQueue() };
  let isConnected = false;
  return {
    onMessage: (message) => {
      if (!isObject(message)) return;
      if (message['msg'] === 'connect') {
        isConnected = message['version'] === '1';
        send(isConnected ? { msg: 'connected', session: session.id } : { msg: 'failed', version: '1' });
      } else if (!isConnected) send({ msg: 'failed', version: '1' });
      else serve(message, service);
    },
    onNonsense: () => ({ closeCode: 1007 }),
    sendEvent: (event) => send(buildEvent(event, world)),
  };
}

function serve(message: Message, service: Service): void {
  const { world, session, send } = service;
  const { id } = message;
  switch (message['msg']) {
    case 'method':
      void call(message, service);
      return;
    case 'sub':
      subscribe(message, service);
      return;
    case 'unsub':
      if (typeof id === 'string') session.subscriptions.delete(id);
      return;
    case 'ping':
      // 25.04 and later have no answer to it.
      if (!isSince(world.release, '25.04')) send(id === undefined ? { msg: 'pong' } : { msg: 'pong', id });
      return;
    default:
  }
}

async function call(message: Message, { world, session, send, queue }: Service): Promise<void> {
  const { id, method: name, params = [] } = message;
  const refuse = (error: MiddlewareError) => send({ id, msg: 'result', error: buildError(error, world) });
  if (typeof name !== 'string') {
    refuse(callError('EINVAL', "Message is malformed: 'method' is absent."));
    return;
  }
  if (!Array.isArray(params)) {
    refuse(callError('EINVAL', '`params` must be a list.'));
    return;
  }
  const work = queue.run(async () => {
    const method = await authorize(world, session, name);
    return runMethod(world, method, { session, params });
  });
  if (work === null) {
    refuse(callError('ETOOMANYREFS', `Maximum number of concurrent calls (${mostCalls}) has exceeded.`));
    return;
  }
  try {
    send({ id, msg: 'result', result: (await work) ?? null });
  } catch (error) {
    refuse(asMiddlewareError(error));
  }
}

function subscribe({ id, name }: Message, { world, session, send }: Service): void {
  const ident = typeof id === 'string' ? id : randomUUID();
  if (typeof name !== 'string' || !maySubscribe(world.release, session, name)) {
    const error = buildError(callError('EACCES', 'Not authorized'), world);
    send(world.release.isCore ? { msg: 'nosub', id, error } : { id, msg: 'result', error });
    return;
  }
  session.subscriptions.set(ident, name);
  send({ msg: 'ready', subs: [ident] });
}

/** Several complaints at once are EAGAIN; `errname` came after CORE. */
function buildError(error: MiddlewareError, world: World): object {
  const { name, reason, kind, complaints } = error.facts;
  const [only] = complaints ?? [];
  const isSeveral = (complaints?.length ?? 0) > 1;
  const errname = isSeveral ? 'EAGAIN' : name;
  return {
    error: only !== undefined && !isSeveral ? only[2] : errnoOf(errname, world.release),
    ...(world.release.isCore ? {} : { errname }),
    type: kind === 'ValidationErrors' ? 'VALIDATION' : null,
    reason,
    trace: buildTrace(error, world.release),
    extra: complaints,
  };
}

/** CORE tells of what has gone as of a change that clears it. */
function buildEvent(event: CollectionEvent, world: World): object {
  if (event.msg !== 'removed' || !world.release.isCore) return event;
  return { ...event, msg: 'changed', cleared: true };
}
