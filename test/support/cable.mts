import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';

/** A way to a port of this machine that can be interrupted. */
export interface Cable {
  /** Where to connect to instead. */
  readonly port: number;
  /** Every connection breaks, and none can be made. */
  pull(): Promise<void>;
  plug(): Promise<void>;
  /** New connections lead to another port of this machine. */
  lead(target: number): void;
}

export async function openCable(port: number): Promise<Cable> {
  let target = port;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    return socket.setNoDelay(true);
  };
  const server = createServer((near) => {
    const far = keep(createConnection({ port: target, host: '127.0.0.1' }));
    keep(near).pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  const listen = async (at: number) => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    pull: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    plug: () => listen(address.port),
    lead: (other) => (target = other),
  };
}
