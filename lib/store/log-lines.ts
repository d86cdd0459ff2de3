import { z } from 'zod';
import type { Connection, Statements } from './connection';
import { readRows, type RowKind } from './rows';

/** One line, or one chunk of lines, of a job's log. */
export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly line: string;
}

const sql = {
  append: 'INSERT INTO log_lines (job_id, at, line) VALUES (:jobId, :at, :line)',
  tail: `SELECT * FROM (SELECT * FROM log_lines WHERE job_id = :jobId ORDER BY seq DESC LIMIT :count) ORDER BY seq`,
  prune: `DELETE FROM log_lines
    WHERE at < :before AND job_id IN (SELECT id FROM jobs WHERE state NOT IN ('queued', 'running'))`,
};

const logRow: RowKind<LogLine> = {
  table: 'log_lines',
  key: ['seq'],
  schema: z.object({ at: z.int(), line: z.string() }),
};

/** Logs of jobs: a row for each line, because a growing text column is written again as a whole every time. */
export class LogLines {
  readonly #connection: Connection;
  readonly #sql: Statements<keyof typeof sql>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#sql = connection.prepareAll(sql);
  }

  /** All of the lines or none. The job must exist. */
  append(jobId: string, at: number, lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.#connection.write(() => {
      for (const line of lines) this.#sql.append.run({ jobId, at, line });
    });
  }

  /** The last `count` lines, oldest of them first. */
  tail(jobId: string, count: number): readonly LogLine[] {
    return readRows(logRow, this.#sql.tail.all({ jobId, count }), this.#connection);
  }

  /** Removes lines of closed jobs from before a time in milliseconds since the epoch; answers how many. */
  prune(before: number): number {
    return this.#sql.prune.run({ before });
  }
}
