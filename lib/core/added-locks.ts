import type { DriveIdentity, ProbeReport, SafetyLock } from './drive';
import { isSameDrive } from './judge-grant';

/** Safety locks that one source has added to those of another, by drive. */
export interface AddedLocks {
  of(drive: DriveIdentity): readonly SafetyLock[];
}

/** What `joined` has that `host` had not. */
export function listAdded(host: ProbeReport, joined: ProbeReport): AddedLocks {
  return {
    of: (drive) => {
      const before = findLocks(host, drive);
      return findLocks(joined, drive).filter((lock) => !before.some((one) => isSameLock(one, lock)));
    },
  };
}

/** A report with these locks on its drives as well. Doubts are left out: each source has its own. */
export function addLocks(report: ProbeReport, added: AddedLocks | null): ProbeReport {
  if (added === null) return report;
  const drives = report.drives.map(({ drive, locks }) => {
    const more = added.of(drive).filter((lock) => lock.kind !== 'unproven');
    return {
      drive,
      locks: [...locks, ...more.filter((lock) => !locks.some((one) => isSameLock(one, lock)))],
    };
  });
  return { ...report, drives };
}

/** Of twins, which nothing tells apart, all of them. */
function findLocks({ drives }: ProbeReport, drive: DriveIdentity): readonly SafetyLock[] {
  return drives.filter((probed) => isSameDrive(probed.drive, drive)).flatMap(({ locks }) => locks);
}

function isSameLock(one: SafetyLock, other: SafetyLock): boolean {
  return one.kind === other.kind && one.detail === other.detail;
}
