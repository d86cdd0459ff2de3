import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';

import type { SshSettings } from '../core/settings';
import { drives, type RehearsalDrive } from './drive-catalog';
import { openFastClock, type FastClock } from './fast-clock';
import { buildFreshState, loadState, nextName, saveState, type HostState } from './host-state';
import { writeTree } from './host-tree';
import { putFile } from './put-file';
import { installFakes, runCommand } from './run-command';
import { generateHostKey, openRehearsalServer, type RehearsalServer } from './ssh-server';
import { findWriters, forgetProcesses, killWriters, sweepProcesses } from './writers';

/** Four patterns on 18 TB at 200 MB/s take eight days, or twenty seconds at this speed. */
const defaultSpeed = 36_000;
const sweepMs = 500;

export interface RehearsalNasOptions {
  /** Directory that is the NAS. Another open of it finds the NAS as it was, with its running writers. */
  readonly dir: string;
  /** Seconds of the NAS to one of ours, a whole number; 36 000 unless given. */
  readonly speed?: number;
}

/**
 * A NAS to rehearse on: an SSH server in this process, with a directory for a disk shelf and small scripts for tools. It
 * runs the very scripts that a real NAS gets, and nothing it does leaves its directory.
 */
export interface RehearsalNas {
  readonly ssh: SshSettings;
  /** Every drive it can have, in the order of their first names. */
  readonly drives: readonly RehearsalDrive[];
  /** Seconds since its boot, on its own fast clock. */
  uptimeS(): number;
  /** A new NAS with the same host key: every run, every bad block and every change of a drive is gone. */
  reset(): Promise<void>;
  /** A power cut: connections, commands and writers end at once, `/run` is empty, and the boot id is another one. */
  reboot(): Promise<void>;
  /** Two drives change names, as they may on any boot. */
  renumber(serials?: readonly [string, string]): void;
  /** The drive has bad spots all over from now on, and its SMART status says so. */
  failDrive(serial: string): void;
  /** The drive is gone, as if pulled out of its bay. */
  pull(serial: string): void;
  /** Puts a pulled drive back; it gets the first free name. */
  insert(serial: string): void;
  /** Ends the server. Writers go on, as they do on a NAS that outlives its controller. */
  close(): Promise<void>;
}

/** Opens the NAS of a directory, a new one where there is none. Rejects when the directory cannot be written. */
export async function openRehearsalNas(options: RehearsalNasOptions): Promise<RehearsalNas> {
  mkdirSync(options.dir, { recursive: true, mode: 0o700 });
  chmodSync(options.dir, 0o700);
  const root = path.resolve(options.dir);
  const state = loadState(root) ?? buildFreshState();
  saveState(root, state);
  writeTree(root, state);
  installFakes(root);
  const clock = openFastClock(root, Math.max(1, Math.round(options.speed ?? defaultSpeed)));
  const run = (command: string, channel: Parameters<typeof runCommand>[2]) =>
    runCommand(root, command, channel);
  const server = await openRehearsalServer(loadHostKey(root), run);
  const hasLostPower = await findPowerCut(root);
  const nas = buildNas({ root, state, clock, server });
  if (hasLostPower) await nas.reboot();
  return nas;
}

interface Parts {
  readonly root: string;
  readonly state: HostState;
  readonly clock: FastClock;
  readonly server: RehearsalServer;
}

function buildNas({ root, state: first, clock, server }: Parts): RehearsalNas {
  let state = first;
  const change = (next: Partial<HostState>) => {
    state = { ...state, ...next };
    saveState(root, state);
    writeTree(root, state);
  };
  const cutPower = async () => {
    server.dropConnections();
    server.killCommands();
    await emptyRun(root);
    clock.restart();
  };
  const sweeper = setInterval(() => sweepProcesses(root), sweepMs);
  sweeper.unref();
  return {
    ssh: server.ssh,
    drives,
    uptimeS: () => clock.uptimeS(),
    reset: async () => {
      await cutPower();
      for (const dir of ['sys', 'rehearsal/drives']) remove(path.join(root, dir));
      change(buildFreshState());
    },
    reboot: async () => {
      await cutPower();
      remove(path.join(root, 'sys'));
      change({ bootId: randomUUID() });
    },
    renumber: (serials) => change({ names: swapNames(state, serials ?? firstTwo(state)) }),
    failDrive: (serial) => change({ failed: [...new Set([...state.failed, findDrive(serial).serial])] }),
    pull: (serial) => change({ names: withoutName(state, findDrive(serial).serial) }),
    insert: (serial) => {
      const names = withoutName(state, serial);
      change({ names: { ...names, [serial]: nextName(names, findDrive(serial)) } });
    },
    close: async () => {
      clearInterval(sweeper);
      await server.close();
      clock.close();
    },
  };
}

/** Takes `/run` away in one step before the writers, so that no supervisor leaves a result behind. */
async function emptyRun(root: string): Promise<void> {
  const trash = path.join(root, `rehearsal/trash-${randomUUID()}`);
  renameSync(path.join(root, 'run'), trash);
  mkdirSync(path.join(root, 'run'));
  await killWriters(root);
  remove(path.join(root, 'rehearsal/locks'));
  remove(trash);
}

/**
 * True when writers were cut off with the machine, or the container, that the NAS lived in: all of them at once, and
 * without a trace but their entries in `/proc`.
 */
async function findPowerCut(root: string): Promise<boolean> {
  const { alive, dead } = await findWriters(root);
  forgetProcesses(root, dead);
  return dead.length > 0 && alive.length === 0;
}

function loadHostKey(root: string): string {
  const file = path.join(root, 'rehearsal/host_key');
  if (!existsSync(file)) putFile(file, generateHostKey(), 0o600);
  return readFileSync(file, 'utf8');
}

function findDrive(serial: string): RehearsalDrive {
  const drive = drives.find((each) => each.serial === serial);
  if (drive === undefined) throw new Error(`the rehearsal NAS has no drive ${serial}`);
  return drive;
}

function firstTwo(state: HostState): readonly [string, string] {
  const [one, other] = drives.filter(({ serial, use }) => use === null && state.names[serial] !== undefined);
  if (one === undefined || other === undefined) throw new Error('fewer than two free drives are plugged in');
  return [one.serial, other.serial];
}

function swapNames({ names }: HostState, [one, other]: readonly [string, string]): HostState['names'] {
  const [first, second] = [names[one], names[other]];
  if (first === undefined || second === undefined) throw new Error('both drives have to be plugged in');
  return { ...names, [one]: second, [other]: first };
}

function withoutName({ names }: HostState, serial: string): HostState['names'] {
  return Object.fromEntries(Object.entries(names).filter(([each]) => each !== serial));
}

function remove(target: string): void {
  rmSync(target, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
}
