import { z } from 'zod';
import type { Job } from '../core/job';
import type { Connection, Statements } from './connection';
import { jobRow } from './job-row';
import { readRow, readRows, type RowKind } from './rows';

export interface ClaimRequest {
  readonly nas: string;
  /** Slots of the NAS. */
  readonly maxParallel: number;
  /** Claims at most this many now, e.g. one after the other in a warm chassis. */
  readonly limit?: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const sql = {
  countRunning: `SELECT count(*) AS running FROM jobs WHERE nas = :nas AND state = 'running'`,
  listQueued: `SELECT * FROM jobs WHERE nas = :nas AND state = 'queued' ORDER BY seq`,
  start: `UPDATE jobs SET state = 'running', started_at = :now WHERE id = :jobId AND state = 'queued'`,
};

const runningRow: RowKind<number> = {
  table: 'jobs',
  key: [],
  schema: z.object({ running: z.int() }).transform((row) => row.running),
};

/** Gives free slots to queued jobs. */
export class SlotClaimer {
  readonly #connection: Connection;
  readonly #sql: Statements<keyof typeof sql>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#sql = connection.prepareAll(sql);
  }

  /** Counts and moves in one transaction, so that no two callers can use the same slot. */
  claim(request: ClaimRequest): readonly Job[] {
    return this.#connection.write(() => this.#listNext(request).map((job) => this.#start(job, request.now)));
  }

  /** A queued job whose row cannot be read is not started; it stays queued and is noted. */
  #listNext({ nas, maxParallel, limit = maxParallel }: ClaimRequest): readonly Job[] {
    const free = Math.min(limit, maxParallel - readRow(runningRow, this.#sql.countRunning.get({ nas })));
    if (free <= 0) return [];
    return readRows(jobRow, this.#sql.listQueued.all({ nas }), this.#connection).slice(0, free);
  }

  #start(job: Job, now: number): Job {
    this.#sql.start.run({ jobId: job.id, now });
    return { ...job, state: 'running', startedAt: now };
  }
}
