import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Connection } from './connection';
import { readRow, type RowKind } from './rows';

const idRow: RowKind<string> = {
  table: 'installation',
  key: ['only_row'],
  schema: z.object({ id: z.string().min(1) }).transform((row) => row.id),
};

/** Who this installation is, towards the NAS: the owner of its runs. */
export class Installation {
  readonly #id: string;

  /** Makes the id when the database is opened for the first time. */
  constructor(connection: Connection) {
    connection
      .prepare('INSERT INTO installation (only_row, id) VALUES (1, :id) ON CONFLICT (only_row) DO NOTHING')
      .run({ id: randomUUID() });
    this.#id = readRow(idRow, connection.prepare('SELECT * FROM installation').get());
  }

  /** Random, the same for as long as the database lives. */
  id(): string {
    return this.#id;
  }
}
