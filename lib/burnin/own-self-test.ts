import type { EngineBase } from './engine-base';

/** Whether a job of ours runs a self-test on this drive just now: that one keeps nobody out. */
export function hasOwnSelfTest({ store, nas }: EngineBase, serial: string): boolean {
  const job = store.jobs.lastOf(nas, serial);
  if (job?.state !== 'running') return false;
  return store.stages
    .list(job.id)
    .some(({ state, kind }) => state === 'running' && (kind === 'short_smart' || kind === 'long_smart'));
}
