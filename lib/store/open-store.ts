import { JobCloser } from './close-job';
import { Connection } from './connection';
import { DailyReports } from './daily-reports';
import { Drives } from './drives';
import type { CorruptRowError } from './errors';
import { Events } from './events';
import { Installation } from './installation';
import { Jobs } from './jobs';
import { LogLines } from './log-lines';
import { openDatabase } from './open-database';
import { Reports } from './reports';
import { Requests } from './requests';
import { Snapshots } from './snapshots';
import { Stages } from './stages';

/** How many rows a pruning removed. */
export interface Pruned {
  readonly logLines: number;
  readonly events: number;
}

/**
 * Everything that must survive. Synchronous: when a method has returned, it is on disk. Any method may throw
 * UnreachableError (held by another process for too long, disk full): nothing has changed then, try again.
 */
export interface Store {
  readonly file: string;
  readonly jobs: Jobs;
  readonly stages: Stages;
  readonly reports: Reports;
  readonly dailyReports: DailyReports;
  readonly drives: Drives;
  readonly log: LogLines;
  readonly events: Events;
  readonly snapshots: Snapshots;
  readonly requests: Requests;
  readonly installation: Installation;
  /** Makes all writes of `work` one transaction, all or nothing, and one wait for the disk. `work` is synchronous. */
  inOneWrite<T>(work: () => T): T;
  /** Removes log lines and events from before a time in milliseconds since the epoch; live jobs keep theirs. */
  prune(before: number): Pruned;
  /** Rows that lists had to leave out since the opening; each wants a person's attention. */
  corruptRows(): readonly CorruptRowError[];
  /** Ends the use of the file; any call after that but `close` throws. */
  close(): void;
}

export interface StoreOptions {
  /** How long a call waits for another process's transaction, in milliseconds. The whole process waits with it. */
  readonly busyTimeoutMs?: number;
}

/**
 * Opens the store, makes file and directories where needed and brings an older file up to date.
 * Throws UnusableDatabaseError for a file of a newer version or of somebody else, and leaves it as it was.
 */
export function openStore(file: string, { busyTimeoutMs = 10_000 }: StoreOptions = {}): Store {
  const connection = new Connection(openDatabase(file, busyTimeoutMs));
  try {
    return buildStore(connection);
  } catch (error) {
    connection.close();
    throw error;
  }
}

function buildStore(connection: Connection): Store {
  const closer = new JobCloser(connection);
  const log = new LogLines(connection);
  const events = new Events(connection);
  return {
    file: connection.file,
    jobs: new Jobs(connection, closer),
    stages: new Stages(connection, closer),
    reports: new Reports(connection),
    dailyReports: new DailyReports(connection),
    drives: new Drives(connection),
    log,
    events,
    snapshots: new Snapshots(connection),
    requests: new Requests(connection),
    installation: new Installation(connection),
    inOneWrite: (work) => connection.write(work),
    prune: (before) =>
      connection.write(() => ({ logLines: log.prune(before), events: events.prune(before) })),
    corruptRows: () => connection.corruptRows(),
    close: () => connection.close(),
  };
}
