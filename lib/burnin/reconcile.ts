import type { Job } from '../core/job';
import type { EngineBase } from './engine-base';
import type { Followers } from './followers';
import type { Gates } from './gates';
import { closeIdleJob } from './requests';
import type { Troubles } from './troubles';

export interface ReconcileParts {
  readonly base: EngineBase;
  readonly gates: Gates;
  readonly followers: Followers;
  readonly troubles: Troubles;
  readonly maxParallel: number;
  /** May another job begin now? False while the NAS is out of reach or the chassis too hot. */
  mayBegin(): boolean;
  touch(serial: string): void;
}

/**
 * The only recovery code. Compares the rows with what is being done about them and mends the difference: running
 * stages get a follower, jobs between stages their ticket, queued jobs free slots. Safe to call at any time.
 */
export function reconcile(parts: ReconcileParts): void {
  const { base, troubles } = parts;
  for (const job of base.store.jobs.listLive(base.nas)) {
    // What is wrong with one job must not keep the others from going on.
    troubles.guard(`Job ${job.id} cannot be mended`, () => mend(parts, job));
  }
  if (!parts.gates.hasAny() || !parts.mayBegin()) return;
  const { nas } = base;
  const begun = base.store.jobs.claimSlots({ nas, maxParallel: parts.maxParallel, now: base.clock.now() });
  for (const job of begun) {
    parts.gates.sendTicket(job);
    parts.touch(job.drive.serial);
  }
}

function mend(parts: ReconcileParts, job: Job): void {
  if (job.state === 'running') mendRunning(parts, job);
  else if (job.cancelRequestedBy !== null) closeIdleJob(parts.base, job, job.cancelRequestedBy);
}

function mendRunning(parts: ReconcileParts, job: Job): void {
  const running = parts.base.store.stages.list(job.id).find((stage) => stage.state === 'running');
  if (running !== undefined) parts.followers.follow(running);
  else if (job.cancelRequestedBy !== null) closeIdleJob(parts.base, job, job.cancelRequestedBy);
  else parts.gates.sendTicket(job);
}
