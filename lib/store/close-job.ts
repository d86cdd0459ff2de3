import type { JobState, Outcome } from '../core/job';
import type { Connection, Statements } from './connection';

/** A state that a job can still leave. */
export type LiveState = Exclude<JobState, Outcome>;

/** The end of a job, and the state it is expected to be in. */
export interface JobEnd {
  readonly jobId: string;
  readonly from: LiveState;
  readonly outcome: Outcome;
  readonly reasons: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const sql = {
  close: `UPDATE jobs SET state = :outcome, reasons = :reasons, ended_at = :now WHERE id = :jobId AND state = :from`,
  skipPending: `UPDATE stages SET state = 'skipped' WHERE job_id = :jobId AND state = 'pending'`,
  endRunning: `UPDATE stages SET state = :outcome, reasons = :reasons, ended_at = :now
    WHERE job_id = :jobId AND state = 'running'`,
};

/**
 * The one way in which a job ends. Its report becomes due by that alone: due is whatever has ended and was not given
 * out. To be called inside a transaction.
 */
export class JobCloser {
  readonly #sql: Statements<keyof typeof sql>;

  constructor(connection: Connection) {
    this.#sql = connection.prepareAll(sql);
  }

  /** False, and nothing changed, when the job is not in the expected state. Leaves no stage pending or running. */
  close({ reasons, ...end }: JobEnd): boolean {
    const values = { ...end, reasons: JSON.stringify(stateReasons(end.outcome, reasons)) };
    if (this.#sql.close.run(values) === 0) return false;
    this.#sql.endRunning.run(values);
    this.#sql.skipPending.run(values);
    return true;
  }
}

/** Every end but a pass carries a reason, also when its caller had none. */
export function stateReasons(outcome: Outcome, reasons: readonly string[]): readonly string[] {
  const isStated = outcome === 'passed' || reasons.length > 0;
  return isStated ? reasons : [`ended as ${outcome} without a stated reason`];
}
