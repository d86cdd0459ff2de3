import type { DriveIdentity } from './drive';
import type { TruenasDisk } from './truenas-inventory';

/** A shorter serial is the beginning of too many others to mean anything. */
const minPrefixLength = 6;

/** How two serials compare: SAS drives have a short and a long one, blanks and case are written as one likes. */
export function compareSerials(one: string | null, other: string | null): 'same' | 'prefix' | 'different' {
  const [a, b] = [normaliseSerial(one), normaliseSerial(other)];
  if (a === '' || b === '') return 'different';
  if (a === b) return 'same';
  const isLong = Math.min(a.length, b.length) >= minPrefixLength;
  return isLong && (a.startsWith(b) || b.startsWith(a)) ? 'prefix' : 'different';
}

function normaliseSerial(serial: string | null): string {
  return (serial ?? '').trim().toUpperCase();
}

/** Do two world wide names contradict each other? Names of other kinds, zeros and missing ones decide nothing. */
export function isOtherWwn(one: string | null, other: string | null): boolean {
  const [a, b] = [readWwnDigits(one), readWwnDigits(other)];
  if (a === null || b === null) return false;
  // The middleware cuts an NAA name to 16 digits.
  return !(a.startsWith(b) || b.startsWith(a));
}

/** Are two world wide names known and the same? */
export function isSameWwn(one: string | null, other: string | null): boolean {
  return readWwnDigits(one) !== null && readWwnDigits(other) !== null && !isOtherWwn(one, other);
}

function readWwnDigits(wwn: string | null): string | null {
  const digits = (wwn ?? '')
    .trim()
    .toLowerCase()
    .replace(/^(0x|naa\.|eui\.)/, '');
  return /^[0-9a-f]{16,32}$/.test(digits) && /[1-9a-f]/.test(digits) ? digits : null;
}

/** What rows and devices have to be known by. */
type Known = Pick<TruenasDisk, 'serial' | 'lunid' | 'sizeBytes'>;

/**
 * The rows (or live devices) that mean this drive: those with its very serial, of several the one with its WWN too; else
 * those whose serial begins like its own (or the other way round) with the same size and no other WWN. Never by name, and
 * never by identifier: both change.
 */
export function findTruenasDisks<T extends Known>(drive: DriveIdentity, disks: readonly T[]): readonly T[] {
  const same = disks.filter(({ serial }) => compareSerials(serial, drive.serial) === 'same');
  if (same.length > 1) {
    const meant = same.filter(({ lunid }) => isSameWwn(lunid, drive.wwn));
    return meant.length === 1 ? meant : same;
  }
  if (same.length > 0) return same;
  return disks.filter(
    ({ serial, sizeBytes, lunid }) =>
      compareSerials(serial, drive.serial) === 'prefix' &&
      sizeBytes === drive.sizeBytes &&
      !isOtherWwn(lunid, drive.wwn),
  );
}
