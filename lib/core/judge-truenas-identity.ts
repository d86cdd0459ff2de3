import type { DriveFacts, DriveIdentity, SafetyLock } from './drive';
import { compareSerials, findTruenasDisks, isOtherWwn, isSameWwn } from './match-truenas';
import type { Reading } from './read-host-answer';
import type { TruenasDevice, TruenasDisk, TruenasInventory } from './truenas-inventory';

/** The one row of a drive, or why there is none. */
export type TruenasMatch =
  { readonly ok: true; readonly disk: TruenasDisk } | { readonly ok: false; readonly lock: SafetyLock };

/** Finds the row of a drive. */
export function matchTruenasDisk(drive: DriveIdentity, disks: readonly TruenasDisk[]): TruenasMatch {
  const [disk, twin] = findTruenasDisks(drive, disks);
  if (disk !== undefined && twin === undefined) return { ok: true, disk };
  if (disk !== undefined) {
    const rows = findTruenasDisks(drive, disks).map(({ name }) => name);
    return { ok: false, lock: ambiguous(`TrueNAS has it under several names: ${rows.join(', ')}`) };
  }
  const other = disks.find(({ lunid }) => isSameWwn(lunid, drive.wwn));
  const detail =
    other === undefined
      ? 'TrueNAS does not know it'
      : `TrueNAS knows its WWN with another serial number, ${other.serial ?? 'none'}`;
  return { ok: false, lock: unproven(detail) };
}

/** The one row that may be written to on behalf of a drive: its serial, size and WWN agree, and its identifier will stay. */
export function matchTruenasRow(drive: DriveIdentity, disks: readonly TruenasDisk[]): Reading<TruenasDisk> {
  const match = matchTruenasDisk(drive, disks);
  if (!match.ok) return { ok: false, problem: match.lock.detail };
  const [lock] = judgeContent(drive, match.disk);
  return lock === undefined ? { ok: true, value: match.disk } : { ok: false, problem: lock.detail };
}

/** What speaks against the row being about this drive, or against the row itself. */
export function judgeTruenasRow(drive: DriveFacts, disk: TruenasDisk): readonly SafetyLock[] {
  const locks = judgeContent(drive, disk);
  if (disk.name === drive.name) return locks;
  return [...locks, unproven(`TrueNAS knows it as ${disk.name}, the host as ${drive.name}`)];
}

/** The same but for the name. */
function judgeContent(drive: DriveIdentity, disk: TruenasDisk): readonly SafetyLock[] {
  const locks: SafetyLock[] = [];
  if (disk.isExpired) locks.push(unproven('TrueNAS takes it for removed'));
  if (disk.sizeBytes === null || disk.sizeBytes === 0) locks.push(unproven('TrueNAS knows no size of it'));
  else if (disk.sizeBytes !== drive.sizeBytes) {
    locks.push(ambiguous(`TrueNAS says ${disk.sizeBytes} bytes, the host ${drive.sizeBytes}`));
  }
  if (isOtherWwn(disk.lunid, drive.wwn)) {
    locks.push(ambiguous(`TrueNAS says WWN ${String(disk.lunid)}, the host ${String(drive.wwn)}`));
  }
  if (disk.multipath !== null) locks.push(ambiguous(`TrueNAS has it as one path of ${disk.multipath}`));
  return [...locks, ...judgeIdentifier(drive, disk)];
}

/** An identifier that is no serial vanishes with a wipe, or means another drive after a reboot. */
function judgeIdentifier(drive: DriveIdentity, { identity }: TruenasDisk): readonly SafetyLock[] {
  const { kind, serial, lunid } = identity;
  if (kind !== 'serial_lunid' && kind !== 'serial') {
    const name = kind === 'unknown' ? 'an identifier of an unknown kind' : `its {${kind}} only`;
    return [ambiguous(`TrueNAS knows it by ${name}`)];
  }
  const isOther = compareSerials(serial, drive.serial) === 'different' || isOtherWwn(lunid, drive.wwn);
  return isOther ? [ambiguous(`its identifier in TrueNAS is of another drive: ${String(serial)}`)] : [];
}

/** Holds the row against the devices that the middleware finds live. */
export function judgeTruenasDevices(
  drive: DriveFacts,
  devices: readonly TruenasDevice[],
): readonly SafetyLock[] {
  const found = findTruenasDisks(drive, devices);
  const [device] = found;
  if (device === undefined) return [unproven('TrueNAS finds no such device (device.get_info)')];
  if (found.length > 1) {
    const names = found.map(({ name }) => name).join(', ');
    return [ambiguous(`TrueNAS finds its serial number on several devices: ${names}`)];
  }
  if (device.name === drive.name) return [];
  return [unproven(`TrueNAS finds it as ${device.name} (device.get_info), the host as ${drive.name}`)];
}

/** Every device name under which a source may speak of this drive. One too many only locks more. */
export function listTruenasNames(drive: DriveFacts, inventory: TruenasInventory): ReadonlySet<string> {
  const disks = findTruenasDisks(drive, inventory.disks ?? []);
  const devices = findTruenasDisks(drive, inventory.devices ?? []);
  return new Set([
    drive.name,
    ...disks.flatMap(({ name, devname }) => [name, devname]),
    ...devices.map(({ name }) => name),
  ]);
}

function ambiguous(detail: string): SafetyLock {
  return { kind: 'ambiguous', detail };
}

function unproven(detail: string): SafetyLock {
  return { kind: 'unproven', detail };
}
