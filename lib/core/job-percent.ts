import type { Stage, StageKind } from './job';
import type { JobView } from './views';

/**
 * Share of a job's time, roughly as on a large hard disk: a surface validation writes and reads all of it four times,
 * a long self-test reads it once.
 */
const weights: Readonly<Record<StageKind, number>> = {
  precheck: 1,
  short_smart: 1,
  long_smart: 100,
  surface_validate: 800,
  io_validate: 200,
  final_check: 1,
};

/**
 * How far a job is over all its stages, 0…100 with one decimal, never falling while the stages' own figures do not.
 * 100 is kept for a passed job.
 */
export function buildJobPercent(view: JobView): number {
  if (view.job.state === 'passed') return 100;
  const total = sum(view.stages.map((stage) => weights[stage.kind]));
  if (total === 0) return 0;
  const done = sum(view.stages.map((stage) => weights[stage.kind] * readStagePercent(stage, view)));
  return Math.min(99.9, Math.floor((10 * done) / total) / 10);
}

function readStagePercent(stage: Stage, view: JobView): number {
  if (stage.state === 'passed') return 100;
  const live = stage.state === 'running' ? (view.progress?.percent ?? 0) : 0;
  return Math.max(stage.percent, live);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
