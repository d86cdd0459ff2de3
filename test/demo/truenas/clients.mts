import { once } from 'node:events';
import { request } from 'node:https';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';

import type { TruenasSettings } from '../../../dist/lib/core/settings.js';
import { openRehearsalNas, type RehearsalNas } from '../../../dist/lib/demo/rehearsal-nas.js';
import type { RehearsalVersion } from '../../../dist/lib/demo/truenas/versions.js';
import type { ApiTimings } from '../../../dist/lib/demo/truenas/world.js';
import { fail } from '../support.mts';

export type Json = Record<string, unknown>;

export interface ApiBench {
  readonly root: string;
  readonly nas: RehearsalNas;
  readonly settings: TruenasSettings;
  close(): Promise<void>;
}

export async function openApiBench(
  version: RehearsalVersion,
  options: { readonly speed?: number; readonly api?: Partial<ApiTimings> } = {},
): Promise<ApiBench> {
  const root = mkdtempSync(path.join(tmpdir(), 'truenas-'));
  const api = { failedLoginMs: 10, rateSleepMs: 10, ...options.api };
  const nas = await openRehearsalNas({ dir: root, version, speed: options.speed ?? 1000, api });
  return {
    root,
    nas,
    get settings() {
      return nas.truenas ?? fail('no TrueNAS');
    },
    close: async () => {
      await nas.close();
      rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    },
  };
}

/** A GET as a prober sends it: no credential, no redirects followed. */
export function get(
  settings: TruenasSettings,
  path: string,
): Promise<{ status: number; location: string | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(
      `${settings.url}${path}`,
      { rejectUnauthorized: false, agent: false },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, location: response.headers.location, body }),
        );
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

/** A socket that remembers everything it was told. */
export interface RawSocket {
  readonly heard: readonly Json[];
  sendText(text: string | Buffer): void;
  send(message: object): void;
  /** The first message that fits, heard already or yet to come. */
  hear(fits: (message: Json) => boolean): Promise<Json>;
  readonly closed: Promise<number>;
  close(): void;
}

export async function openSocket(url: string): Promise<RawSocket> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), { rejectUnauthorized: false });
  const heard: Json[] = [];
  socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString('utf8')) as Json));
  const closed = new Promise<number>((resolve) => socket.on('close', (code) => resolve(code)));
  await once(socket, 'open');
  socket.on('error', () => undefined);
  return {
    heard,
    closed,
    sendText: (text) => socket.send(text),
    send: (message) => socket.send(JSON.stringify(message)),
    hear: async (fits) => {
      for (const giveUpAt = Date.now() + 8000; Date.now() < giveUpAt; await wait(5)) {
        const found = heard.find(fits);
        if (found !== undefined) return found;
      }
      return fail(`not heard; but ${JSON.stringify(heard).slice(0, 500)}`);
    },
    close: () => socket.terminate(),
  };
}

/** Calls over either protocol, answered with `result` or `error`. */
export interface Caller extends RawSocket {
  call(method: string, params?: readonly unknown[]): Promise<Json>;
  /** The result of a call that is to succeed. */
  ask(method: string, params?: readonly unknown[]): Promise<unknown>;
}

export async function openRpc(settings: { url: string }, path = '/api/current'): Promise<Caller> {
  const socket = await openSocket(`${settings.url}${path}`);
  return buildCaller(socket, (id, method, params) => ({ jsonrpc: '2.0', id, method, params }));
}

export async function openDdp(settings: { url: string }): Promise<Caller> {
  const socket = await openSocket(`${settings.url}/websocket`);
  socket.send({ msg: 'connect', version: '1', support: ['1'] });
  await socket.hear(({ msg }) => msg === 'connected');
  return buildCaller(socket, (id, method, params) => ({ id, msg: 'method', method, params }));
}

function buildCaller(
  socket: RawSocket,
  build: (id: string, method: string, params: readonly unknown[]) => object,
): Caller {
  let next = 0;
  const call = (method: string, params: readonly unknown[] = []) => {
    const id = `call-${(next += 1)}`;
    socket.send(build(id, method, params));
    return socket.hear((message) => message['id'] === id);
  };
  return {
    ...socket,
    call,
    ask: async (method, params) => {
      const answer = await call(method, params);
      return 'result' in answer ? answer['result'] : fail(`${method}: ${JSON.stringify(answer)}`);
    },
  };
}

/** Logged in by the way that the release offers. */
export async function openApi(bench: ApiBench): Promise<Caller> {
  const { settings, nas } = bench;
  if (['core-13.0', 'core-13.3', '24.10'].includes(nas.version)) {
    const ddp = await openDdp(settings);
    await ddp.ask('auth.login_with_api_key', [settings.apiKey]);
    return ddp;
  }
  const rpc = await openRpc(settings);
  await loginEx(rpc, settings);
  return rpc;
}

export async function loginEx(
  rpc: Caller,
  { apiKey, user }: Pick<TruenasSettings, 'apiKey' | 'user'>,
  options: object = { user_info: false },
): Promise<Json> {
  const login = { mechanism: 'API_KEY_PLAIN', username: user, api_key: apiKey, login_options: options };
  return (await rpc.call('auth.login_ex', [login]))['result'] as Json;
}

export function errorOf(answer: Json): Json {
  return (answer['error'] as Json | undefined) ?? fail(`no error: ${JSON.stringify(answer).slice(0, 300)}`);
}

/** The middleware's own account of an error, whichever the protocol. */
export function dataOf(answer: Json): Json {
  const error = errorOf(answer);
  return (error['data'] as Json | undefined) ?? error;
}
