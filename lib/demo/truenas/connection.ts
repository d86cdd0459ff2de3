import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';

import { speakDdp } from './ddp';
import type { Dialect } from './dialect';
import { speakJsonRpc } from './json-rpc';
import type { Session, World } from './world';

/** One WebSocket of a client. */
export interface ApiConnection {
  readonly session: Session;
  readonly dialect: Dialect;
  /** Without a word of farewell. */
  drop(): void;
}

/** Largest message of a client that has not logged in, and of one that has. */
const strangerBytes = 8192;
export const clientBytes = 65_536;

export interface Arrival {
  readonly way: 'json_rpc' | 'ddp';
  readonly apiVersion: string | null;
  readonly address: string;
  readonly isSecure: boolean;
}

export function serveSocket(socket: WebSocket, arrival: Arrival, world: World): ApiConnection {
  const session: Session = {
    ...arrival,
    id: randomUUID(),
    roles: null,
    hasExpired: false,
    hasFailed: false,
    scram: null,
    subscriptions: new Map(),
  };
  const idleMs = world.timings.idleMs ?? world.release.idleMs;
  // nginx cuts the connection of both sides as it is: there is no closing frame.
  const idle = setTimeout(() => socket.terminate(), idleMs);
  idle.unref();
  const send = (message: object) => {
    if (socket.readyState !== socket.OPEN) return;
    idle.refresh();
    socket.send(JSON.stringify(message));
  };
  const dialect = (arrival.way === 'ddp' ? speakDdp : speakJsonRpc)(world, session, send);
  socket.on('error', () => socket.terminate());
  socket.on('close', () => clearTimeout(idle));
  socket.on('message', (data, isBinary) => {
    idle.refresh();
    const bytes = data as Buffer;
    if (isBinary) socket.close(1003);
    else if (session.roles === null && bytes.length > strangerBytes) socket.close(1007);
    else receive(bytes.toString('utf8'), { dialect, socket });
  });
  return { session, dialect, drop: () => socket.terminate() };
}

function receive(text: string, { dialect, socket }: { dialect: Dialect; socket: WebSocket }): void {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    const verdict = dialect.onNonsense();
    if (verdict !== null) socket.close(verdict.closeCode);
    return;
  }
  dialect.onMessage(message);
}
