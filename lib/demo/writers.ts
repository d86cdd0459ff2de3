import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** A writer touches its files several times a second; one that does not for this long is another process. */
const signOfLifeMs = 5000;

/** Processes of the rehearsal NAS, from its own `/proc`. */
export interface Writers {
  readonly alive: readonly number[];
  /** In `/proc` still, but ended without taking themselves out: by a signal, or with the whole machine. */
  readonly dead: readonly number[];
}

/**
 * Tells living writers from left-over entries. After a restart of the machine or container a pid may belong to any
 * other process, so a pid alone proves nothing, nor do fresh files: they have to be seen changing.
 */
export async function findWriters(root: string): Promise<Writers> {
  const pids = readdirSync(path.join(root, 'proc')).filter((name) => /^\d+$/.test(name));
  const checked = await Promise.all(
    pids.map(async (pid) => ({
      pid: Number(pid),
      isAlive: await isWriting(path.join(root, 'proc', pid), Number(pid)),
    })),
  );
  return {
    alive: checked.filter((entry) => entry.isAlive).map((entry) => entry.pid),
    dead: checked.filter((entry) => !entry.isAlive).map((entry) => entry.pid),
  };
}

/** Ends them the hard way, as a power cut does, and takes them out of `/proc`. */
export async function killWriters(root: string): Promise<void> {
  const { alive } = await findWriters(root);
  for (const pid of alive) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself in between.
    }
  }
  // Bounded: where zombies cannot be told apart, one stays until its parent collects it.
  for (let left = 200; left > 0 && alive.some(exists); left -= 1) await wait(10);
  forgetProcesses(root);
}

/** Empties `/proc` of processes, whoever they were. */
export function forgetProcesses(root: string, pids?: readonly number[]): void {
  const dir = path.join(root, 'proc');
  const names = pids?.map(String) ?? readdirSync(dir).filter((name) => /^\d+$/.test(name));
  for (const name of names) rmSync(path.join(dir, name), { recursive: true, force: true });
}

/** Takes processes that are no more out of `/proc`, as a kernel does; cheap enough for a timer, and never throws. */
export function sweepProcesses(root: string): void {
  try {
    const pids = readdirSync(path.join(root, 'proc')).filter((name) => /^\d+$/.test(name));
    forgetProcesses(
      root,
      pids.map(Number).filter((pid) => !exists(pid)),
    );
  } catch {
    // The directory is being taken away.
  }
}

async function isWriting(dir: string, pid: number): Promise<boolean> {
  const first = newestMs(dir);
  if (first === null || pid === process.pid) return false;
  for (const giveUpAt = Date.now() + signOfLifeMs; Date.now() < giveUpAt && exists(pid);) {
    await wait(50);
    if ((newestMs(dir) ?? first) > first) return true;
  }
  return false;
}

function newestMs(dir: string): number | null {
  const files = ['io', 'comm'].map((name) => path.join(dir, name)).filter((file) => existsSync(file));
  try {
    return files.length === 0 ? null : Math.max(...files.map((file) => statSync(file).mtimeMs));
  } catch {
    return null;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !isZombie(pid);
}

/** Only Linux can tell; elsewhere parents collect their children soon enough. */
function isZombie(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
