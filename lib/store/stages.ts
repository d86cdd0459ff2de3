import { z } from 'zod';
import type { JobState, Outcome, Stage, StageMemo, Verdict } from '../core/job';
import { type JobCloser, stateReasons } from './close-job';
import type { Connection, Statements } from './connection';
import { readRow, type RowKind } from './rows';
import { stageRow } from './stage-row';

/** One stage of one job. */
export interface StageKey {
  readonly jobId: string;
  readonly position: number;
}

export interface StageTake extends StageKey {
  readonly stationId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface StageConclusion extends StageKey {
  readonly verdict: Verdict;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const thisStage = 'job_id = :jobId AND position = :position';
const jobRuns = `EXISTS (SELECT 1 FROM jobs WHERE id = :jobId AND state = 'running')`;

const sql = {
  list: 'SELECT * FROM stages WHERE job_id = :jobId ORDER BY position',
  take: `UPDATE stages SET state = 'running', station_id = :stationId, started_at = :now
    WHERE ${thisStage} AND state = 'pending' AND ${jobRuns}
      AND NOT EXISTS (SELECT 1 FROM stages WHERE job_id = :jobId AND state = 'running')
      AND NOT EXISTS (SELECT 1 FROM stages WHERE job_id = :jobId AND position < :position AND state <> 'passed')`,
  adopt: `UPDATE stages SET station_id = :stationId WHERE ${thisStage} AND state = 'running'`,
  saveMemo: `UPDATE stages SET memo = :memo WHERE ${thisStage} AND state = 'running'`,
  savePercent: `UPDATE stages SET percent = min(:percent, 100)
    WHERE ${thisStage} AND state = 'running' AND percent < min(:percent, 100)`,
  end: `UPDATE stages SET state = :outcome, reasons = :reasons, evidence = :evidence, ended_at = :now,
      percent = iif(:outcome = 'passed', 100, percent)
    WHERE ${thisStage} AND state = 'running' AND ${jobRuns}`,
  knowsRun: 'SELECT 1 FROM stages WHERE instr(memo, :runId) > 0 LIMIT 1',
  countOpen: `SELECT count(*) AS open FROM stages WHERE job_id = :jobId AND state <> 'passed'`,
};

const openRow: RowKind<number> = {
  table: 'stages',
  key: [],
  schema: z.object({ open: z.int() }).transform((row) => row.open),
};

/** The stages of jobs. Every change names the state it expects and tells whether it took place. */
export class Stages {
  readonly #connection: Connection;
  readonly #closer: JobCloser;
  readonly #sql: Statements<keyof typeof sql>;

  constructor(connection: Connection, closer: JobCloser) {
    this.#connection = connection;
    this.#closer = closer;
    this.#sql = connection.prepareAll(sql);
  }

  /** The whole plan in order. Throws CorruptRowError for any bad row: a plan with a hole would be another plan. */
  list(jobId: string): readonly Stage[] {
    return this.#sql.list.all({ jobId }).map((row) => readRow(stageRow, row));
  }

  /** Does any stage, of a live or an ended job, remember this run? */
  knowsRun(runId: string): boolean {
    return this.#sql.knowsRun.get({ runId }) !== undefined;
  }

  /** Pending to running: only in a running job, with every earlier stage passed and no other one running. */
  take(take: StageTake): boolean {
    return this.#sql.take.run({ ...take }) > 0;
  }

  /** Gives a running stage to another station, e.g. after its node was replaced. */
  adopt({ jobId, position, stationId }: StageKey & { readonly stationId: string }): boolean {
    return this.#sql.adopt.run({ jobId, position, stationId }) > 0;
  }

  /** Replaces the memo of a running stage. */
  saveMemo({ jobId, position, memo }: StageKey & { readonly memo: StageMemo }): boolean {
    return this.#sql.saveMemo.run({ jobId, position, memo: JSON.stringify(memo) }) > 0;
  }

  /** Raises the percentage of a running stage; true when it was raised. It never falls and ends at 100. */
  savePercent({ jobId, position, percent }: StageKey & { readonly percent: number }): boolean {
    return this.#sql.savePercent.run({ jobId, position, percent }) > 0;
  }

  /**
   * Ends a running stage and, in the same transaction, the job that it decides: any outcome but a pass ends the job
   * with that outcome and those reasons, the pass of the last open stage passes it. Answers the job's state after that.
   */
  end({ jobId, position, verdict, now }: StageConclusion): JobState | 'not_running' {
    const { outcome } = verdict;
    const reasons = stateReasons(outcome, verdict.reasons);
    return this.#connection.write(() => {
      const values = { jobId, position, outcome, now };
      const texts = { reasons: JSON.stringify(reasons), evidence: JSON.stringify(verdict.evidence) };
      if (this.#sql.end.run({ ...values, ...texts }) === 0) return 'not_running';
      if (!this.#isDecided(jobId, outcome)) return 'running';
      this.#closer.close({
        jobId,
        from: 'running',
        outcome,
        now,
        reasons: outcome === 'passed' ? [] : reasons,
      });
      return outcome;
    });
  }

  #isDecided(jobId: string, outcome: Outcome): boolean {
    return outcome !== 'passed' || readRow(openRow, this.#sql.countOpen.get({ jobId })) === 0;
  }
}
