import type { DriveFacts, ProbedDrive, SafetyLock } from './drive';
import {
  judgeTruenasDevices,
  judgeTruenasRow,
  listTruenasNames,
  matchTruenasDisk,
} from './judge-truenas-identity';
import { compareSerials, findTruenasDisks, isOtherWwn } from './match-truenas';
import type { TruenasInventory, TruenasMember, TruenasPool, TruenasUsage } from './truenas-inventory';

/**
 * All that the middleware has against writing to a drive, in no order and perhaps twice. `locks` are those already found.
 * An empty list is no permission.
 */
export function judgeTruenasLocks(
  { drive, locks }: ProbedDrive,
  inventory: TruenasInventory,
): readonly SafetyLock[] {
  const used = [
    ...judgePools(drive, inventory),
    ...judgeUsage(drive, inventory),
    ...judgeExtents(drive, inventory),
  ];
  const named = [...used, ...judgeNames(drive, inventory, [...locks, ...used])];
  return [...named, ...judgeIdentity(drive, inventory), ...judgeUnlisted(drive, inventory, named)];
}

function judgeIdentity(drive: DriveFacts, { disks, devices }: TruenasInventory): readonly SafetyLock[] {
  const live = devices === null ? [] : judgeTruenasDevices(drive, devices);
  if (disks === null) return live;
  const match = matchTruenasDisk(drive, disks);
  if (match.ok) return [...judgeTruenasRow(drive, match.disk), ...live];
  return [match.lock, ...live];
}

/** TrueNAS has had two names for the pool that it boots from. */
function poolLock(pool: string): SafetyLock {
  const isBoot = pool === 'boot-pool' || pool === 'freenas-boot';
  return { kind: isBoot ? 'boot_pool' : 'active_pool', detail: pool };
}

function judgePools(drive: DriveFacts, inventory: TruenasInventory): readonly SafetyLock[] {
  const disks = findTruenasDisks(drive, inventory.disks ?? []);
  const names = listTruenasNames(drive, inventory);
  const guids = disks.flatMap(({ zfsGuid }) => zfsGuid ?? []);
  const isIn = ({ members, guids: own }: TruenasPool) =>
    own.some((guid) => guids.includes(guid)) ||
    (members ?? []).some(({ disk, lost }) => names.has(disk ?? '') || isLost(lost));
  // The name of a lost member soon belongs to another drive; its serial does not.
  const isLost = (lost: TruenasMember['lost']) =>
    lost?.serial == null
      ? names.has(lost?.name ?? '')
      : compareSerials(lost.serial, drive.serial) !== 'different';
  return [
    ...disks.flatMap(({ pool }) => (pool === null ? [] : poolLock(pool))),
    ...(inventory.pools ?? []).filter(isIn).map(({ name }) => poolLock(name)),
  ];
}

/** The lists that give names and no pools. */
function judgeNames(
  drive: DriveFacts,
  inventory: TruenasInventory,
  known: readonly SafetyLock[],
): readonly SafetyLock[] {
  const names = listTruenasNames(drive, inventory);
  const isIn = (list: readonly string[] | null) => (list ?? []).some((name) => names.has(name));
  const isKnown = (kind: SafetyLock['kind']) => known.some((lock) => lock.kind === kind);
  const locks: SafetyLock[] = [];
  if (isIn(inventory.bootDisks) && !isKnown('boot_pool')) locks.push(poolLock('boot-pool'));
  if (isIn(inventory.poolDisks) && !isKnown('active_pool')) {
    locks.push({ kind: 'active_pool', detail: '(TrueNAS does not tell its name)' });
  }
  return locks;
}

function listUsages(drive: DriveFacts, inventory: TruenasInventory): readonly TruenasUsage[] {
  const names = listTruenasNames(drive, inventory);
  return (inventory.usage?.drives ?? []).filter(
    ({ name, serial, lunid }) =>
      names.has(name) || (compareSerials(serial, drive.serial) === 'same' && !isOtherWwn(lunid, drive.wwn)),
  );
}

function judgeUsage(drive: DriveFacts, inventory: TruenasInventory): readonly SafetyLock[] {
  return listUsages(drive, inventory).flatMap((usage): SafetyLock[] => {
    const { name, serial, importedPool, exportedPool, duplicates } = usage;
    const locks: SafetyLock[] = [];
    if (importedPool !== null) locks.push(poolLock(importedPool));
    if (exportedPool !== null) locks.push({ kind: 'exported_pool', detail: exportedPool });
    if (duplicates.length > 0) {
      const twins = duplicates.join(', ');
      locks.push({ kind: 'ambiguous', detail: `TrueNAS finds the same serial number on ${twins}` });
    }
    if (compareSerials(serial, drive.serial) === 'different') {
      const other = serial ?? 'without a serial number';
      locks.push({ kind: 'unproven', detail: `TrueNAS has another drive as ${name}: ${other}` });
    }
    return locks;
  });
}

/** A drive that is neither free nor used in the middleware's own search is not proved free. */
function judgeUnlisted(
  drive: DriveFacts,
  inventory: TruenasInventory,
  known: readonly SafetyLock[],
): readonly SafetyLock[] {
  if (inventory.usage === null) return [];
  const isUnused = listUsages(drive, inventory).some((usage) => usage.isUnused && usage.name === drive.name);
  const hasUse = known.some(({ kind }) => kind.endsWith('_pool'));
  return isUnused || hasUse ? [] : [{ kind: 'unproven', detail: 'TrueNAS does not list it as unused' }];
}

function judgeExtents(drive: DriveFacts, inventory: TruenasInventory): readonly SafetyLock[] {
  const names = listTruenasNames(drive, inventory);
  const identifiers = findTruenasDisks(drive, inventory.disks ?? []).map(({ identifier }) => identifier);
  return (inventory.extents ?? [])
    .filter(({ targets }) => targets.some((target) => names.has(target) || identifiers.includes(target)))
    .map(({ name }) => ({ kind: 'holder', detail: `the iSCSI extent ${name}` }));
}
