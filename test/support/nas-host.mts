import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { runTool } from './loop-drive.mts';
import { openSshd, type Sshd } from './sshd.mts';
import { until } from './until.mts';

/** One start of badblocks, as its command line was. */
export interface Launch {
  readonly pid: number;
  readonly args: string;
}

/** `smartctl`: the checks before and after. `perl`: the claim of the drive, the last step before badblocks. */
export type HeldTool = 'smartctl' | 'perl';

/** A process of the NAS other than its sshd. */
export interface NasProcess {
  readonly pid: number;
  readonly command: string;
}

/**
 * This machine as a NAS that can be switched off: a real sshd in a mount namespace of its own, with its own
 * `/run/nas-burnin` and its own boot id. Kernel, devices and tools are the machine's; some tools have a
 * door-keeper in front of them, which then becomes the real program.
 */
export interface NasHost {
  readonly sshd: Sshd;
  /** Settings of the environment with which root logs in. */
  readonly env: Readonly<Record<string, string>>;
  /** Every start of badblocks so far on this device, or on any. */
  launches(path?: string): readonly Launch[];
  /** Text of a file of the newest run of a drive, or null. */
  readRunFile(serial: string, name: string): string | null;
  /** Processes that live on the NAS, without sshd and its shells. */
  processes(): readonly NasProcess[];
  /** Those of them that are badblocks at work on this device. */
  writers(path: string): readonly NasProcess[];
  /** Makes a tool wait at its door until `letGo`; `isWaiting` tells that one has come. */
  hold(tool: HeldTool): void;
  letGo(tool: HeldTool): void;
  isWaiting(tool: HeldTool): boolean;
  /** Runs a tool on the NAS. */
  run(tool: string, ...args: string[]): string;
  /** Power cut: every process dies at once, and what was in memory is gone. */
  cutPower(): Promise<void>;
  /** Comes up again, as another boot. */
  boot(): Promise<void>;
  close(): Promise<void>;
}

const base = '/run/nas-burnin';

export async function openNasHost(): Promise<NasHost> {
  const dir = mkdtempSync('/dev/shm/nas-host-');
  const room = await openMountRoom();
  const run = (tool: string, ...args: string[]) =>
    runTool('nsenter', '-t', String(room.pid), '-m', tool, ...args);
  const mountMemory = () => {
    run('mount', '-t', 'tmpfs', '-o', 'mode=0700,size=16m', 'nas', base);
    const bootId = join(dir, `boot-${randomUUID()}`);
    writeFileSync(bootId, `${randomUUID()}\n`);
    run('mount', '--bind', bootId, '/proc/sys/kernel/random/boot_id');
  };
  mkdirSync(base, { recursive: true, mode: 0o700 });
  mountMemory();
  const bin = installKeepers(dir);
  const sshd = await openSshd({
    env: { PATH: `${bin}:/usr/local/bin:/usr/bin:/bin` },
    wrapper: ['nsenter', '-t', String(room.pid), '-m'],
  });
  const processes = () => room.list().filter(({ command }) => !command.startsWith('sshd'));
  const cutPower = async () => {
    await sshd.kill();
    await room.killAll();
    run('umount', base);
  };
  return {
    sshd,
    env: {
      BURNIN_SSH_HOST: '127.0.0.1',
      BURNIN_SSH_PORT: String(sshd.port),
      BURNIN_SSH_USER: 'root',
      BURNIN_SSH_KEY_FILE: sshd.keyFile,
      BURNIN_SSH_HOST_KEY: sshd.fingerprint,
    },
    launches: (path) => readLaunches(dir).filter(({ args }) => path === undefined || isOn(path, args)),
    readRunFile: (serial, name) => readRunFile(`/proc/${room.pid}/root${base}/runs`, serial, name),
    processes,
    writers: (path) =>
      processes().filter(({ command }) => /^\S*badblocks /.test(command) && isOn(path, command)),
    hold: (tool) => writeFileSync(join(dir, `hold-${tool}`), ''),
    letGo: (tool) => {
      for (const what of ['hold', 'waiting']) rmSync(join(dir, `${what}-${tool}`), { force: true });
    },
    isWaiting: (tool) => existsSync(join(dir, `waiting-${tool}`)),
    run,
    cutPower,
    boot: async () => {
      mountMemory();
      await sshd.start();
    },
    close: async () => {
      await sshd.close();
      await room.killAll();
      room.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Real programs behind door-keepers that write down who came. */
function installKeepers(dir: string): string {
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  const install = (name: string, lines: readonly string[]) =>
    writeFileSync(join(bin, name), ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
  const wait = (tool: HeldTool) => [
    `[ ! -e '${dir}/hold-${tool}' ] || : >'${dir}/waiting-${tool}'`,
    `while [ -e '${dir}/hold-${tool}' ]; do sleep 0.1; done`,
  ];
  install('badblocks', [`echo "$$ $*" >>'${dir}/launches'`, `exec ${runTool('which', 'badblocks')} "$@"`]);
  install('smartctl', [
    ...wait('smartctl'),
    // Exit status 1 is that of a smartctl which does not know the device.
    '[ -x /usr/sbin/smartctl ] || exit 1',
    'exec /usr/sbin/smartctl "$@"',
  ]);
  install('perl', ['case $1 in */claim)', ...wait('perl'), 'esac', 'exec /usr/bin/perl "$@"']);
  return bin;
}

function readLaunches(dir: string): Launch[] {
  const file = join(dir, 'launches');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  return lines.map((line) => {
    const [pid = '', ...args] = line.split(' ');
    return { pid: Number(pid), args: args.join(' ') };
  });
}

function isOn(path: string, args: string): boolean {
  return args.split(' ').includes(path);
}

function readRunFile(runs: string, serial: string, name: string): string | null {
  const read = (run: string, file: string) => {
    const path = join(runs, run, file);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  };
  const isOfDrive = (run: string) => read(run, 'meta').split('\n').includes(`serial=${serial}`);
  const startOf = (run: string) => Number(/^started=(.*)$/m.exec(read(run, 'meta'))?.[1]);
  const own = existsSync(runs) ? readdirSync(runs).filter(isOfDrive) : [];
  const newest = own.toSorted((a, b) => startOf(a) - startOf(b)).at(-1);
  return newest === undefined || !existsSync(join(runs, newest, name)) ? null : read(newest, name);
}

interface MountRoom {
  readonly pid: number;
  list(): NasProcess[];
  /** Ends every process in it but the one that keeps it. */
  killAll(): Promise<void>;
  close(): void;
}

/** A mount namespace, kept by a sleeping process. */
async function openMountRoom(): Promise<MountRoom> {
  const keeper: ChildProcess = spawn('unshare', ['-m', '--propagation', 'private', 'sleep', 'infinity'], {
    stdio: 'ignore',
  });
  keeper.on('error', () => undefined);
  const close = () => {
    process.removeListener('exit', close);
    keeper.kill('SIGKILL');
  };
  process.once('exit', close);
  const pid = keeper.pid ?? 0;
  const own = readlinkSync('/proc/self/ns/mnt');
  await until('a mount namespace', () => readRoom(pid) !== own && readCommand(pid).startsWith('sleep'));
  const room = readRoom(pid);
  const list = () =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((other) => other !== pid && readRoom(other) === room)
      .map((other) => ({ pid: other, command: readCommand(other) }))
      .filter(({ command }) => command !== '');
  return {
    pid,
    list,
    killAll: async () => {
      await until('the processes of the NAS to end', () => {
        for (const process of list()) signal(process.pid);
        return list().length === 0;
      });
    },
    close,
  };
}

function readRoom(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    return null;
  }
}

/** Empty for a process that has ended, also while it is a zombie. */
function readCommand(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended in between.
  }
}
