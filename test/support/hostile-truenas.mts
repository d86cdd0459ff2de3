import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { harm } from './hostile-frames.mts';
import type { acts, Repeat } from './hostile-frames.mts';
import { apiKey } from './truenas-server.mts';
import type { Certificate } from './truenas-server.mts';

export const pages = [
  'good',
  'good',
  'good',
  'good',
  'silent',
  'drip',
  'endless',
  'garbage',
  'half',
  'headers',
  'early',
  'cut',
] as const;
export const doors = [
  'good',
  'good',
  'good',
  'good',
  'silent',
  'deflate',
  'accept',
  'redirect',
  'garbage',
  'half',
  'drip',
] as const;
export const logins = [
  'good',
  'good',
  'good',
  'silent',
  'false',
  'redirect',
  'key',
  'wrong_id',
  'text',
] as const;
export const replies = [
  'good',
  'silent',
  'wrong_id',
  'twice',
  'key',
  'too_many',
  'over',
  'both',
  'deep',
] as const;

/** How a NAS that means ill behaves, from the first question to the last frame. */
export interface Malice {
  readonly way: 'json_rpc' | 'ddp';
  readonly page: (typeof pages)[number];
  readonly door: (typeof doors)[number];
  readonly login: (typeof logins)[number];
  readonly reply: (typeof replies)[number];
  /** Done to the socket, before the login is answered or after it. */
  readonly acts: readonly (typeof acts)[number][];
  readonly isEarly: boolean;
  /** Frames for `text` and `flood`. */
  readonly texts: readonly string[];
  readonly closeCode: number;
}

/** A TLS server that answers as a plan says, and never as it should for long. */
export class HostileTruenas {
  readonly #server;
  readonly #malice: Malice;
  readonly #sockets = new Set<Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #upgrades = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 0 });
  /** Bytes that came out of TLS. */
  received = 0;

  constructor({ key, cert }: Certificate, malice: Malice) {
    this.#malice = malice;
    this.#server = createServer({ key, cert });
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('tlsClientError', () => undefined);
    this.#server.on('secureConnection', (socket) => {
      socket.on('error', () => undefined).on('data', (chunk: Buffer) => (this.received += chunk.length));
    });
    this.#server.on('request', (_request, response) => this.#answerPage(response));
    this.#server.on('upgrade', (request, socket, head) => this.#open(request, socket, head));
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `https://127.0.0.1:${address.port}`;
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #repeat(socket: Duplex, everyMs: number, step: (count: number) => void): void {
    let count = 0;
    const timer = setInterval(() => {
      if (socket.destroyed) clearInterval(timer);
      else step(count++);
    }, everyMs);
    this.#timers.add(timer);
  }

  #answerPage(response: ServerResponse): void {
    const { socket } = response;
    if (socket === null) return;
    const versions = '["v25.04.0","v25.10.0"]';
    const good = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${versions.length}\r\n\r\n`;
    switch (this.#malice.page) {
      case 'good':
        if (this.#malice.way === 'ddp') response.writeHead(404).end();
        else response.setHeader('content-type', 'application/json').end(versions);
        return;
      case 'silent':
        return;
      case 'drip':
        this.#repeat(socket, 5, (count) => socket.write(count < good.length ? (good[count] ?? '') : ' '));
        return;
      case 'endless':
        socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n["');
        this.#repeat(socket, 1, () => socket.write('x'.repeat(60_000)));
        return;
      case 'garbage':
        socket.write(`\0\xff${apiKey}\r\n\r\n`);
        return;
      case 'half':
        socket.end(good + versions.slice(0, 5));
        return;
      case 'headers':
        this.#repeat(socket, 1, (count) =>
          socket.write(`${count === 0 ? 'HTTP/1.1 200 OK\r\n' : ''}x-${count}: ${'y'.repeat(900)}\r\n`),
        );
        return;
      case 'early':
        this.#repeat(socket, 1, () => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(50)));
        return;
      case 'cut':
        socket.destroy();
    }
  }

  #open(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => undefined);
    const offered = request.headers['sec-websocket-extensions'] ?? 'permessage-deflate';
    switch (this.#malice.door) {
      case 'good':
        this.#upgrades.handleUpgrade(request, socket, head, (webSocket) => this.#serve(webSocket, socket));
        return;
      case 'silent':
        return;
      case 'deflate':
        this.#upgrades.once('headers', (headers) => headers.push(`Sec-WebSocket-Extensions: ${offered}`));
        this.#upgrades.handleUpgrade(request, socket, head, (webSocket) => this.#serve(webSocket, socket));
        return;
      case 'accept':
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: no\r\n\r\n',
        );
        return;
      case 'redirect':
        socket.write(`HTTP/1.1 302 Found\r\nlocation: ${this.url}/?${apiKey}\r\ncontent-length: 0\r\n\r\n`);
        return;
      case 'garbage':
        socket.write(Buffer.alloc(4000, 0xfe));
        return;
      case 'half':
        socket.end('HTTP/1.1 101 Switching');
        return;
      case 'drip':
        this.#repeat(socket, 5, (count) =>
          socket.write('HTTP/1.1 101 Switching Protocols\r\nx: '[count] ?? 'y'),
        );
    }
  }

  #serve(webSocket: WebSocket, socket: Duplex): void {
    webSocket.on('error', () => undefined);
    if (this.#malice.isEarly) this.#act(socket);
    webSocket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as { id?: string | number; msg?: string; method?: string };
      if (frame.msg === 'connect') webSocket.send('{"msg":"connected","session":"x"}');
      else if (frame.method?.startsWith('auth.') === true) {
        this.#answer(webSocket, frame.id, this.#malice.login);
        if (!this.#malice.isEarly) this.#act(socket);
      } else this.#answer(webSocket, frame.id, this.#malice.reply);
    });
  }

  #answer(
    webSocket: WebSocket,
    id: string | number | undefined,
    kind: Malice['login'] | Malice['reply'],
  ): void {
    const isRpc = this.#malice.way === 'json_rpc';
    const say = (to: unknown, rest: object) =>
      webSocket.send(
        JSON.stringify({ ...(isRpc ? { jsonrpc: '2.0' } : { msg: 'result' }), id: to, ...rest }),
      );
    const fail = (reason: string, error = 14, code = -32001) => {
      const data = { error, reason, type: null, extra: [[apiKey, reason]], trace: null };
      say(id, { error: isRpc ? { code, message: reason, data } : data });
    };
    const other = isRpc ? Number(id) + 1 : `${String(id)}1`;
    switch (kind) {
      case 'good': {
        say(id, { result: true });
        return;
      }
      case 'silent':
        return;
      case 'false': {
        say(id, { result: false });
        return;
      }
      case 'redirect': {
        say(id, {
          result: { response_type: 'REDIRECT', urls: [{ toString: 1 }, `${this.url}/${apiKey}`] },
        });
        return;
      }
      case 'text': {
        say(id, { result: `\u202e\n${apiKey}`.repeat(500) });
        return;
      }
      case 'key': {
        fail(`[EFAULT] what is ${apiKey} or ${apiKey.slice(2)}?\n\0`);
        return;
      }
      case 'wrong_id': {
        say(other, { result: true });
        return;
      }
      case 'twice':
        say(id, { result: [1] });
        {
          fail('no');
          return;
        }
      case 'too_many': {
        isRpc ? fail('too many', 14, -32000) : fail('[ETOOMANYREFS] too many', 59);
        return;
      }
      case 'over': {
        fail('[ENOTAUTHENTICATED] Not authenticated', 207);
        return;
      }
      case 'both': {
        say(id, { result: 1, error: { code: 1, reason: 'x' } });
        return;
      }
      default:
        webSocket.send(
          `{"jsonrpc":"2.0","msg":"result","id":${JSON.stringify(id)},"result":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
        );
    }
  }

  #act(socket: Duplex): void {
    const repeat: Repeat = (everyMs, step) => this.#repeat(socket, everyMs, step);
    for (const act of this.#malice.acts) harm(socket, act, { ...this.#malice, repeat });
  }
}
