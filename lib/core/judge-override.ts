import {
  safetyLockKinds,
  type DriveIdentity,
  type ProbedDrive,
  type ProbeReport,
  type SafetyLock,
} from './drive';

/** What a person types to override a safety lock, or why nobody can and what to do instead. */
export type Override =
  | { readonly lock: SafetyLock; readonly phrase: string; readonly whyNot: null }
  | { readonly lock: SafetyLock; readonly phrase: null; readonly whyNot: string };

/** What the phrases of a drive depend on. */
export interface OverrideFacts {
  readonly drive: DriveIdentity;
  readonly locks: readonly SafetyLock[];
  /** `isToldApartByWwn` of the same probe. */
  readonly isToldApartByWwn: boolean;
}

/** Judges each safety lock of a drive by itself, the strongest first. */
export function judgeOverride(facts: OverrideFacts): readonly Override[] {
  const rank = ({ kind }: SafetyLock) => safetyLockKinds.indexOf(kind);
  return [...facts.locks].sort((a, b) => rank(a) - rank(b)).map((lock) => judgeLock(lock, facts));
}

/** The same for a drive of a probe. */
export function judgeIn(report: ProbeReport, probed: ProbedDrive): readonly Override[] {
  return judgeOverride({ ...probed, isToldApartByWwn: isToldApartByWwn(probed, report.drives) });
}

function judgeLock(lock: SafetyLock, { drive, isToldApartByWwn }: OverrideFacts): Override {
  const phrase = readPhrase(lock, isToldApartByWwn ? drive.wwn : null);
  return phrase === null
    ? { lock, phrase, whyNot: remedies[lock.kind as keyof typeof remedies] }
    : { lock, phrase, whyNot: null };
}

/** For the kinds without an override, and for those whose phrase is not known. */
const remedies = {
  root_filesystem: 'The running system stands on this drive: burn in another one.',
  swap: 'Turn the swap off on the NAS, and take it out of its settings.',
  claimed: 'Another program writes to it: wait for its end, or stop it on the NAS.',
  self_test: 'Wait for the end of the self-test, or abort it on the NAS.',
  unproven: 'Nothing is known to be free until the NAS answers in full: mend what is named here.',
  ambiguous: 'Its WWN does not tell it from the other one: take one of the two out of the NAS.',
  holder:
    'No claim would stop what writes to it: detach the loop device, remove the target or unmount the btrfs on the NAS.',
  active_pool: 'The name of the pool cannot be read: take the drive out of the pool on the NAS.',
} as const;

function readPhrase({ kind, detail }: SafetyLock, wwn: string | null): string | null {
  switch (kind) {
    case 'boot_pool':
      return 'DESTROY BOOT POOL';
    case 'exported_pool':
      return 'DESTROY EXPORTED POOL';
    case 'mounted':
      return 'DESTROY MOUNTED FILESYSTEM';
    case 'holder':
      return isUnclaimed(detail) ? null : 'DESTROY VOLUME MEMBER';
    case 'active_pool':
      return readPoolName(detail);
    case 'ambiguous':
      return wwn;
    case 'root_filesystem':
    case 'swap':
    case 'claimed':
    case 'self_test':
    case 'unproven':
      return null;
  }
}

/**
 * A loop device and a target for other hosts hold no claim on what they stand on, so nothing would stop their writes; a btrfs
 * of several devices is more than this drive. `is_granted` on the host has the same list.
 */
function isUnclaimed(detail: string): boolean {
  return /^(?:loop\d|nvmet |LIO |the iSCSI extent |btrfs )/.test(detail);
}

/** `tank` of `tank`, and of `tank (OFFLINE)`: the name of a pool holds no parenthesis. */
function readPoolName(detail: string): string | null {
  return /^([A-Za-z][A-Za-z0-9_.: -]*?) *(?:\(.*)?$/.exec(detail)?.[1] ?? null;
}

/**
 * The phrase for a whole drive: those of its safety locks, the strongest first, each once, joined by ` + `, which no pool's
 * name holds. Null while there is a lock without an override, and for a drive without locks.
 */
export function buildPhrase(overrides: readonly Override[]): string | null {
  const phrases = overrides.flatMap(({ phrase }) => phrase ?? []);
  if (phrases.length < overrides.length || phrases.length === 0) return null;
  return [...new Set(phrases)].join(' + ');
}

/**
 * True when the WWN tells a drive from those that share its serial number: nobody else has that WWN, and the serial number
 * is the only thing in doubt.
 */
export function isToldApartByWwn({ drive, locks }: ProbedDrive, all: readonly ProbedDrive[]): boolean {
  const { serial, wwn } = drive;
  if (wwn === null || locks.filter(({ kind }) => kind === 'ambiguous').length !== 1) return false;
  const count = (isSame: (other: DriveIdentity) => boolean) =>
    all.filter((other) => isSame(other.drive)).length;
  const twins = count((other) => other.serial === serial);
  return twins > 1 && count((other) => other.wwn?.toLowerCase() === wwn.toLowerCase()) === 1;
}
