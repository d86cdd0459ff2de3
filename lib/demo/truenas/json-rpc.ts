import { buildCallQueue, mostCalls, type CallQueue } from './call-queue';
import { isObject, type Dialect, type Send } from './dialect';
import { authorize, findMethod, runMethod } from './dispatch';
import { buildTrace, crash, errnoOf, MiddlewareError } from './errors';
import type { Session, World } from './world';

type Id = string | number | null;

interface Request {
  /** Undefined for a notification, which gets no answer. */
  readonly id: Id | undefined;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** JSON-RPC 2.0 as TrueNAS speaks it from 25.04 on. */
export function speakJsonRpc(world: World, session: Session, send: Send): Dialect {
  const queue = buildCallQueue();
  return {
    onMessage: (message) => {
      if (Array.isArray(message)) {
        send(buildError(null, { code: -32700, message: 'Batch calls are not supported' }));
        return;
      }
      const request = readRequest(message);
      if (request !== null) void serve(request, { world, session, send, queue });
      else if (isObject(message) && isId(message['id'])) {
        send(buildError(message['id'], { code: -32600, message: 'Invalid Request' }));
      }
    },
    onNonsense: () => {
      send(buildError(null, { code: -32700, message: 'Expecting value: line 1 column 1 (char 0)' }));
      return null;
    },
    sendEvent: (event) => send({ jsonrpc: '2.0', method: 'collection_update', params: event }),
  };
}

interface Service {
  readonly world: World;
  readonly session: Session;
  readonly send: Send;
  readonly queue: CallQueue;
}

async function serve(request: Request, { world, session, send, queue }: Service): Promise<void> {
  const { id } = request;
  const reply = (message: object) => {
    if (id !== undefined) send(message);
  };
  if (findMethod(request.method, world.release) === null) {
    reply(buildError(id ?? null, { code: -32601, message: 'Method does not exist' }));
    return;
  }
  const work = queue.run(async () => {
    const method = await authorize(world, session, request.method);
    return runMethod(world, method, { session, params: request.params });
  });
  if (work === null) {
    const message = `Maximum number of concurrent calls (${mostCalls}) has exceeded`;
    reply(buildError(id ?? null, { code: -32000, message }));
    return;
  }
  try {
    reply({ jsonrpc: '2.0', result: (await work) ?? null, id });
  } catch (error) {
    reply(buildError(id ?? null, describe(asMiddlewareError(error), world)));
  }
}

export function asMiddlewareError(error: unknown): MiddlewareError {
  if (error instanceof MiddlewareError) return error;
  return crash('Error', error instanceof Error ? error.message : String(error));
}

function describe(error: MiddlewareError, world: World): object {
  const { name, reason, kind, complaints } = error.facts;
  const isInvalid = kind === 'ValidationErrors';
  return {
    code: isInvalid ? -32602 : -32001,
    message: isInvalid ? 'Invalid params' : 'Method call error',
    data: {
      error: errnoOf(name, world.release),
      errname: name,
      reason,
      trace: buildTrace(error, world.release),
      extra: complaints,
    },
  };
}

function buildError(id: Id, error: object): object {
  return { jsonrpc: '2.0', error, id };
}

function readRequest(message: unknown): Request | null {
  if (!isObject(message) || message['jsonrpc'] !== '2.0') return null;
  const { id, method, params = [] } = message;
  if (typeof method !== 'string' || !Array.isArray(params)) return null;
  if (id !== undefined && !isId(id)) return null;
  if (Object.keys(message).some((name) => !['jsonrpc', 'id', 'method', 'params'].includes(name))) return null;
  return { id, method, params };
}

function isId(value: unknown): value is Id {
  return value === null || typeof value === 'string' || typeof value === 'number';
}
