import type { PoolActivity, ProbeReport, SafetyLock } from './drive';
import { judgeTruenasLocks } from './judge-truenas-locks';
import type { TruenasDepth, TruenasInventory, TruenasMember } from './truenas-inventory';

/**
 * Adds what the middleware knows to what the host's probe found. Only ever adds locks: a drive is free when all sources
 * say so. A gap, and a reading less deep than `need`, lock every drive as unproven; `inventory` is enough for showing, never
 * for letting a write begin.
 */
export function joinTruenas(
  report: ProbeReport,
  truenas: TruenasInventory | { readonly failed: string },
  need: TruenasDepth = 'preflight',
): ProbeReport {
  const gaps = listGaps(truenas, need);
  const everywhere = gaps.map((detail): SafetyLock => ({ kind: 'unproven', detail }));
  const drives = report.drives.map((probed) => {
    const found = 'failed' in truenas ? [] : judgeTruenasLocks(probed, truenas);
    return { ...probed, locks: addLocks(probed.locks, [...found, ...everywhere]) };
  });
  const activities = 'failed' in truenas ? [] : listTruenasActivities(truenas);
  return {
    ...report,
    drives,
    gaps: [...report.gaps, ...gaps],
    activities: addActivities(report.activities, activities),
  };
}

function addLocks(locks: readonly SafetyLock[], more: readonly SafetyLock[]): readonly SafetyLock[] {
  const all = [...locks];
  const known = new Set(locks.map(nameLock));
  for (const lock of more) {
    if (!known.has(nameLock(lock))) all.push(lock);
    known.add(nameLock(lock));
  }
  return all;
}

function nameLock({ kind, detail }: SafetyLock): string {
  return `${kind} ${detail}`;
}

/** Scrubs and resilvers that the middleware sees under way. */
export function listTruenasActivities({ pools }: TruenasInventory): readonly PoolActivity[] {
  return (pools ?? []).flatMap(({ name, scan }) => (scan === null ? [] : { pool: name, ...scan }));
}

/** Two sources of one activity are one; the host's word stands, as it is the fresher one. */
function addActivities(
  known: readonly PoolActivity[],
  more: readonly PoolActivity[],
): readonly PoolActivity[] {
  const isKnown = ({ pool, kind }: PoolActivity) =>
    known.some((one) => one.pool === pool && one.kind === kind);
  return [...known, ...more.filter((activity) => !isKnown(activity))];
}

/** Each one locks every drive; nobody reads more. */
const mostGaps = 20;

function listGaps(
  truenas: TruenasInventory | { readonly failed: string },
  need: TruenasDepth,
): readonly string[] {
  if ('failed' in truenas) return [`TrueNAS: ${truenas.failed}`];
  const gaps = [...truenas.gaps, ...listMissing(truenas, need), ...listBlindPools(truenas)];
  const more = gaps.length > mostGaps ? [`and ${gaps.length - mostGaps} more gaps`] : [];
  return [...gaps.slice(0, mostGaps), ...more].map((gap) => `TrueNAS: ${gap}`);
}

const needed = {
  inventory: ['disks', 'pools'],
  preflight: ['disks', 'pools', 'usage', 'devices', 'bootDisks', 'poolDisks', 'extents'],
} as const satisfies Record<TruenasDepth, readonly (keyof TruenasInventory)[]>;

const words = {
  disks: 'its drives',
  pools: 'its pools',
  usage: 'which drives are unused',
  devices: 'its live devices',
  bootDisks: 'the drives that it boots from',
  poolDisks: 'the drives of its pools',
  extents: 'its iSCSI extents',
} as const;

/** Facts that nobody has, where no failed question says so already. */
function listMissing(truenas: TruenasInventory, need: TruenasDepth): readonly string[] {
  if (truenas.gaps.length > 0) return [];
  return needed[need]
    .filter((key) => truenas[key] === null)
    .map((key) => `it was not asked for ${words[key]}`);
}

/** Pools with members that nobody can point at: any drive could be one. */
function listBlindPools(truenas: TruenasInventory): readonly string[] {
  const hasImportScan = truenas.usage === null || truenas.usage.scope === 'all';
  return (truenas.pools ?? []).flatMap((pool) => {
    if (pool.members === null) {
      // The scan behind disk.details finds the drives of a pool that did not come up; get_unused does not look for them.
      const isFound = pool.status === 'OFFLINE' && hasImportScan;
      return isFound ? [] : [`the members of pool ${pool.name} (${pool.status}) are not known`];
    }
    const lost = pool.members.filter((member) => isActive(member) && !isTraced(member, truenas));
    return lost.map(
      (member) =>
        `a member of pool ${pool.name} cannot be traced to a drive (${member.disk ?? member.status})`,
    );
  });
}

/** A member that the pool has given up may be gone from the machine. */
function isActive({ status }: TruenasMember): boolean {
  return !['OFFLINE', 'FAULTED', 'REMOVED', 'UNAVAIL'].includes(status);
}

function isTraced({ disk, guid }: TruenasMember, { disks, devices }: TruenasInventory): boolean {
  const isListed = (disks ?? []).some(
    (row) => row.name === disk || row.devname === disk || (guid !== null && row.zfsGuid === guid),
  );
  return isListed || (devices ?? []).some(({ name }) => name === disk);
}
