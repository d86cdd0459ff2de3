import { z } from 'zod';
import type { Connection } from './connection';
import { CorruptRowError } from './errors';

/** How rows of one table become values. */
export interface RowKind<T> {
  readonly table: string;
  /** Key columns, to name a row that cannot be read. */
  readonly key: readonly string[];
  readonly schema: z.ZodType<T>;
}

/** Reads one row; throws CorruptRowError naming table and key. */
export function readRow<T>(kind: RowKind<T>, row: unknown): T {
  const parsed = kind.schema.safeParse(row);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new CorruptRowError({ table: kind.table, key: readKey(kind, row), problem: problems.join('; ') });
}

/** Reads one row, or null where there is none. */
export function readOptionalRow<T>(kind: RowKind<T>, row: unknown): T | null {
  return row === undefined ? null : readRow(kind, row);
}

/** Reads every row that can be read; the others are noted on the connection, so that one cannot hide the rest. */
export function readRows<T>(
  kind: RowKind<T>,
  rows: readonly unknown[],
  connection: Connection,
): readonly T[] {
  return rows.flatMap((row) => {
    try {
      return [readRow(kind, row)];
    } catch (error) {
      if (!(error instanceof CorruptRowError)) throw error;
      connection.noteCorrupt(error);
      return [];
    }
  });
}

/** A text column that holds JSON of the given shape. */
export function jsonColumn<T>(shape: z.ZodType<T>): z.ZodType<T> {
  return z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'is not JSON' });
        return z.NEVER;
      }
    })
    .pipe(shape);
}

function readKey(kind: RowKind<unknown>, row: unknown): string {
  const columns = z.record(z.string(), z.unknown()).safeParse(row).data ?? {};
  return kind.key.map((column) => `${column}=${String(columns[column])}`).join(' ');
}
