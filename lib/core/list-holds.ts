import type { DriveFacts, PoolActivity } from './drive';

/** What decides whether a queued job may begin. */
export interface HoldFacts {
  /** No good poll of late. */
  readonly isStale: boolean;
  /** The hottest drive, null where none is measured. */
  readonly hottest: DriveFacts | null;
  readonly limitC: number;
  readonly activities: readonly PoolActivity[];
}

/** Why no queued job begins now, one sentence each; none when one may. */
export function listHolds({ isStale, hottest, limitC, activities }: HoldFacts): readonly string[] {
  const temperatureC = hottest?.temperatureC ?? null;
  const isTooHot = hottest !== null && temperatureC !== null && temperatureC >= limitC;
  return [
    ...(isStale ? ['No job begins: the NAS has not answered a poll for a while.'] : []),
    ...(isTooHot
      ? [`No job begins: drive ${hottest.serial} has ${temperatureC} °C, the limit is ${limitC} °C.`]
      : []),
    ...activities.map(describeActivity),
  ];
}

function describeActivity({ pool, kind, percent }: PoolActivity): string {
  const what = kind === 'scrub' ? 'being scrubbed' : 'resilvering';
  const done = percent === null ? '' : ` (${Math.floor(percent)} % done)`;
  return `No job begins: pool ${pool} is ${what}${done}.`;
}
