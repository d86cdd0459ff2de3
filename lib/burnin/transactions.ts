import { RefusedError } from '../core/refusal';
import type { Answer } from '../core/views';
import type { EngineBase } from './engine-base';

/** Requests at work, by engine: what they change is not stored yet. */
const underWay = new WeakMap<EngineBase, Set<string>>();

/** More jobs than these are counted, not named. */
const maxNamed = 5;

/** Does the work of a request unless one with its transaction was taken or is at work; then throws RefusedError. */
export async function doOnce<T>(base: EngineBase, transaction: string, work: () => Promise<T>): Promise<T> {
  const replay = judgeReplay(base, transaction);
  if (replay !== null) throw replay;
  const busy = underWay.get(base) ?? new Set<string>();
  underWay.set(base, busy);
  busy.add(transaction);
  try {
    return await work();
  } finally {
    busy.delete(transaction);
  }
}

/** Why a request with this transaction would not be done now; null when it would. */
export function judgeReplay(base: EngineBase, transaction: string): RefusedError | null {
  if (underWay.get(base)?.has(transaction) === true) {
    return refuseReplay('is at work now; its answers follow');
  }
  const earlier = base.store.requests.find(transaction);
  return earlier && refuseReplay(`was taken before${describeJobs(base, earlier.jobs)}`);
}

/**
 * Uses a transaction up, if its request has done anything to jobs. To be called in the write that makes the change: either
 * both are stored or none. A request of which nothing was done may come again.
 */
export function useTransaction(base: EngineBase, transaction: string, answers: readonly Answer[]): void {
  const jobs = answers.flatMap((answer) => (answer.ok ? (answer.job ?? []) : []));
  if (jobs.length > 0) spendTransaction(base, transaction, jobs);
}

/** Uses a transaction up. Throws RefusedError when it was, by whatever process. */
export function spendTransaction(base: EngineBase, transaction: string, jobs: readonly string[] = []): void {
  const isNew = base.store.requests.remember({ transaction, at: base.clock.now(), jobs });
  if (!isNew) throw refuseReplay('was taken before');
}

function refuseReplay(what: string): RefusedError {
  return new RefusedError('replayed', `A request with this transaction ${what}. Use a new transaction.`);
}

/** What became of them. */
function describeJobs(base: EngineBase, ids: readonly string[]): string {
  const named = ids.slice(0, maxNamed).map((id) => {
    const job = base.store.jobs.get(id);
    return job === null ? `job ${id}` : `job ${id} of drive ${job.drive.serial} (${job.state})`;
  });
  const rest = ids.length > maxNamed ? [`${ids.length - maxNamed} more`] : [];
  return named.length === 0 ? '' : `: ${[...named, ...rest].join(', ')}`;
}
