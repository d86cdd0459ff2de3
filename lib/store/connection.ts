import type Database from 'better-sqlite3';
import { type CorruptRowError, isPassing, toStoreError } from './errors';

/** Values for the named parameters of a statement. */
export type Values = Readonly<Record<string, string | number | null>>;

/** A prepared statement. Each method throws UnreachableError when the file cannot be read or written just now. */
export interface Statement {
  /** First row, or undefined. */
  get(values?: Values): unknown;
  all(values?: Values): readonly unknown[];
  /** Number of rows that were changed. */
  run(values?: Values): number;
}

/** Prepared statements by name. */
export type Statements<Name extends string> = Readonly<Record<Name, Statement>>;

/** The one connection of a store: every statement and transaction goes through here. */
export class Connection {
  readonly file: string;
  readonly #database: Database.Database;
  readonly #corruptRows = new Map<string, CorruptRowError>();

  constructor(database: Database.Database) {
    this.#database = database;
    this.file = database.name;
  }

  /** Prepares statements once, for use until the connection closes. */
  prepareAll<Name extends string>(sql: Readonly<Record<Name, string>>): Statements<Name> {
    const prepared = Object.entries<string>(sql).map(([name, text]) => [name, this.prepare(text)]);
    return Object.fromEntries(prepared) as Statements<Name>;
  }

  prepare(sql: string): Statement {
    const prepared = this.#database.prepare<[Values]>(sql);
    return {
      get: (values = {}) => this.#attempt(() => prepared.get(values)),
      all: (values = {}) => this.#attempt(() => prepared.all(values)),
      run: (values = {}) => this.#attempt(() => prepared.run(values).changes),
    };
  }

  /**
   * Runs `work` in one immediate transaction: the write lock is taken first, so what `work` reads cannot change before
   * it writes. Whatever `work` throws undoes all of it. Inside another `write` it becomes a part of that one.
   */
  write<T>(work: () => T): T {
    return this.#attempt(() => this.#database.transaction(work).immediate());
  }

  /** Remembers a row that a list had to leave out. */
  noteCorrupt(error: CorruptRowError): void {
    this.#corruptRows.set(error.message, error);
  }

  /** Rows that lists had to leave out so far. */
  corruptRows(): readonly CorruptRowError[] {
    return [...this.#corruptRows.values()];
  }

  /** Moves everything into the main file and closes; a second call does nothing. */
  close(): void {
    if (!this.#database.open) return;
    try {
      // Somebody else's long read must not hold up a shutdown: what is left in the log is found at the next opening.
      this.#database.pragma('busy_timeout = 0');
      this.#database.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      if (!isPassing(error)) throw error;
    } finally {
      this.#database.close();
    }
  }

  #attempt<T>(work: () => T): T {
    if (!this.#database.open) throw new Error(`the store ${this.file} is closed`);
    try {
      return work();
    } catch (error) {
      throw toStoreError(this.file, error);
    }
  }
}
