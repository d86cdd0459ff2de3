import { EventEmitter } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { markRetained } from '../core/topics';

/** A broker inside this process, on loopback. It speaks MQTT 3.1.1 and keeps retained messages in memory. */
export interface EmbeddedBroker {
  readonly port: number;
  close(): Promise<void>;
}

/** A port that cannot be had is a result: the rest of the suite goes on without a broker. */
export type EmbeddedBrokerResult =
  { readonly ok: true; readonly broker: EmbeddedBroker } | { readonly ok: false; readonly message: string };

/** The only address it listens on, since it asks nobody for a password. */
export const loopback = '127.0.0.1';

/** Opens the embedded broker; port 0 takes any free one. */
export async function openEmbeddedBroker(port: number): Promise<EmbeddedBrokerResult> {
  const { Aedes } = await import('aedes');
  const aedes = await Aedes.createBroker({ id: 'burnin' });
  // Its types leave this event out; an error without a listener would end the process.
  EventEmitter.prototype.on.call(aedes, 'error', () => undefined);
  aedes.authorizePublish = (_client, packet, done) => {
    markRetainedRequest(packet);
    done(packet.topic.startsWith('$SYS/') ? new Error('$SYS/ topics belong to the broker') : null);
  };
  const server = createServer(aedes.handle);
  const sockets = trackSockets(server);
  const closeAedes = () => new Promise<void>((resolve) => aedes.close(resolve));
  try {
    await listen(server, port);
  } catch (error) {
    await closeAedes();
    return { ok: false, message: describeListenFailure(error, port) };
  }
  const close = async () => {
    await closeAedes();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { ok: true, broker: { port: (server.address() as AddressInfo).port, close } };
}

/** A request with retain is neither kept nor passed on as it is: its readers could not tell it from a live one. */
function markRetainedRequest(packet: { topic: string; retain: boolean; payload: string | Buffer }): void {
  const marked = markRetained(packet.topic);
  if (!packet.retain || marked === null || packet.payload.length === 0) return;
  packet.topic = marked;
  packet.retain = false;
}

/** Also knows connections that have not introduced themselves yet, which the broker would leave open. */
function trackSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  return sockets;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(port, loopback, resolve);
  });
}

function describeListenFailure(error: unknown, port: number): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no reason given';
  const why = code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be used (${code})`;
  return `port ${port} for the embedded broker ${why}; choose another one or an external broker`;
}
