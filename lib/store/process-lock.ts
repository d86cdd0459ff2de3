import { closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { isPassing, toStoreError } from './errors';

/** Held until it is released or the process ends, in whatever way. */
export interface ProcessLock {
  /** A second call does nothing. */
  release(): void;
}

/**
 * Takes a lock for as long as this process lives, or answers null when another one has it. It is the open exclusive
 * transaction of a small SQLite file: the kernel ends it with the process, so a `kill -9` leaves nothing to be tidied
 * up, and there is no process id that somebody else could get. Only what SQLite opens may touch the file: POSIX locks
 * of a process end when it closes any descriptor of that file.
 */
export function takeProcessLock(file: string): ProcessLock | null {
  makeFile(file);
  const database = new Database(file, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isPassing(error) && /^SQLITE_(BUSY|LOCKED)/.test(error.code)) return null;
    throw toStoreError(file, error);
  }
  return { release: () => void database.close() };
}

/** For its owner alone. A file that is there already is not opened. */
function makeFile(file: string): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
