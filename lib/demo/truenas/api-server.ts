import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';

import type { Certificate } from './certificate';
import { clientBytes, type Arrival } from './connection';
import { isSince, type Release } from './versions';

/** One listening port of the middleware. */
export interface ApiServer {
  readonly port: number;
  /** Ends every connection as it is. */
  dropConnections(): void;
  close(): Promise<void>;
}

/** What the server asks of the middleware. */
export interface ApiOffice {
  readonly release: Release;
  readonly bootId: string;
  readonly isCut: boolean;
  accept(socket: WebSocket, arrival: Arrival): void;
}

/** Listens on loopback, with TLS where there is a certificate; port 0 lets the system choose. */
export async function openApiServer(
  office: ApiOffice,
  options: { readonly port: number; readonly certificate: Certificate | null },
): Promise<ApiServer> {
  const { certificate } = options;
  const server = certificate
    ? createTlsServer({ key: certificate.keyPem, cert: certificate.certPem, ALPNProtocols: ['http/1.1'] })
    : createPlainServer();
  const sockets = new Set<Socket>();
  const upgrades = new WebSocketServer({ noServer: true, maxPayload: clientBytes });
  server.on('request', (request: IncomingMessage, response: ServerResponse) =>
    answer(office, request, response),
  );
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => stream.destroy());
    const way = readWay(office.release, request.url ?? '');
    if (way === null) {
      stream.end('HTTP/1.1 302 Found\r\nLocation: /ui/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      return;
    }
    const arrival = { ...way, address: request.socket.remoteAddress ?? '', isSecure: certificate !== null };
    upgrades.handleUpgrade(request, stream, head, (socket) => office.accept(socket, arrival));
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    if (office.isCut) socket.destroy();
  });
  server.on('tlsClientError', (_error: Error, socket: Socket) => socket.destroy());
  server.on('clientError', (_error: Error, socket: Duplex) => socket.destroy());
  await listen(server, options.port);
  const dropConnections = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    dropConnections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        dropConnections();
      }),
  };
}

/** `/websocket` everywhere; JSON-RPC at the newest and the frozen paths of the releases that have it. */
function readWay(release: Release, url: string): Pick<Arrival, 'way' | 'apiVersion'> | null {
  const path = url.split('?')[0] ?? '';
  if (path === '/websocket') return { way: 'ddp', apiVersion: null };
  if (release.apiVersions.length === 0) return null;
  if (path === '/api/current') return { way: 'json_rpc', apiVersion: null };
  const [, version = ''] = /^\/api\/(v[\d.]+)$/.exec(path) ?? [];
  return release.apiVersions.includes(version) ? { way: 'json_rpc', apiVersion: version } : null;
}

function answer(office: ApiOffice, request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  response.on('error', () => undefined);
  const [path = ''] = (request.url ?? '').split('?');
  const json = (value: unknown) => {
    response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' });
    response.end(JSON.stringify(value));
  };
  const { release } = office;
  if (path === '/api/versions' && release.apiVersions.length > 0) json(release.apiVersions);
  else if (path === '/api/boot_id' && isSince(release, '25.10')) json(office.bootId);
  else if (path.startsWith('/ui/')) {
    response.writeHead(200, { 'Content-Type': 'text/html' });
    response.end('<!doctype html><title>TrueNAS</title>');
  } else if (path.startsWith('/api/v2.0') && !isSince(release, '26')) {
    response.writeHead(401, { 'Content-Type': 'text/plain' });
    response.end('Unauthorized');
  } else {
    response.writeHead(302, { Location: '/ui/' });
    response.end();
  }
}

function listen(server: ReturnType<typeof createPlainServer>, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      server.on('error', () => undefined);
      server.unref();
      resolve();
    });
  });
}
