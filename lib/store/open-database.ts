import { closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { isPassing, toStoreError, UnusableDatabaseError } from './errors';
import { migrate, refuseForeign } from './migrations';

/**
 * Opens or makes the database file and brings it to this version. Directories are made for the owner alone, as is the
 * file. Throws UnusableDatabaseError for a file that must not be touched; such a file is left as it was.
 */
export function openDatabase(file: string, busyTimeoutMs: number): Database.Database {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, 'a', 0o600));
  const database = new Database(file, { timeout: busyTimeoutMs });
  try {
    prepare(database);
    return database;
  } catch (error) {
    database.close();
    throw toStoreError(file, error);
  }
}

function prepare(database: Database.Database): void {
  refuseForeign(database);
  useWriteAheadLog(database);
  // FULL, not NORMAL: a power cut must not take back a cancel, a remembered request or a started stage. The price is
  // one fsync a transaction, at a few transactions a second; a beat with many writes puts them into one.
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  migrate(database);
}

/** Readers and the writer do not wait for each other. SQLite stays in its old mode where it cannot share memory. */
function useWriteAheadLog(database: Database.Database): void {
  if (switchMode(database) === 'wal') return;
  throw new UnusableDatabaseError(
    `${database.name} does not allow SQLite's write-ahead log; put the database on a local disk`,
  );
}

/**
 * The one statement that does not always wait for a busy file: processes that switch a new file at the same time are in
 * each other's way. An empty transaction does wait, and afterwards one of the others has switched it.
 */
function switchMode(database: Database.Database, attemptsLeft = 20): unknown {
  try {
    return database.pragma('journal_mode = WAL', { simple: true });
  } catch (error) {
    if (!isPassing(error) || attemptsLeft === 0) throw error;
    database.transaction(() => undefined).immediate();
    return switchMode(database, attemptsLeft - 1);
  }
}
