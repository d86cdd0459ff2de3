import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import { generate } from 'selfsigned';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** 64 hex digits in upper case. */
  readonly fingerprint: string;
}

/** A self-signed certificate for this machine, as a new TrueNAS has one; its name can be another one's. */
export async function makeCertificate(name = 'localhost', ip = '127.0.0.1'): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: name },
          { type: 7, ip },
        ],
      },
    ],
  });
  const fingerprint = new X509Certificate(made.cert).fingerprint256.replaceAll(':', '');
  return { key: made.private, cert: made.cert, fingerprint };
}

/** What a method throws to be answered with an error, in the words of either dialect. */
export class Fault extends Error {
  readonly detail: {
    readonly code?: number;
    readonly errno?: number;
    readonly errname?: string;
    readonly type?: string | null;
    readonly className?: string;
    readonly extra?: unknown;
  };

  constructor(reason: string, detail: Fault['detail'] = {}) {
    super(reason);
    this.detail = detail;
  }
}

/** What a method returns to leave its caller without an answer. */
export const silence = Symbol('silence');

export interface FakeClient {
  readonly socket: WebSocket;
  isLoggedIn: boolean;
}

type Method = (params: readonly unknown[], client: FakeClient) => unknown;

export interface FakeTruenasSettings {
  readonly way: 'json_rpc' | 'ddp';
  readonly certificate: Certificate;
}

export const apiKey = '7-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfGhIjKlMnOpQrStUvWxYz0123';

/** A small middleware: real TLS, real sockets, and methods that a test puts in. */
export class FakeTruenas {
  readonly way: FakeTruenasSettings['way'];
  readonly certificate: Certificate;
  readonly methods = new Map<string, Method>();
  readonly clients = new Set<FakeClient>();
  /** Every call that came, in order. */
  readonly calls: { readonly method: string; readonly params: readonly unknown[] }[] = [];
  /** Requests for pages. */
  readonly requests: { readonly url: string; readonly headers: IncomingMessage['headers'] }[] = [];
  /** Everything that came out of TLS, whatever it was. */
  readonly bytes: Buffer[] = [];
  /** TCP connections so far. */
  connections = 0;
  /** Calls that were not answered yet, now and at most. */
  running = 0;
  mostRunning = 0;
  /** Answers `/api/versions` in another way. */
  versions: ((request: IncomingMessage, response: ServerResponse) => void) | null = null;
  /** Does something else than listening when a socket opens. */
  onSocket: ((client: FakeClient) => void) | null = null;
  /** Leaves the request for a WebSocket without an answer. */
  isSlow = false;
  /** Does not even answer a login. */
  isDeaf = false;
  readonly #server;
  readonly #sockets = new Set<Socket>();

  constructor({ way, certificate }: FakeTruenasSettings) {
    this.way = way;
    this.certificate = certificate;
    this.#server = createServer({ key: certificate.key, cert: certificate.cert });
    this.#server.on('connection', (socket: Socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('tlsClientError', () => undefined);
    this.#server.on('secureConnection', (socket) => {
      socket.on('error', () => undefined).on('data', (chunk: Buffer) => this.bytes.push(chunk));
    });
    this.#server.on('request', (request, response) => this.#answerPage(request, response));
    const sockets = new WebSocketServer({ noServer: true });
    this.#server.on('upgrade', (request, socket, head) => {
      if (this.isSlow) return;
      if (request.url !== (way === 'ddp' ? '/websocket' : '/api/current')) socket.destroy();
      else sockets.handleUpgrade(request, socket, head, (webSocket) => this.#open(webSocket));
    });
    this.methods.set('auth.login_with_api_key', ([key], client) => (client.isLoggedIn = key === apiKey));
    this.methods.set('auth.login_ex', ([login], client) => {
      client.isLoggedIn = (login as { api_key?: unknown }).api_key === apiKey;
      return {
        response_type: client.isLoggedIn ? 'SUCCESS' : 'AUTH_ERR',
        user_info: null,
        authenticator: 'LEVEL_1',
      };
    });
    this.methods.set('system.version', () => (way === 'ddp' ? 'TrueNAS-13.0-U6.8' : 'TrueNAS-25.10.6'));
    this.methods.set('core.ping', () => 'pong');
    this.methods.set('core.subscribe', () => 'a-uuid');
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  }

  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  /** Logins that were tried. */
  get logins(): number {
    return this.calls.filter(({ method }) => method.startsWith('auth.login')).length;
  }

  /** Whether the secret part of the key ever came out of TLS. (ws unmasks a frame in the very buffer that is kept here.) */
  get sawKey(): boolean {
    const secret = apiKey.slice(2, 34);
    return Buffer.concat(this.bytes).includes(secret) || JSON.stringify(this.calls).includes(secret);
  }

  async listen(port = 0): Promise<this> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  /** Tells every client of a change. */
  tell(collection: string, rest: Readonly<Record<string, unknown>> = {}): void {
    const change = { msg: 'changed', collection, ...rest };
    this.say(this.way === 'ddp' ? change : { jsonrpc: '2.0', method: 'collection_update', params: change });
  }

  /** Sends a frame as it is to every client. */
  say(frame: unknown): void {
    const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
    for (const { socket } of this.clients) socket.send(text);
  }

  /** Shows another certificate to whoever connects from now on. */
  present({ key, cert }: Certificate): void {
    this.#server.setSecureContext({ key, cert });
  }

  /** Breaks every connection without a word. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Reads nothing more of any connection, which stays open. */
  freeze(): void {
    for (const socket of this.#sockets) socket.pause();
    for (const { socket } of this.clients) socket.pause();
  }

  async close(): Promise<void> {
    this.cut();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answerPage(request: IncomingMessage, response: ServerResponse): void {
    this.requests.push({ url: request.url ?? '', headers: request.headers });
    if (request.url === '/api/versions' && this.versions !== null) this.versions(request, response);
    else if (request.url === '/api/versions' && this.way === 'json_rpc') {
      response.setHeader('content-type', 'application/json').end('["v25.04.0","v25.10.0"]');
    } else response.writeHead(302, { location: '/ui/' }).end();
  }

  #open(socket: WebSocket): void {
    const client: FakeClient = { socket, isLoggedIn: false };
    this.clients.add(client);
    socket.on('error', () => undefined).on('close', () => this.clients.delete(client));
    if (this.onSocket !== null) this.onSocket(client);
    else socket.on('message', (data: Buffer) => this.#receive(data.toString(), client));
  }

  #receive(text: string, client: FakeClient): void {
    if (this.isDeaf) return;
    const frame = JSON.parse(text) as {
      id?: unknown;
      msg?: string;
      method?: string;
      name?: string;
      params?: unknown[];
    };
    const { id } = frame;
    if (frame.msg === 'connect') {
      client.socket.send(JSON.stringify({ msg: 'connected', session: 'a-session' }));
      return;
    }
    const method = frame.msg === 'sub' ? 'core.subscribe' : (frame.method ?? '');
    const params = frame.msg === 'sub' ? [frame.name] : (frame.params ?? []);
    this.calls.push({ method, params });
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    void this.#run(method, params, client)
      .then((outcome) => {
        if (outcome !== silence)
          client.socket.send(JSON.stringify(this.#build(id, frame.msg === 'sub', outcome)));
      })
      .finally(() => (this.running -= 1));
  }

  async #run(method: string, params: readonly unknown[], client: FakeClient): Promise<unknown> {
    try {
      const handler = this.methods.get(method);
      if (handler === undefined) {
        throw new Fault('Method does not exist', this.way === 'ddp' ? { errno: 201 } : { code: -32601 });
      }
      if (!client.isLoggedIn && !method.startsWith('auth.login')) {
        throw new Fault('[ENOTAUTHENTICATED] Not authenticated', { errno: this.way === 'ddp' ? 13 : 207 });
      }
      return await handler(params, client);
    } catch (error) {
      if (error instanceof Fault) return error;
      throw error;
    }
  }

  #build(id: unknown, isSubscription: boolean, outcome: unknown): unknown {
    if (!(outcome instanceof Fault)) {
      if (this.way === 'json_rpc') return { jsonrpc: '2.0', id, result: outcome };
      return isSubscription ? { msg: 'ready', subs: [id] } : { id, msg: 'result', result: outcome };
    }
    const { code, errno, errname, type = null, className = 'CallError', extra = null } = outcome.detail;
    const data = {
      error: errno ?? 22,
      ...(errname === undefined ? {} : { errname }),
      type,
      reason: outcome.message,
      trace: { class: className, frames: [] },
      extra,
    };
    if (this.way === 'ddp') return { id, msg: 'result', error: data };
    const hasData = code === undefined || code === -32602;
    const error = { code: code ?? -32001, message: hasData ? 'Method call error' : outcome.message };
    return { jsonrpc: '2.0', id, error: hasData ? { ...error, data } : error };
  }
}
