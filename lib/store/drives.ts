import { z } from 'zod';
import type { DriveFacts } from '../core/drive';
import type { Connection, Statements } from './connection';
import { jsonColumn, readRows, type RowKind } from './rows';

/** A drive as it was last seen. */
export interface SeenDrive {
  readonly drive: DriveFacts;
  /** Milliseconds since the epoch. */
  readonly seenAt: number;
}

const sql = {
  upsert: `INSERT INTO drives (nas, serial, facts, seen_at) VALUES (:nas, :serial, :facts, :seenAt)
    ON CONFLICT (nas, serial) DO UPDATE SET facts = excluded.facts, seen_at = excluded.seen_at`,
  list: 'SELECT * FROM drives WHERE nas = :nas ORDER BY serial',
  forget: 'DELETE FROM drives WHERE nas = :nas AND serial = :serial',
};

const facts: z.ZodType<DriveFacts> = z.object({
  serial: z.string().min(1),
  wwn: z.string().nullable(),
  sizeBytes: z.int(),
  name: z.string(),
  deviceNumber: z.string(),
  type: z.string(),
  model: z.string().nullable(),
  physicalSectorBytes: z.int(),
  isRotational: z.boolean(),
  transport: z.string().nullable(),
  temperatureC: z.number().nullable(),
});

const driveRow: RowKind<SeenDrive> = {
  table: 'drives',
  key: ['nas', 'serial'],
  schema: z
    .object({ serial: z.string(), facts: jsonColumn(facts), seen_at: z.int() })
    .refine((row) => row.serial === row.facts.serial, { error: 'holds the facts of another drive' })
    .transform((row) => ({ drive: row.facts, seenAt: row.seen_at })),
};

/** The drives of each NAS, so that they are known before the first poll and while one is absent. */
export class Drives {
  readonly #connection: Connection;
  readonly #sql: Statements<keyof typeof sql>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#sql = connection.prepareAll(sql);
  }

  upsert(nas: string, drive: DriveFacts, seenAt: number): void {
    this.#sql.upsert.run({ nas, serial: drive.serial, facts: JSON.stringify(drive), seenAt });
  }

  list(nas: string): readonly SeenDrive[] {
    return readRows(driveRow, this.#sql.list.all({ nas }), this.#connection);
  }

  /** False when it was not known. Jobs of the drive stay. */
  forget(nas: string, serial: string): boolean {
    return this.#sql.forget.run({ nas, serial }) > 0;
  }
}
