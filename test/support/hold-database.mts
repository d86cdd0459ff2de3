import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';

/** Holds a write transaction for so many milliseconds, or until it is killed, and says so on standard output. */
const holder = `
const [sqlite, file, holdMs] = process.argv.slice(1);
const database = new (require(sqlite))(file);
database.exec('BEGIN IMMEDIATE');
database.exec("INSERT INTO events (at, type, message) VALUES (1, 'held', 'by another process')");
require('node:fs').writeSync(1, 'held');
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(holdMs));
database.exec('COMMIT');
`;

/** Resolves once another process holds the write lock of a store's file. The process ends by itself after `holdMs`. */
export async function holdDatabase(file: string, holdMs: number): Promise<ChildProcess> {
  const sqlite = createRequire(import.meta.url).resolve('better-sqlite3');
  const child = spawn(process.execPath, ['-e', holder, sqlite, file, String(holdMs)]);
  await once(child.stdout, 'data');
  return child;
}
