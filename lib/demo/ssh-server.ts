import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ChildProcess } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { Server, utils, type AuthContext, type Connection, type ServerChannel, type Session } from 'ssh2';

import type { SshSettings } from '../core/settings';

/** As sshd's MaxSessions, so that a client's own budget is put to the test. */
const maxSessions = 10;
/** As sshd's MaxAuthTries. */
const maxAuthTries = 6;

export interface RehearsalServer {
  /** Everything a client needs, the password of this one opening included. */
  readonly ssh: SshSettings;
  /** Ends every connection, as a reboot does; new ones are welcome at once. */
  dropConnections(): void;
  /** While the network is cut, connections are dead and so is every attempt at a new one. */
  setCut(isCut: boolean): void;
  /** Ends the commands that are under way, with everything they have started. */
  killCommands(): void;
  /** Ends the server and its connections; commands and what they have started go on. */
  close(): Promise<void>;
}

/** Starts a command for a channel. */
export type RunCommand = (command: string, channel: ServerChannel) => ChildProcess;

/** A private key for the server, in OpenSSH's format. */
export function generateHostKey(): string {
  for (;;) {
    const key = utils.generateKeyPairSync('ed25519').private;
    // ssh2 1.17 writes about one key in five hundred in a way that it cannot read itself.
    if (!(utils.parseKey(key) instanceof Error)) return key;
  }
}

/** The `SHA256:…` fingerprint as ssh-keygen prints it. */
export function readFingerprint(hostKey: string): string {
  const key = utils.parseKey(hostKey);
  if (key instanceof Error) throw key;
  const digest = createHash('sha256').update(key.getPublicSSH()).digest('base64');
  return `SHA256:${digest.replace(/=+$/, '')}`;
}

/** An SSH server on loopback, on a port of the system's choice, that runs commands for whoever knows the password. */
export async function openRehearsalServer(hostKey: string, run: RunCommand): Promise<RehearsalServer> {
  const password = randomBytes(24).toString('base64url');
  const connections = new Set<Connection>();
  const commands = new Set<ChildProcess>();
  let isCut = false;
  const server = new Server({ hostKeys: [hostKey], ident: 'rehearsal' }, (connection) => {
    // A client that talks nonsense, or just goes, is its own problem.
    connection.on('error', () => connection.end());
    if (isCut) {
      sever(connection);
      return;
    }
    hurry(connection);
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
    connection.on('authentication', buildDoor(connection, password));
    connection.on('ready', () => serveSessions(connection, { run, commands }));
  });
  server.on('error', () => undefined);
  await listen(server);
  const { port } = server.address() as AddressInfo;
  const dropConnections = () => {
    for (const connection of connections) connection.end();
  };
  return {
    ssh: {
      host: '127.0.0.1',
      port,
      user: 'root',
      keyFile: null,
      password,
      hostKey: readFingerprint(hostKey),
    },
    dropConnections,
    setCut: (value) => {
      isCut = value;
      if (isCut) for (const connection of connections) sever(connection);
    },
    killCommands: () => {
      for (const child of commands) killGroup(child);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        dropConnections();
      }),
  };
}

/** Without it each answer waits for the client's delayed acknowledgement. ssh2 has it; its types do not. */
function hurry(connection: Connection & { setNoDelay?: (isOn: boolean) => void }): void {
  connection.setNoDelay?.(true);
}

/** Without a word of farewell, as a pulled cable. ssh2's types do not know the socket. */
function sever(connection: Connection & { readonly _sock?: { destroy(): void } }): void {
  if (connection._sock === undefined) connection.end();
  else connection._sock.destroy();
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      server.off('error', reject);
      server.unref();
      resolve();
    });
  });
}

/** One user, one password; a limited number of tries. */
function buildDoor(connection: Connection, password: string): (context: AuthContext) => void {
  let tries = 0;
  return (context) => {
    if (
      context.method === 'password' &&
      isSame(context.username, 'root') &&
      isSame(context.password, password)
    ) {
      context.accept();
      return;
    }
    if (context.method !== 'none') tries += 1;
    if (tries >= maxAuthTries) connection.end();
    else context.reject(['password']);
  };
}

/** Compares digests, which have one length, in constant time. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

/** Commands only: a terminal, a shell, files and forwarding are refused by having no listener. */
function serveSessions(
  connection: Connection,
  office: { run: RunCommand; commands: Set<ChildProcess> },
): void {
  let open = 0;
  connection.on('session', (accept, reject) => {
    if (open >= maxSessions) {
      reject();
      return;
    }
    open += 1;
    const session: Session = accept();
    session.on('error', () => undefined);
    session.once('close', () => (open -= 1));
    session.once('exec', (acceptExec, _reject, { command }) => {
      const channel = acceptExec();
      try {
        const child = office.run(command, channel);
        office.commands.add(child);
        child.once('exit', () => office.commands.delete(child));
      } catch {
        // No process to be had: too many of them, or the directory has gone.
        channel.exit(255);
        channel.end();
      }
    });
  });
}

/** A command is the leader of its own group, and not collected yet: the number cannot be somebody else's. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended by itself in between.
  }
}
