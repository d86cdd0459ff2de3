import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { buildLockFile } from '../lib/burnin/open-burnin';
import type { Settings } from '../lib/core/settings';
import { takeProcessLock, type ProcessLock } from '../lib/store/process-lock';

/** A restart may overlap with the end of what it replaces. */
const patienceMs = 3_000;
const pauseMs = 100;

/**
 * Makes the data directory this process's own for as long as it lives: flows, credentials and database are those of one
 * Node-RED. Rejects with a plain sentence when another process has it, also one that was started in another way and
 * serves the same NAS.
 */
export async function claimData(settings: Settings): Promise<ProcessLock> {
  const { dataDir, nas } = settings;
  // No NAS has this name: a dot is not allowed in one.
  const lock = await takePatiently(path.resolve(dataDir, '.lock'));
  const engine = lock && (await takePatiently(buildLockFile(settings)));
  engine?.release();
  if (lock !== null && engine !== null) return lock;
  throw new Error(
    `Another Node-RED already serves the NAS "${nas}" from ${path.resolve(dataDir)}. Stop it, or set BURNIN_DATA to another directory.`,
  );
}

async function takePatiently(file: string): Promise<ProcessLock | null> {
  for (let waitedMs = 0; ; waitedMs += pauseMs) {
    const lock = takeProcessLock(file);
    if (lock !== null || waitedMs >= patienceMs) return lock;
    await wait(pauseMs);
  }
}
