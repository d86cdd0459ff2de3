import { z } from 'zod';
import type { BurninEvent } from '../core/views';
import type { Connection, Statements } from './connection';
import { readRow, readRows, type RowKind } from './rows';

const sql = {
  append: 'INSERT INTO events (at, type, serial, job, message) VALUES (:at, :type, :serial, :job, :message)',
  list: 'SELECT * FROM events ORDER BY seq DESC LIMIT :limit',
  listOfDrive: 'SELECT * FROM events WHERE serial = :serial ORDER BY seq DESC LIMIT :limit',
  listSince: `SELECT * FROM events WHERE type IN (SELECT value FROM json_each(:types))
    AND (seq > :afterSeq OR at BETWEEN :from AND :to) ORDER BY seq`,
  lastSeq: 'SELECT coalesce(max(seq), 0) AS seq FROM events',
  prune: `DELETE FROM events WHERE at < :before
    AND NOT EXISTS (SELECT 1 FROM jobs WHERE id = events.job AND state IN ('queued', 'running'))`,
};

const eventRow: RowKind<BurninEvent> = {
  table: 'events',
  key: ['seq'],
  schema: z.object({
    at: z.int(),
    type: z.string(),
    serial: z.string().nullable(),
    job: z.string().nullable(),
    message: z.string(),
  }),
};

const seqRow: RowKind<number> = {
  table: 'events',
  key: [],
  schema: z.object({ seq: z.int() }).transform((row) => row.seq),
};

/** Which events: those stored after one of them, and those of a span of time, both ends included. */
export interface EventSpan {
  readonly types: readonly string[];
  readonly afterSeq: number;
  readonly from: number;
  readonly to: number;
}

/** The audit: what happened, to which drive and job. */
export class Events {
  readonly #connection: Connection;
  readonly #sql: Statements<keyof typeof sql>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#sql = connection.prepareAll(sql);
  }

  append({ at, type, serial, job, message }: BurninEvent): void {
    this.#sql.append.run({ at, type, serial, job, message });
  }

  /** The latest events, of one drive or of all, latest first. */
  list({ limit, serial }: { readonly limit: number; readonly serial?: string }): readonly BurninEvent[] {
    const rows =
      serial === undefined ? this.#sql.list.all({ limit }) : this.#sql.listOfDrive.all({ limit, serial });
    return readRows(eventRow, rows, this.#connection);
  }

  /** Events of some types in the order in which they were stored, which holds also when the wall clock was set. */
  listSince({ types, ...span }: EventSpan): readonly BurninEvent[] {
    const rows = this.#sql.listSince.all({ types: JSON.stringify(types), ...span });
    return readRows(eventRow, rows, this.#connection);
  }

  /** Number of the event that was stored last, 0 when there is none. */
  lastSeq(): number {
    return readRow(seqRow, this.#sql.lastSeq.get());
  }

  /** Removes events from before a time in milliseconds since the epoch, except those of live jobs; answers how many. */
  prune(before: number): number {
    return this.#sql.prune.run({ before });
  }
}
