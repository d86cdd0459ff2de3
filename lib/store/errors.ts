import Database from 'better-sqlite3';
import { StoreUnreachableError } from '../core/refusal';

/** The database file cannot be used as it is, and a person has to decide: newer version, foreign file, wrong disk. */
export class UnusableDatabaseError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnusableDatabaseError';
  }
}

/** A stored row that no longer reads as what it should be. Other rows are not affected. */
export class CorruptRowError extends Error {
  readonly table: string;
  /** Key columns and their values, e.g. `job_id=abc position=2`. */
  readonly key: string;

  constructor(row: { readonly table: string; readonly key: string; readonly problem: string }) {
    super(`corrupt row in table ${row.table}, ${row.key}: ${row.problem}`);
    this.name = 'CorruptRowError';
    this.table = row.table;
    this.key = row.key;
  }
}

/** True for a failure that may be over at the next attempt: held by another process, disk full, disk error. */
export function isPassing(error: unknown): error is InstanceType<typeof Database.SqliteError> {
  return error instanceof Database.SqliteError && /^SQLITE_(BUSY|LOCKED|FULL|IOERR)/.test(error.code);
}

/** What a caller gets for an error of SQLite: StoreUnreachableError where another attempt makes sense. */
export function toStoreError(file: string, error: unknown): unknown {
  if (isPassing(error)) {
    return new StoreUnreachableError(`the database ${file} cannot be used just now: ${error.message}`, {
      cause: error,
    });
  }
  if (error instanceof Database.SqliteError && error.code === 'SQLITE_NOTADB') {
    return new UnusableDatabaseError(`${file} is not a SQLite database`, { cause: error });
  }
  return error;
}
