import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { JobReport } from '../../lib/core/views.ts';
import type { NotifySettings } from '../../lib/core/settings.ts';

/** Something listening on loopback, at a port of the system's choice. */
export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** A TCP server that does with each connection what the test says; `close` also ends the connections. */
export async function listenTcp(onSocket: (socket: Socket) => void): Promise<Listening> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    onSocket(socket);
  });
  return listen(server);
}

/** An HTTP server; the handler gets the whole body. */
export async function listenHttp(
  onRequest: (request: IncomingMessage, body: string, response: ServerResponse) => void,
): Promise<Listening> {
  const server = createHttpServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => onRequest(request, Buffer.concat(chunks).toString('utf8'), response));
  });
  return listen(server);
}

async function listen(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A port of loopback on which nobody listens. */
export async function findDeadPort(): Promise<number> {
  const { port, close } = await listenTcp(() => undefined);
  await close();
  return port;
}

export const sampleReport: JobReport = {
  subject: 'Burn-in FAILED: Größe & Söhne S1 on tank',
  data: { version: 1, state: 'failed' },
  text: 'It failed – really.\n',
  html: '<p>It failed &#8211; really.</p>',
};

export function settingsWith(changes: Partial<NotifySettings>): NotifySettings {
  return { smtpUrl: null, mailFrom: null, mailTo: null, webhookUrl: null, ...changes };
}

/** A signal that never aborts. */
export const never = new AbortController().signal;
