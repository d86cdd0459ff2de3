import Database from 'better-sqlite3';

/** Rows of a SQLite file that a running product has open; reads only. */
export function readDatabase(file: string, sql: string): unknown[] {
  const database = new Database(file, { readonly: true, fileMustExist: true });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}
