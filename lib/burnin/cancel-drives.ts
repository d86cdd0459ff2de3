import type { Job } from '../core/job';
import type { CancelRequest } from '../core/read-request';
import type { Answer } from '../core/views';
import { attempt, type EngineBase } from './engine-base';
import { recordClosing } from './followers';
import { tellChanged, type RequestParts } from './request-parts';
import { useTransaction } from './transactions';

/** Stores the wish to cancel for each drive of a request, all of them or none. */
export function cancelDrives(parts: RequestParts, request: CancelRequest): readonly Answer[] {
  const { base } = parts;
  const cancels = base.store.inOneWrite(() => {
    const done = request.serials.map((serial) => cancelDrive(base, request, serial));
    useTransaction(
      base,
      request.transaction,
      done.map(({ answer }) => answer),
    );
    return done;
  });
  for (const { closed } of cancels) {
    if (closed !== null) attempt(base, `job ${closed.id}`, () => recordClosing(base, closed));
  }
  tellChanged(parts, request.serials);
  return cancels.map(({ answer }) => answer);
}

/** The answer for one drive, and its job if that ended at once. */
interface Cancel {
  readonly answer: Answer;
  readonly closed: Job | null;
}

function cancelDrive(base: EngineBase, { transaction, operator }: CancelRequest, serial: string): Cancel {
  const job = base.store.jobs.listLive(base.nas).find(({ drive }) => drive.serial === serial);
  const common = { transaction, verb: 'cancel', serial };
  if (job === undefined) {
    const message = `Drive ${serial} has no live job, so there is nothing to cancel.`;
    return { answer: { ok: false, ...common, error: { code: 'not_live', message } }, closed: null };
  }
  base.store.jobs.requestCancel(job.id, operator);
  const closed = closeIdle(base, job, operator);
  return { answer: { ok: true, ...common, job: job.id, message: 'Cancelling.' }, closed };
}

/** A job with no stage at work ends at once; otherwise its follower stops the run first. */
export function closeIdleJob(base: EngineBase, job: Job, by: string): void {
  const closed = closeIdle(base, job, by);
  if (closed !== null) recordClosing(base, closed);
}

function closeIdle({ store, clock }: EngineBase, job: Job, by: string): Job | null {
  if (job.state !== 'queued' && job.state !== 'running') return null;
  if (store.stages.list(job.id).some((stage) => stage.state === 'running')) return null;
  const reasons = [`Cancelled by ${by}.`];
  const end = { jobId: job.id, from: job.state, outcome: 'cancelled', reasons, now: clock.now() } as const;
  return store.jobs.close(end) ? store.jobs.get(job.id) : null;
}
