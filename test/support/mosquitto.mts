import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const binary = '/usr/sbin/mosquitto';

/** A real Mosquitto on loopback, without persistence: a restart forgets everything. */
export interface Mosquitto {
  readonly port: number;
  readonly url: string;
  /** SIGKILL: no goodbye to anybody. */
  kill(): Promise<void>;
  /** SIGSTOP: it keeps its connections and answers nobody. */
  freeze(): void;
  /** Starts again on the same port. */
  start(): Promise<void>;
  /** Stops it and removes its files. */
  close(): Promise<void>;
}

export interface MosquittoOptions {
  readonly username?: string;
  readonly password?: string;
  /** Lines of an access control list. */
  readonly acl?: string;
  /** More lines for the configuration. */
  readonly config?: string;
}

/** Skips the running test or suite, saying why, where Mosquitto is not installed. Under CI that is an error. */
export function needMosquitto(context: Mocha.Context): void {
  needProgram(context, binary);
}

/** Skips the running test or suite, saying why, where a program is not installed. Under CI that is an error. */
export function needProgram(context: Mocha.Context, program: string): void {
  if (existsSync(program)) return;
  if (process.env['CI'] !== undefined)
    throw new Error(`${program} is missing, and CI must not skip its tests`);
  process.stdout.write(`      SKIPPED: ${program} is missing, so what needs it was not tested\n`);
  context.skip();
}

/** Starts a broker on a free port. */
export async function openMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const directory = mkdtempSync(path.join(tmpdir(), 'burnin-mosquitto-'));
  // Started as root it gives up root, and must still read these.
  chmodSync(directory, 0o755);
  const port = await findFreePort();
  const config = path.join(directory, 'mosquitto.conf');
  writeFileSync(config, buildConfig(directory, port, options));
  let child: ChildProcess | null = null;
  const start = async () => {
    child = spawn(binary, ['-c', config], { stdio: 'ignore' });
    child.on('error', () => undefined);
    await waitForPort(port);
  };
  const kill = async () => {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null) return;
    const exit = once(running, 'exit');
    running.kill('SIGKILL');
    await exit;
  };
  const close = async () => {
    await kill();
    rmSync(directory, { recursive: true, force: true });
  };
  await start();
  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    kill,
    freeze: () => void child?.kill('SIGSTOP'),
    start,
    close,
  };
}

function buildConfig(directory: string, port: number, options: MosquittoOptions): string {
  const lines = [`listener ${port} 127.0.0.1`, 'persistence false', 'log_type none'];
  if (options.username === undefined) lines.push('allow_anonymous true');
  else lines.push('allow_anonymous false', `password_file ${writePasswords(directory, options)}`);
  if (options.acl !== undefined) {
    const file = path.join(directory, 'acl');
    writeFileSync(file, options.acl, { mode: 0o644 });
    lines.push(`acl_file ${file}`);
  }
  return [...lines, options.config ?? '', ''].join('\n');
}

function writePasswords(directory: string, { username = '', password = '' }: MosquittoOptions): string {
  const file = path.join(directory, 'passwords');
  const made = spawnSync('mosquitto_passwd', ['-c', '-b', file, username, password]);
  if (made.status !== 0) throw new Error(`mosquitto_passwd failed: ${String(made.stderr)}`);
  chmodSync(file, 0o644);
  return file;
}

/** A port that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function waitForPort(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await mayConnect(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`nothing listens on port ${port}`);
}

function mayConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
