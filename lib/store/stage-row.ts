import { z } from 'zod';
import { type Evidence, type Stage, stageKinds, type StageState } from '../core/job';
import { jsonColumn, type RowKind } from './rows';

const stageStates = [
  'pending',
  'running',
  'passed',
  'failed',
  'cancelled',
  'unknown',
  'skipped',
] as const satisfies readonly StageState[];

const evidence: z.ZodType<Evidence> = z.object({
  key: z.string(),
  state: z.enum(['found', 'missing', 'contrary', 'gap']),
  text: z.string(),
});

const schema = z
  .object({
    job_id: z.string(),
    position: z.int(),
    kind: z.enum(stageKinds),
    state: z.enum(stageStates),
    station_id: z.string().nullable(),
    memo: jsonColumn(z.record(z.string(), z.unknown())).nullable(),
    started_at: z.int().nullable(),
    ended_at: z.int().nullable(),
    percent: z.number().min(0).max(100),
    reasons: jsonColumn(z.array(z.string())),
    evidence: jsonColumn(z.array(evidence)),
  })
  .transform((row): Stage => ({
    jobId: row.job_id,
    position: row.position,
    kind: row.kind,
    state: row.state,
    stationId: row.station_id,
    memo: row.memo,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    percent: row.percent,
    reasons: row.reasons,
    evidence: row.evidence,
  }));

/** Rows of `stages`. */
export const stageRow: RowKind<Stage> = { table: 'stages', key: ['job_id', 'position'], schema };
