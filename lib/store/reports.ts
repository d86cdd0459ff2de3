import { z } from 'zod';
import type { Job } from '../core/job';
import type { Connection, Statements } from './connection';
import { jobRow } from './job-row';
import { readRows, type RowKind } from './rows';

/** A way on which a report is sent. */
export type Channel = 'mail' | 'webhook';

/** A report that is still to be sent on one channel. */
export interface Delivery {
  readonly jobId: string;
  readonly channel: Channel;
  /** Attempts that failed so far. */
  readonly attempts: number;
  readonly lastError: string | null;
  /** Milliseconds since the epoch. */
  readonly nextAttemptAt: number;
}

/** One report on one channel. */
export interface DeliveryKey {
  readonly jobId: string;
  readonly channel: Channel;
}

export interface FailedAttempt extends DeliveryKey {
  readonly error: string;
  /** Milliseconds since the epoch, as is the next one. */
  readonly now: number;
  readonly nextAttemptAt: number;
}

/** A delivery whose attempts have been failing for a while. */
export interface FailingDelivery {
  readonly serial: string;
  readonly lastError: string;
}

const thisDelivery = `job_id = :jobId AND channel = :channel AND state = 'due'`;

const sql = {
  due: `SELECT * FROM jobs WHERE nas = :nas AND ended_at IS NOT NULL AND report_given_at IS NULL
    ORDER BY ended_at, seq`,
  markGiven: `UPDATE jobs SET report_given_at = :now
    WHERE id = :jobId AND ended_at IS NOT NULL AND report_given_at IS NULL`,
  toQueue: `SELECT * FROM jobs WHERE nas = :nas AND ended_at IS NOT NULL AND deliveries_queued_at IS NULL
    ORDER BY ended_at, seq`,
  markQueued: `UPDATE jobs SET deliveries_queued_at = :now
    WHERE id = :jobId AND ended_at IS NOT NULL AND deliveries_queued_at IS NULL`,
  failing: `SELECT jobs.serial, last_error FROM deliveries JOIN jobs ON jobs.id = job_id
    WHERE nas = :nas AND channel = :channel AND deliveries.state = 'due' AND first_failed_at <= :before
    ORDER BY first_failed_at`,
  enqueue: `INSERT INTO deliveries (job_id, channel, state, next_attempt_at) VALUES (:jobId, :channel, 'due', :now)
    ON CONFLICT (job_id, channel) DO NOTHING`,
  dueDeliveries: `SELECT * FROM deliveries WHERE state = 'due' AND next_attempt_at <= :now
    ORDER BY next_attempt_at, job_id, channel`,
  delivered: `UPDATE deliveries SET state = 'delivered', ended_at = :now WHERE ${thisDelivery}`,
  failed: `UPDATE deliveries
    SET attempts = attempts + 1, last_error = :error, next_attempt_at = :nextAttemptAt,
      first_failed_at = coalesce(first_failed_at, :now) WHERE ${thisDelivery}`,
  giveUp: `UPDATE deliveries
    SET state = 'given_up', attempts = attempts + 1, last_error = :error, ended_at = :now WHERE ${thisDelivery}`,
};

const deliveryRow: RowKind<Delivery> = {
  table: 'deliveries',
  key: ['job_id', 'channel'],
  schema: z
    .object({
      job_id: z.string(),
      channel: z.enum(['mail', 'webhook']),
      attempts: z.int(),
      last_error: z.string().nullable(),
      next_attempt_at: z.int(),
    })
    .transform((row) => ({
      jobId: row.job_id,
      channel: row.channel,
      attempts: row.attempts,
      lastError: row.last_error,
      nextAttemptAt: row.next_attempt_at,
    })),
};

const failingRow: RowKind<FailingDelivery> = {
  table: 'deliveries',
  key: ['serial'],
  schema: z
    .object({ serial: z.string(), last_error: z.string() })
    .transform((row) => ({ serial: row.serial, lastError: row.last_error })),
};

/** Reports: given out once for each ended job, then sent on each channel until it arrives or is given up. */
export class Reports {
  readonly #connection: Connection;
  readonly #sql: Statements<keyof typeof sql>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#sql = connection.prepareAll(sql);
  }

  /** Ended jobs whose report was not given out yet, the one that ended first before the others. */
  due(nas: string): readonly Job[] {
    return readRows(jobRow, this.#sql.due.all({ nas }), this.#connection);
  }

  /** True for exactly one caller a job; false for a job that has not ended. */
  markGiven(jobId: string, now: number): boolean {
    return this.#sql.markGiven.run({ jobId, now }) > 0;
  }

  /** Ended jobs whose deliveries were not queued yet, the one that ended first before the others. */
  toQueue(nas: string): readonly Job[] {
    return readRows(jobRow, this.#sql.toQueue.all({ nas }), this.#connection);
  }

  /**
   * Queues the deliveries of an ended job on the channels there are now, which may be none. True for exactly one caller
   * a job, so that a channel added later sends no old reports.
   */
  queue(jobId: string, channels: readonly Channel[], now: number): boolean {
    return this.#connection.write(() => {
      if (this.#sql.markQueued.run({ jobId, now }) === 0) return false;
      this.enqueue(jobId, channels, now);
      return true;
    });
  }

  /** Makes deliveries due at once; those there are already stay as they are. Answers how many are new. */
  enqueue(jobId: string, channels: readonly Channel[], now: number): number {
    return this.#connection.write(() =>
      channels.reduce((count, channel) => count + this.#sql.enqueue.run({ jobId, channel, now }), 0),
    );
  }

  /** Deliveries to be attempted now, longest due first. */
  dueDeliveries(now: number): readonly Delivery[] {
    return readRows(deliveryRow, this.#sql.dueDeliveries.all({ now }), this.#connection);
  }

  /** False for a delivery that is not due any more. */
  markDelivered({ jobId, channel, now }: DeliveryKey & { readonly now: number }): boolean {
    return this.#sql.delivered.run({ jobId, channel, now }) > 0;
  }

  /** Counts the attempt and sets the next one. `error` must be free of secrets. */
  markAttemptFailed({ jobId, channel, error, now, nextAttemptAt }: FailedAttempt): boolean {
    return this.#sql.failed.run({ jobId, channel, error, now, nextAttemptAt }) > 0;
  }

  /** Deliveries of a NAS whose first attempt failed at or before a time and that are still tried, oldest first. */
  listFailing(of: {
    readonly nas: string;
    readonly channel: Channel;
    readonly before: number;
  }): readonly FailingDelivery[] {
    return readRows(failingRow, this.#sql.failing.all(of), this.#connection);
  }

  /** Ends the attempts with the last error. */
  giveUp({
    jobId,
    channel,
    error,
    now,
  }: DeliveryKey & { readonly error: string; readonly now: number }): boolean {
    return this.#sql.giveUp.run({ jobId, channel, error, now }) > 0;
  }
}
