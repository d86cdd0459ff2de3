import { isTicket } from './burnin';
import { recordClosing } from './followers';
import type { EngineBase } from './engine-base';
import type { Gates } from './gates';
import { readAdmittedJob } from './stations';

/**
 * A ticket came round to its gate. After a lap with progress it may go again; a lap without ends the job, since the next
 * one would be no different.
 * @returns the serial of a job to go on with or that was closed, null where there is nothing to do
 */
export function takeLap(base: EngineBase, gates: Gates, ticket: unknown): string | null {
  const job = readAdmittedJob(base, ticket);
  // A copy of a ticket that has gone on already says nothing about the lap of the newest one.
  if (!isTicket(ticket) || !gates.isNewest(ticket)) return null;
  const stages = base.store.stages.list(job.id);
  const next = stages.find((stage) => stage.state === 'pending');
  if (job.state !== 'running' || next === undefined) return null;
  if (stages.some((stage) => stage.state === 'running')) return null;
  gates.forgetTicket(job.id);
  if (base.store.jobs.recordLap(job.id) === 'progress') return job.drive.serial;
  const reasons = [`There is no station for ${next.kind} on the way from the gate to the report.`];
  const end = { jobId: job.id, from: 'running', outcome: 'unknown', reasons, now: base.clock.now() } as const;
  if (base.store.jobs.close(end)) recordClosing(base, { ...job, state: 'unknown', reasons });
  return job.drive.serial;
}
