import type { Message } from './build-messages';
import { safetyLockKinds, type SafetyLockKind } from './drive';
import { isClosed } from './job';
import type { DriveChange } from './list-drive-changes';
import type { DriveView, NasView } from './views';

/** How many drives there are of which sort. Every drive that is there is free, busy or locked. */
export interface DriveCounts {
  /** Those that are there. */
  readonly drives: number;
  readonly free: number;
  /** With a queued or running job. */
  readonly busy: number;
  /** The others, by the strongest safety lock; only kinds that occur. */
  readonly locked: Readonly<Partial<Record<SafetyLockKind, number>>>;
  /** Devices that cannot be burned in. */
  readonly unfit: number;
  /** Drives that were taken out and are still shown for their last job. */
  readonly absent: number;
}

/** What a poll node says of a NAS: all that is known of it, and its drives in figures. */
export interface PollSummary extends NasView {
  readonly counts: DriveCounts;
  readonly hottest: { readonly serial: string; readonly temperatureC: number } | null;
  /** `problem` while there is no good poll within the stale limit. */
  readonly poller: 'ok' | 'problem';
}

/** A drive that changed since the last poll, and in what. */
export function buildDriveMessage(view: DriveView, changed: readonly DriveChange[]): Message {
  return { topic: view.drive.serial, payload: { ...view, changed, removed: !view.isPresent } };
}

/** The summary of one poll. */
export function buildPollMessage(view: NasView, drives: readonly DriveView[]): Message {
  return { topic: view.nas, payload: buildPollSummary(view, drives) };
}

function buildPollSummary(view: NasView, all: readonly DriveView[]): PollSummary {
  const there = all.filter(({ isPresent }) => isPresent);
  return {
    ...view,
    counts: { ...countDrives(there), unfit: view.unfit.length, absent: all.length - there.length },
    hottest: findHottest(there),
    poller: view.isStale ? 'problem' : 'ok',
  };
}

function countDrives(there: readonly DriveView[]) {
  const idle = there.filter(({ job }) => job === null || isClosed(job.job.state));
  const strongest = idle.map(({ locks }) =>
    safetyLockKinds.find((kind) => locks.some((lock) => lock.kind === kind)),
  );
  const locked: Partial<Record<SafetyLockKind, number>> = {};
  for (const kind of strongest) if (kind !== undefined) locked[kind] = (locked[kind] ?? 0) + 1;
  const free = strongest.filter((kind) => kind === undefined).length;
  return { drives: there.length, free, busy: there.length - idle.length, locked };
}

function findHottest(there: readonly DriveView[]): PollSummary['hottest'] {
  const measured = there.flatMap(({ drive: { serial, temperatureC } }) =>
    temperatureC === null ? [] : [{ serial, temperatureC }],
  );
  return measured.sort((a, b) => b.temperatureC - a.temperatureC)[0] ?? null;
}
