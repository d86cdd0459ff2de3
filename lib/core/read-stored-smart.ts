import { z } from 'zod';
import type { SmartLook } from './smart';

const number = z.number().nullable();
const text = z.string().nullable();

const schema: z.ZodType<SmartLook> = z.union([
  z.object({
    kind: z.literal('read'),
    facts: z.object({
      protocol: z.enum(['ATA', 'SCSI', 'NVMe']).nullable(),
      model: text,
      serial: text,
      isPassed: z.boolean().nullable(),
      exitStatus: z.number(),
      newestSelfTest: z
        .object({ outcome: z.enum(['passed', 'failed', 'none']), text: z.string() })
        .nullable(),
      temperatureC: number,
      powerOnHours: number,
      reallocated: number,
      reallocationEvents: number,
      pending: number,
      uncorrectable: number,
      reportedUncorrect: number,
      endToEndErrors: number,
      crcErrors: number,
      grownDefects: number,
      uncorrectedErrors: number,
      criticalWarning: number,
      mediaErrors: number,
      percentageUsed: number,
    }),
  }),
  z.object({ kind: z.enum(['not_available', 'no_such_drive', 'unreadable']), reason: z.string() }),
]);

/** Reads a SmartLook that was kept in a stage's memo; null for anything else. */
export function readStoredSmart(value: unknown): SmartLook | null {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : null;
}
