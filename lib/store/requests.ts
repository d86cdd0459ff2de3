import { z } from 'zod';
import type { Connection, Statements } from './connection';
import { jsonColumn, readOptionalRow, type RowKind } from './rows';

/** A request that was taken. */
export interface TakenRequest {
  readonly transaction: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Ids of the jobs that it started or cancelled. */
  readonly jobs: readonly string[];
}

const sql = {
  remember: `INSERT INTO requests (request_transaction, at, jobs) VALUES (:transaction, :at, :jobs)
    ON CONFLICT (request_transaction) DO NOTHING`,
  find: 'SELECT * FROM requests WHERE request_transaction = :transaction',
  prune: 'DELETE FROM requests WHERE at < :before',
};

const requestRow: RowKind<TakenRequest> = {
  table: 'requests',
  key: ['request_transaction'],
  schema: z
    .object({ request_transaction: z.string(), at: z.int(), jobs: jsonColumn(z.array(z.string())) })
    .transform((row) => ({ transaction: row.request_transaction, at: row.at, jobs: row.jobs })),
};

/** The transactions of requests that changed something, so that a replay is known as one. */
export class Requests {
  readonly #sql: Statements<keyof typeof sql>;

  constructor(connection: Connection) {
    this.#sql = connection.prepareAll(sql);
  }

  /** False for a transaction that was remembered before, by whatever process. */
  remember({ transaction, at, jobs }: TakenRequest): boolean {
    return this.#sql.remember.run({ transaction, at, jobs: JSON.stringify(jobs) }) > 0;
  }

  /** Null for a transaction that was never remembered, or so long ago that it is forgotten. */
  find(transaction: string): TakenRequest | null {
    return readOptionalRow(requestRow, this.#sql.find.get({ transaction }));
  }

  /** Forgets transactions from before a time in milliseconds since the epoch; answers how many. */
  prune(before: number): number {
    return this.#sql.prune.run({ before });
  }
}
