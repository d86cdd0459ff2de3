import type { Connection, Statements } from './connection';

const sql = {
  remember: `INSERT INTO requests (request_transaction, at) VALUES (:transaction, :at)
    ON CONFLICT (request_transaction) DO NOTHING`,
  prune: 'DELETE FROM requests WHERE at < :before',
};

/** The transactions of requests already seen, so that a replay is known as one. */
export class Requests {
  readonly #sql: Statements<keyof typeof sql>;

  constructor(connection: Connection) {
    this.#sql = connection.prepareAll(sql);
  }

  /** False for a transaction that was remembered before, by whatever process. */
  remember({ transaction, at }: { readonly transaction: string; readonly at: number }): boolean {
    return this.#sql.remember.run({ transaction, at }) > 0;
  }

  /** Forgets transactions from before a time in milliseconds since the epoch; answers how many. */
  prune(before: number): number {
    return this.#sql.prune.run({ before });
  }
}
