import type Database from 'better-sqlite3';
import { UnusableDatabaseError } from './errors';
import { schemaSteps, type SchemaStep } from './schema';

/** Marks the file as ours ("burn"), in SQLite's own header field for it. */
export const applicationId = 0x6275726e;

/**
 * Throws UnusableDatabaseError for a file that is somebody else's or that a newer version has written. Reads only: not
 * even the journal mode of such a file is changed.
 */
export function refuseForeign(database: Database.Database): void {
  // One transaction, because another process may be making the same file at this moment.
  const isOurs = database.transaction(() => isOwn(database) || isEmpty(database)).deferred();
  if (!isOurs) {
    throw new UnusableDatabaseError(`${database.name} is not a burn-in database; choose another file`);
  }
  refuseFuture(database, schemaSteps.length);
}

/** Applies the steps the file has not seen yet, each in a transaction of its own. */
export function migrate(database: Database.Database, steps: readonly SchemaStep[] = schemaSteps): void {
  for (const [index, step] of steps.entries()) {
    database.transaction(() => apply(database, step, index + 1)).immediate();
  }
  refuseFuture(database, steps.length);
}

/** The version is read inside the transaction, because another process may be migrating the same file. */
function apply(database: Database.Database, step: SchemaStep, version: number): void {
  if (readVersion(database) >= version) return;
  database.exec(step.sql);
  database.pragma(`user_version = ${version}`);
  database.pragma(`application_id = ${applicationId}`);
}

function refuseFuture(database: Database.Database, known: number): void {
  const version = readVersion(database);
  if (version <= known) return;
  throw new UnusableDatabaseError(
    `${database.name} was written by a newer version (schema ${version}, this version knows ${known}); ` +
      'install that version again or restore a backup',
  );
}

/** SQLite keeps `user_version` in the file's header; 0 is a new file. */
function readVersion(database: Database.Database): number {
  return Number(database.pragma('user_version', { simple: true }));
}

function isOwn(database: Database.Database): boolean {
  return database.pragma('application_id', { simple: true }) === applicationId;
}

function isEmpty(database: Database.Database): boolean {
  const hasMark = database.pragma('application_id', { simple: true }) !== 0;
  return !hasMark && database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
}
