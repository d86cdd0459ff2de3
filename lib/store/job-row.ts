import { z } from 'zod';
import { safetyLockKinds } from '../core/drive';
import { type Job, jobStates } from '../core/job';
import type { Values } from './connection';
import { jsonColumn, type RowKind } from './rows';

const contextText = z.string().refine((text) => jsonColumn(z.looseObject({})).safeParse(text).success, {
  error: 'is not a JSON object',
});

/** A kind that this version does not know makes the row unreadable: no start may rest on it. */
const locks = jsonColumn(z.array(z.object({ kind: z.enum(safetyLockKinds), detail: z.string() })));

const schema = z
  .object({
    id: z.string().min(1),
    nas: z.string(),
    serial: z.string().min(1),
    wwn: z.string().nullable(),
    size_bytes: z.int().min(0),
    model: z.string().nullable(),
    state: z.enum(jobStates),
    operator: z.string(),
    request_transaction: z.string(),
    gate_id: z.string(),
    context: contextText,
    cancel_requested_by: z.string().nullable(),
    created_at: z.int(),
    started_at: z.int().nullable(),
    ended_at: z.int().nullable(),
    reasons: jsonColumn(z.array(z.string())),
    grants: locks.nullable(),
    granted_by: z.string().nullable(),
    granted_at: z.int().nullable(),
    granted_boot: z.string().nullable(),
  })
  .transform((row): Job => ({
    id: row.id,
    nas: row.nas,
    drive: { serial: row.serial, wwn: row.wwn, sizeBytes: row.size_bytes },
    model: row.model,
    state: row.state,
    operator: row.operator,
    transaction: row.request_transaction,
    gateId: row.gate_id,
    context: row.context,
    cancelRequestedBy: row.cancel_requested_by,
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    reasons: row.reasons,
    grants: row.grants ?? [],
    grantedBy: row.granted_by,
    grantedAt: row.granted_at,
    grantedBoot: row.granted_boot,
  }));

/** Rows of `jobs`. */
export const jobRow: RowKind<Job> = { table: 'jobs', key: ['id'], schema };

/** The columns of a job that is fixed at its admission. */
export function buildJobValues(job: Job): Values {
  return {
    id: job.id,
    nas: job.nas,
    serial: job.drive.serial,
    wwn: job.drive.wwn,
    sizeBytes: job.drive.sizeBytes,
    model: job.model,
    operator: job.operator,
    transaction: job.transaction,
    gateId: job.gateId,
    context: job.context,
    createdAt: job.createdAt,
    grants: job.grants.length === 0 ? null : JSON.stringify(job.grants),
    grantedBy: job.grantedBy,
    grantedAt: job.grantedAt,
    grantedBoot: job.grantedBoot,
  };
}
