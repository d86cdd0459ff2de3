import { z } from 'zod';
import type { Job, Outcome, StageKind } from '../core/job';
import { type ClaimRequest, SlotClaimer } from './claim-slots';
import type { JobCloser } from './close-job';
import { type JobEnd } from './close-job';
import type { Connection, Statements } from './connection';
import { buildJobValues, jobRow } from './job-row';
import { readOptionalRow, readRow, readRows, type RowKind } from './rows';

/** An end that needs no proof. Only the last stage's verdict makes a job pass. */
export type EndWithoutPass = JobEnd & { readonly outcome: Exclude<Outcome, 'passed'> };

/** Live jobs of one NAS. */
export interface LiveCount {
  readonly queued: number;
  readonly running: number;
}

const live = `state IN ('queued', 'running')`;

const countRow: RowKind<LiveCount> = {
  table: 'jobs',
  key: [],
  schema: z.object({ queued: z.int(), running: z.int() }),
};

const sql = {
  insert: `INSERT INTO jobs (id, nas, serial, wwn, size_bytes, model, state, operator, request_transaction, gate_id,
      context, created_at, grants, granted_by, granted_at, granted_boot)
    VALUES (:id, :nas, :serial, :wwn, :sizeBytes, :model, 'queued', :operator, :transaction, :gateId,
      :context, :createdAt, :grants, :grantedBy, :grantedAt, :grantedBoot)
    ON CONFLICT (nas, serial) WHERE ${live} DO NOTHING`,
  insertStage: `INSERT INTO stages (job_id, position, kind, state) VALUES (:jobId, :position, :kind, 'pending')`,
  cancel: `UPDATE jobs SET cancel_requested_by = :by
    WHERE id = :jobId AND ${live} AND cancel_requested_by IS NULL`,
  lap: `UPDATE jobs SET stages_done_at_lap = done.count
    FROM (SELECT count(*) AS count FROM stages WHERE job_id = :jobId AND state = 'passed') AS done
    WHERE id = :jobId AND ${live} AND stages_done_at_lap < done.count`,
  get: `SELECT * FROM jobs WHERE id = :jobId`,
  listLive: `SELECT * FROM jobs WHERE nas = :nas AND ${live} ORDER BY seq`,
  listEnded: `SELECT * FROM jobs WHERE nas = :nas AND ended_at BETWEEN :from AND :to ORDER BY ended_at, seq`,
  lastOf: `SELECT * FROM jobs WHERE nas = :nas AND serial = :serial ORDER BY seq DESC LIMIT 1`,
  lastPerDrive: `SELECT * FROM jobs
    WHERE seq IN (SELECT max(seq) FROM jobs WHERE nas = :nas GROUP BY serial) ORDER BY seq`,
  count: `SELECT count(*) FILTER (WHERE state = 'queued') AS queued,
      count(*) FILTER (WHERE state = 'running') AS running
    FROM jobs WHERE nas = :nas AND ${live}`,
};

/** Jobs: admission, slots, cancel wishes, ends. Every change names the state it expects and tells whether it took place. */
export class Jobs {
  readonly #connection: Connection;
  readonly #closer: JobCloser;
  readonly #slots: SlotClaimer;
  readonly #sql: Statements<keyof typeof sql>;

  constructor(connection: Connection, closer: JobCloser) {
    this.#connection = connection;
    this.#closer = closer;
    this.#slots = new SlotClaimer(connection);
    this.#sql = connection.prepareAll(sql);
  }

  /** Stores a queued job and its plan. `already_live`: this drive has a live job, and nothing was stored. */
  admit({
    job,
    plan,
  }: {
    readonly job: Job;
    readonly plan: readonly StageKind[];
  }): 'admitted' | 'already_live' {
    if (job.state !== 'queued') throw new Error(`job ${job.id} is admitted as ${job.state}, not as queued`);
    if (plan.length === 0) throw new Error(`job ${job.id} is admitted without a plan`);
    return this.#connection.write(() => {
      if (this.#sql.insert.run(buildJobValues(job)) === 0) return 'already_live';
      for (const [position, kind] of plan.entries()) {
        this.#sql.insertStage.run({ jobId: job.id, position, kind });
      }
      return 'admitted';
    });
  }

  /** Moves queued jobs to running, oldest admission first, as far as slots are free; answers the moved ones. */
  claimSlots(request: ClaimRequest): readonly Job[] {
    return this.#slots.claim(request);
  }

  /** Remembers who asked to cancel. False for a job that has ended and for any wish but the first. */
  requestCancel(jobId: string, by: string): boolean {
    return this.#sql.cancel.run({ jobId, by }) > 0;
  }

  /**
   * Ends a job that is in state `from`; its report becomes due, pending stages become `skipped` and a running one gets
   * the job's outcome. False, and nothing changed, when the job is in any other state.
   */
  close(end: EndWithoutPass): boolean {
    return this.#connection.write(() => this.#closer.close(end));
  }

  /** `progress` when more stages have passed than at the last lap; before the first lap that is none. */
  recordLap(jobId: string): 'progress' | 'none' {
    return this.#sql.lap.run({ jobId }) > 0 ? 'progress' : 'none';
  }

  /** Throws CorruptRowError, as every reader of a single row does; lists leave such a row out and have it noted. */
  get(jobId: string): Job | null {
    return readOptionalRow(jobRow, this.#sql.get.get({ jobId }));
  }

  /** Queued and running jobs in order of admission. */
  listLive(nas: string): readonly Job[] {
    return readRows(jobRow, this.#sql.listLive.all({ nas }), this.#connection);
  }

  /** Jobs that ended in a span of time, both ends included, first ended first. */
  listEnded(of: { readonly nas: string; readonly from: number; readonly to: number }): readonly Job[] {
    return readRows(jobRow, this.#sql.listEnded.all(of), this.#connection);
  }

  /** The job of a drive that was admitted last, live or ended. */
  lastOf(nas: string, serial: string): Job | null {
    return readOptionalRow(jobRow, this.#sql.lastOf.get({ nas, serial }));
  }

  /** The last admitted job of every drive that ever had one. */
  lastPerDrive(nas: string): readonly Job[] {
    return readRows(jobRow, this.#sql.lastPerDrive.all({ nas }), this.#connection);
  }

  countLive(nas: string): LiveCount {
    return readRow(countRow, this.#sql.count.get({ nas }));
  }
}
