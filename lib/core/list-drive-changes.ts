import { buildJobPercent } from './job-percent';
import type { DriveView, SmartSummary } from './views';

/** What is compared from one poll to the next. A second look at the same values is no change. */
const readers = {
  present: ({ isPresent }: DriveView) => isPresent,
  name: ({ drive }: DriveView) => [drive.name, drive.deviceNumber],
  identity: ({ drive: { wwn, sizeBytes, model } }: DriveView) => [wwn, sizeBytes, model],
  temperature: ({ drive }: DriveView) => drive.temperatureC,
  locks: ({ locks }: DriveView) => locks,
  grant: ({ grant }: DriveView) => grant,
  health: ({ isHealthy }: DriveView) => isHealthy,
  smart: ({ smart }: DriveView) => smart && readFigures(smart),
  slot: ({ slot }: DriveView) => slot,
  job: ({ job }: DriveView) => job && [job.job.id, job.job.state, job.stages.map(({ state }) => state)],
  progress: ({ job }: DriveView) => job && Math.floor(buildJobPercent(job)),
  bad_blocks: ({ badBlocks, job }: DriveView) => [badBlocks, job?.progress?.badBlocks ?? 0],
} as const;

/** A word for what changed; `new`: it was not known before. */
export type DriveChange = 'new' | keyof typeof readers;

/** All words there are. */
export const driveChanges: readonly DriveChange[] = ['new', ...listReaders().map(([word]) => word)];

/** What changed on a drive since it was told last. `progress` is told in whole percents. */
export function listDriveChanges(before: DriveView | null, now: DriveView): readonly DriveChange[] {
  if (before === null) return ['new'];
  return listReaders()
    .filter(([, read]) => JSON.stringify(read(before)) !== JSON.stringify(read(now)))
    .map(([word]) => word);
}

function listReaders() {
  return Object.entries(readers) as [keyof typeof readers, (view: DriveView) => unknown][];
}

/** Without the time of the reading. */
function readFigures({ powerOnHours, reallocated, pending }: SmartSummary): unknown {
  return [powerOnHours, reallocated, pending];
}
