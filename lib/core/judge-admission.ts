import { describeLock, describeLocks } from './describe-locks';
import type { ProbedDrive, ProbeReport } from './drive';
import { findDrives } from './find-drives';
import { isCovered, isSameDrive, type Grant } from './judge-grant';
import { buildPhrase, judgeIn, type Override } from './judge-override';
import type { Refusal } from './refusal';
import type { CheckReason } from './views';

/** A drive that may be burned in, with the permission that is needed for it, or why it may not. */
export type Admission =
  | { readonly ok: true; readonly probed: ProbedDrive; readonly grant: Grant | null }
  | {
      readonly ok: false;
      readonly refusal: Refusal;
      /** Never empty: each fact by itself. */
      readonly reasons: readonly CheckReason[];
      /** What to type to override all of them; null where that cannot be done. */
      readonly phrase: string | null;
    };

/**
 * May this drive be burned in, by the facts of a fresh probe? `grant` is the permission that holds for a drive of this
 * serial number in that probe. The host asks the same again, under an exclusive claim, in the command that starts the
 * write.
 */
export function judgeAdmission(serial: string, report: ProbeReport, grant: Grant | null = null): Admission {
  const found = findDrives(serial, report);
  if (!found.ok) return { ok: false, refusal: found.refusal, reasons: [found.refusal], phrase: null };
  const { matches } = found;
  const [first, ...twins] = matches;
  const granted = grant && matches.find(({ drive }) => isSameDrive(drive, grant.drive));
  const probed = granted ?? (twins.length === 0 ? first : null);
  if (probed === null) return refuseTwins(matches, report);
  if (probed.locks.length === 0 && twins.length === 0) return { ok: true, probed, grant: null };
  if (grant && granted && probed.locks.length > 0 && isCovered(probed.locks, grant)) {
    return { ok: true, probed, grant };
  }
  return twins.length === 0 ? refuseLocked(probed, report) : refuseTwins(matches, report);
}

function refuseLocked(probed: ProbedDrive, report: ProbeReport): Admission {
  const overrides = judgeIn(report, probed);
  const phrase = buildPhrase(overrides);
  const { serial } = probed.drive;
  const remedy = phrase === null ? describeRemedies(overrides) : 'Free the drive, or unlock it by its phrase';
  const message = `Drive ${serial} ${describeLocks(probed.locks)}. Nothing was written. ${remedy}, then ask again.`;
  const reasons = overrides.map((override) => buildReason(`Drive ${serial}`, override));
  return { ok: false, refusal: { code: 'locked', message }, reasons, phrase };
}

/** Two drives with one serial number: each has its own phrase, and that says which one is meant. */
function refuseTwins(matches: readonly [ProbedDrive, ...ProbedDrive[]], report: ProbeReport): Admission {
  const { serial } = matches[0].drive;
  const message = `${matches.length} drives carry the serial number ${serial}: which one is meant?`;
  const reasons = matches.flatMap((probed) => {
    const { name, wwn } = probed.drive;
    const who = `Drive ${serial} (${name}, ${wwn ?? 'without a WWN'})`;
    return judgeIn(report, probed).map((override) => buildReason(who, override));
  });
  const refusal = { code: 'locked', message } as const;
  return { ok: false, refusal, reasons: reasons.length > 0 ? reasons : [refusal], phrase: null };
}

function buildReason(who: string, { lock, phrase, whyNot }: Override): CheckReason {
  const message = `${who} ${describeLock(lock)}.${whyNot === null ? '' : ` ${whyNot}`}`;
  return { code: 'locked', ...lock, message, ...(phrase !== null && { phrase }) };
}

function describeRemedies(overrides: readonly Override[]): string {
  const remedies = overrides.flatMap(({ whyNot }) => whyNot ?? []);
  return [...new Set(remedies)].join(' ').replace(/\.$/, '');
}
