import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Listens; rejects with one plain sentence when that is not possible. */
export async function listen(
  server: Server,
  at: { host: string; port: number; name: string },
): Promise<void> {
  server.listen(at.port, at.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new Error(describe(error, at), { cause: error });
  }
}

/** Rejects like `listen` when the port is taken, and leaves it free. */
export async function checkPort(at: { host: string; port: number; name: string }): Promise<void> {
  const server = createServer();
  await listen(server, at);
  server.close();
  await once(server, 'close');
}

function describe(
  error: unknown,
  { host, port, name }: { host: string; port: number; name: string },
): string {
  const code = error instanceof Error && 'code' in error ? error.code : error;
  if (code === 'EADDRINUSE')
    return `${name}: port ${port} is in use on ${host}. Set another one, or stop its user.`;
  return `${name}: cannot listen on ${host}:${port} (${String(code)}).`;
}
