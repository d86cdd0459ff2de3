import type { DriveIdentity, ProbedDrive, SafetyLock } from './drive';
import { judgeOverride } from './judge-override';

/** A person's permission to override the safety locks of one drive, bound to what was seen when it was given. */
export interface Grant {
  readonly drive: DriveIdentity;
  readonly bootId: string;
  readonly locks: readonly SafetyLock[];
  readonly operator: string;
  /** Milliseconds since the epoch. */
  readonly givenAt: number;
}

/** A permission holds this long. */
export const grantMs = 600_000;

/** Why a permission is over. */
export type GrantEnd = 'time_over' | 'other_drive' | 'restarted' | 'reclassified';

/** By the wall clock; one that was set back proves no more than one that ran on. */
export function isInTime({ givenAt }: Grant, now: number): boolean {
  return Math.abs(now - givenAt) < grantMs;
}

/** Does a permission hold for a drive as it is now? Null while it does. */
export function judgeGrant(
  grant: Grant,
  { probed, bootId, now }: { readonly probed: ProbedDrive; readonly bootId: string; readonly now: number },
): GrantEnd | null {
  if (!isInTime(grant, now)) return 'time_over';
  if (!isSameDrive(grant.drive, probed.drive)) return 'other_drive';
  if (grant.bootId !== bootId) return 'restarted';
  return buildLockKey(grant.locks) === buildLockKey(probed.locks) ? null : 'reclassified';
}

/** True for the same serial, WWN and size. */
export function isSameDrive(a: DriveIdentity, b: DriveIdentity): boolean {
  return a.serial === b.serial && a.wwn === b.wwn && a.sizeBytes === b.sizeBytes;
}

/**
 * True when a permission covers every one of these locks, and none of them is of a kind without an override. The last
 * word before a start, whatever was checked before.
 */
export function isCovered(locks: readonly SafetyLock[], grant: { readonly locks: readonly SafetyLock[] }) {
  const seen = new Set(grant.locks.map(buildKey));
  return locks.every((lock) => seen.has(buildKey(lock)) && mayBeOverridden(lock));
}

/** Whether WWN told twins apart was judged when the permission was given. */
function mayBeOverridden(lock: SafetyLock): boolean {
  if (lock.kind === 'ambiguous') return true;
  const drive = { serial: '', wwn: null, sizeBytes: 0 };
  return judgeOverride({ drive, locks: [lock], isToldApartByWwn: false }).every(
    ({ phrase }) => phrase !== null,
  );
}

function buildLockKey(locks: readonly SafetyLock[]): string {
  return locks.map(buildKey).sort().join('\n');
}

function buildKey({ kind, detail }: SafetyLock): string {
  return JSON.stringify([kind, detail]);
}
