import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Suite } from 'mocha';

export interface SshdOptions {
  readonly maxSessions?: number;
  /** Lines for sshd_config that come before the helper's own. */
  readonly config?: readonly string[];
  /** Environment of root's commands. */
  readonly env?: Readonly<Record<string, string>>;
  /** A command that becomes sshd when sshd's own command line is appended to it: `nsenter -t 42 -m`. */
  readonly wrapper?: readonly string[];
}

/** A real sshd on a loopback port with its own keys. */
export interface Sshd {
  readonly port: number;
  /** Of the host key now in use, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
  /** A private key that may log in as any user. */
  readonly keyFile: string;
  /** A private key that may not. */
  readonly strangerKeyFile: string;
  /** An own directory, removed at the end. */
  readonly directory: string;
  /** What sshd logged, at level VERBOSE unless `config` says otherwise, over all its starts. */
  log(): string;
  /** Starts it again on the same port. */
  start(): Promise<void>;
  /** SIGKILL to the listener and to its connections; commands are left alone, as after a crash. */
  kill(): Promise<void>;
  /** Pids of the processes that hold connections. */
  sessions(): number[];
  killSessions(): void;
  /** Stops listener and connections without closing anything, as a hung host does. */
  freeze(): void;
  thaw(): void;
  /** Replaces the host key; counts from the next start. */
  swapHostKey(): void;
  close(): Promise<void>;
}

const program = '/usr/sbin/sshd';

/**
 * A suite that needs root on Linux, sshd and the programs named. Where they are missing it is skipped and its title says
 * why; where CI is set, that is a failure.
 */
export function describeSshd(title: string, programs: readonly string[], body: (this: Suite) => void): void {
  const lack = findLack([program, '/usr/bin/ssh-keygen', ...programs]);
  if (lack === null) describe(title, body);
  else if (process.env['CI'] === undefined) describe.skip(`${title} (skipped: it needs ${lack})`, body);
  else {
    it(title, () => {
      throw new Error(`this suite needs ${lack}, and CI skips nothing`);
    });
  }
}

function findLack(programs: readonly string[]): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'root on Linux';
  return programs.find((file) => !existsSync(file)) ?? null;
}

/** Waits until `condition` holds; throws with `what` after ten seconds. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await pause(20);
  }
}

/** Starts sshd and waits until it listens. */
export async function openSshd(options: SshdOptions = {}): Promise<Sshd> {
  const directory = mkdtempSync(path.join(tmpdir(), 'burnin-sshd-'));
  // sshd reads authorized_keys with the rights of the user who logs in.
  chmodSync(directory, 0o755);
  mkdirSync('/run/sshd', { recursive: true });
  const file = (name: string) => path.join(directory, name);
  const port = await findFreePort();
  for (const name of ['host_key', 'login_key', 'stranger_key']) generateKey(file(name));
  writeFileSync(file('authorized_keys'), readFileSync(file('login_key.pub')), { mode: 0o644 });
  writeFileSync(file('sshd_config'), buildConfig({ directory, port, options }));
  let sshd: ChildProcess | null = null;
  let log = '';

  const start = async () => {
    const [first, ...rest] = [...(options.wrapper ?? []), program];
    const child = spawn(first, [...rest, '-D', '-e', '-f', file('sshd_config')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let isListening = false;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      isListening ||= text.includes('Server listening on');
    });
    sshd = child;
    await until('sshd to listen', () => isListening || child.exitCode !== null);
    if (child.exitCode !== null) throw new Error(`sshd did not start: ${log}`);
  };
  const listener = () => sshd?.pid ?? 0;
  const sessions = () => listDescendants(listener()).filter((pid) => readCommand(pid) === 'sshd');
  const signalAll = (signal: NodeJS.Signals) => {
    for (const pid of [...sessions(), listener()]) signalProcess(pid, signal);
  };
  const kill = async () => {
    const child = sshd;
    if (child === null) return;
    signalAll('SIGKILL');
    await until('sshd to end', () => child.exitCode !== null || child.signalCode !== null);
    sshd = null;
  };
  await start();

  return {
    port,
    directory,
    keyFile: file('login_key'),
    strangerKeyFile: file('stranger_key'),
    get fingerprint() {
      return readFingerprint(file('host_key.pub'));
    },
    log: () => log,
    start,
    kill,
    sessions,
    killSessions: () => sessions().forEach((pid) => signalProcess(pid, 'SIGKILL')),
    freeze: () => signalAll('SIGSTOP'),
    thaw: () => signalAll('SIGCONT'),
    swapHostKey: () => {
      rmSync(file('host_key'));
      rmSync(file('host_key.pub'));
      generateKey(file('host_key'));
    },
    close: async () => {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function buildConfig({
  directory,
  port,
  options,
}: {
  directory: string;
  port: number;
  options: SshdOptions;
}) {
  const env = { HOME: `${directory}/no-home`, ...options.env };
  return [
    ...(options.config ?? []),
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${directory}/host_key`,
    `AuthorizedKeysFile ${directory}/authorized_keys`,
    `PidFile ${directory}/sshd.pid`,
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'StrictModes no',
    'UseDNS no',
    'PrintMotd no',
    'LogLevel VERBOSE',
    `MaxSessions ${options.maxSessions ?? 10}`,
    // Start-up files of the machine's own root decide nothing here: one may wait for a lock that a killed session left.
    'Match User root',
    `SetEnv ${Object.entries(env)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')}`,
    '',
  ].join('\n');
}

function generateKey(file: string): void {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', file]);
}

function readFingerprint(publicKeyFile: string): string {
  return execFileSync('ssh-keygen', ['-lf', publicKeyFile], { encoding: 'utf8' }).split(' ')[1] ?? '';
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended in between.
  }
}

/** Ends a process that a command wrote the pid of; it must be one of the test's own. */
export function killFromFile(file: string): void {
  const pid = Number(readFileSync(file, 'utf8'));
  if (pid > 1) signalProcess(pid, 'SIGKILL');
}

/** Children, their children and so on, from /proc. */
export function listDescendants(pid: number): number[] {
  const children = listProcesses().filter((process) => process.parent === pid);
  return children.flatMap((child) => [child.pid, ...listDescendants(child.pid)]);
}

function readCommand(pid: number): string {
  return listProcesses().find((process) => process.pid === pid)?.command ?? '';
}

interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function listProcesses(): ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)));
}

/** Empty when the process has ended in between. */
function readProcess(pid: number): ProcessEntry[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const parts = /^\d+ \((.*)\) \S (\d+)/s.exec(stat);
    return [{ pid, command: parts?.[1] ?? '', parent: Number(parts?.[2] ?? 0) }];
  } catch {
    return [];
  }
}
