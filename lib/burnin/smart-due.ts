import type { DriveIdentity } from '../core/drive';

/** A drive and when it is to be asked next, in milliseconds since the epoch. */
export interface Due {
  readonly drive: DriveIdentity;
  readonly dueAt: number;
}

/** Their answers are about half a megabyte, and each may take its time. */
const drivesPerCall = 8;

const usualMs = 5 * 60_000;
const selfTestMs = 60_000;

/** The next few drives to ask, those that have waited longest first. */
export function chooseDue(drives: readonly Due[], now: number): readonly DriveIdentity[] {
  // A clock that was set back must not put anybody off for longer than usual.
  const due = drives.filter(({ dueAt }) => dueAt <= now || dueAt > now + usualMs);
  return [...due]
    .sort((a, b) => a.dueAt - b.dueAt)
    .slice(0, drivesPerCall)
    .map(({ drive }) => drive);
}

/**
 * When to ask again. All drives are asked soon after the start, so the second question comes earlier, at a moment that
 * follows from the serial: from then on the drives are spread over the five minutes.
 */
export function nextDueAt(drive: {
  readonly serial: string;
  readonly now: number;
  readonly isFirst: boolean;
  readonly isSelfTest: boolean;
}): number {
  if (drive.isSelfTest) return drive.now + selfTestMs;
  return drive.now + (drive.isFirst ? usualMs * (0.2 + 0.8 * spread(drive.serial)) : usualMs);
}

/** From 0 to 1, always the same for the same text. */
function spread(text: string): number {
  let hash = 0;
  for (const character of text) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return hash / 9973;
}
