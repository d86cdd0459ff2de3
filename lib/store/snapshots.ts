import { z } from 'zod';
import type { Connection, Statements } from './connection';
import { jsonColumn, readRow, type RowKind } from './rows';

/** What a drive said of itself before or after a stage. */
export interface Snapshot {
  readonly jobId: string;
  readonly position: number;
  readonly moment: 'before' | 'after';
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Any JSON value. */
  readonly json: unknown;
}

const sql = {
  add: 'INSERT INTO snapshots (job_id, position, moment, at, json) VALUES (:jobId, :position, :moment, :at, :json)',
  list: 'SELECT * FROM snapshots WHERE job_id = :jobId ORDER BY seq',
};

const snapshotRow: RowKind<Snapshot> = {
  table: 'snapshots',
  key: ['job_id', 'seq'],
  schema: z
    .object({
      job_id: z.string(),
      position: z.int(),
      moment: z.enum(['before', 'after']),
      at: z.int(),
      json: jsonColumn(z.unknown()),
    })
    .transform(({ job_id: jobId, ...row }) => ({ jobId, ...row })),
};

/** Snapshots are proof: they are added and never changed, replaced or pruned. */
export class Snapshots {
  readonly #sql: Statements<keyof typeof sql>;

  constructor(connection: Connection) {
    this.#sql = connection.prepareAll(sql);
  }

  /** Adds a snapshot, also where there is one of this moment already. The job must exist. */
  add({ json, ...snapshot }: Snapshot): void {
    this.#sql.add.run({ ...snapshot, json: JSON.stringify(json ?? null) });
  }

  /** All snapshots of a job in the order they were added. Throws CorruptRowError for any bad one: proof has no holes. */
  list(jobId: string): readonly Snapshot[] {
    return this.#sql.list.all({ jobId }).map((row) => readRow(snapshotRow, row));
  }
}
