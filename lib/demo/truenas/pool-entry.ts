import { presentDrives, type HostState, type PresentDrive } from '../host-state';
import { partitionsOf } from '../host-tables';
import { conditionOf, isImported, pools, scanPercent, type RehearsalPool } from '../pools';
import { buildDiskEntry } from './disk-entry';
import { nameOn, partitionOn } from './disk-identity';
import { partitionUuid } from './disk-details';
import { drives } from '../drive-catalog';
import type { Release } from './versions';

/** Milliseconds since the epoch of a scan's beginning. */
const scanStart = 1_795_318_683_000;
const noErrors = { read_errors: 0, write_errors: 0, checksum_errors: 0 };

/** The pools that TrueNAS has in its configuration: neither the boot pool nor an exported one. */
export function configuredPools(state: HostState): readonly RehearsalPool[] {
  return pools.filter((pool) => pool.use !== 'boot_pool' && conditionOf(state.pools, pool) !== 'exported');
}

/** An entry of `pool.query`. */
export function buildPoolEntry(pool: RehearsalPool, state: HostState, release: Release): object {
  const isOpen = isImported(conditionOf(state.pools, pool));
  const status = isOpen ? statusOf(pool, state) : 'OFFLINE';
  const sizeBytes = memberSize(pool);
  const sizes = { size: sizeBytes, allocated: Math.floor(sizeBytes / 2), free: Math.ceil(sizeBytes / 2) };
  return {
    id: pools.indexOf(pool),
    name: pool.name,
    guid: pool.guid,
    path: `/mnt/${pool.name}`,
    status,
    healthy: status === 'ONLINE',
    warning: false,
    status_code: status === 'ONLINE' ? 'OK' : isOpen ? 'FAULTED_DEV_NR' : null,
    status_detail: status === 'ONLINE' ? null : 'One or more devices are faulted or missing.',
    ...(isOpen ? sizes : { size: null, allocated: null, free: null }),
    fragmentation: isOpen ? '3' : null,
    freeing: isOpen ? 0 : null,
    autotrim: { value: 'off', rawvalue: 'off', parsed: 'off', source: 'DEFAULT' },
    scan: isOpen ? buildScan(state.scans[pool.name]) : null,
    topology: isOpen ? buildTopology(pool, state, release) : null,
    ...(release.isCore ? { encrypt: 0, encryptkey: '', encryptkey_path: null, is_decrypted: true } : {}),
  };
}

/** As `zpool status` names it. */
export function statusOf(pool: RehearsalPool, state: HostState): 'ONLINE' | 'DEGRADED' | 'UNAVAIL' {
  if (memberOf(pool, state) === null) return 'UNAVAIL';
  return conditionOf(state.pools, pool) === 'faulted' ? 'DEGRADED' : 'ONLINE';
}

export function memberOf(pool: RehearsalPool, state: HostState): PresentDrive | null {
  return presentDrives(state).find(({ drive }) => drive.use === pool.use) ?? null;
}

export function memberSize(pool: RehearsalPool): number {
  return drives.find(({ use }) => use === pool.use)?.sizeBytes ?? 0;
}

/** Names of the disks of a pool, where the pool tells them. */
export function poolDisks(pool: RehearsalPool, state: HostState, release: Release): readonly string[] {
  const member = memberOf(pool, state);
  return member && conditionOf(state.pools, pool) === 'online' ? [nameOn(release, member.name)] : [];
}

/** A drive that was given up has no `disk`, although it may still be there. */
function buildTopology(pool: RehearsalPool, state: HostState, release: Release): object {
  const member = memberOf(pool, state);
  const isWell = member !== null && conditionOf(state.pools, pool) === 'online';
  const part = member === null ? 1 : partitionsOf(member).length;
  const uuid = member && partitionUuid(member, part);
  const directory = release.isCore ? '/dev/gptid' : '/dev/disk/by-partuuid';
  const leaf = {
    name: isWell ? uuid : pool.memberGuid,
    type: 'DISK',
    path: uuid === null ? null : `${directory}/${uuid}`,
    guid: pool.memberGuid,
    status: isWell ? 'ONLINE' : member === null ? 'UNAVAIL' : 'FAULTED',
    stats: { timestamp: 1_234_567, ...noErrors, ...(isWell ? {} : { read_errors: 12 }) },
    children: [],
    device: isWell ? partitionOn(release, member.name, part) : null,
    disk: isWell ? nameOn(release, member.name) : null,
    unavail_disk: member === null ? buildUnavailable(pool, state, release) : null,
  };
  return { data: [leaf], log: [], cache: [], spare: [], special: [], dedup: [] };
}

function buildUnavailable(pool: RehearsalPool, state: HostState, release: Release): object | null {
  const drive = drives.find(({ use }) => use === pool.use);
  return drive ? buildDiskEntry(state, release, drive.serial) : null;
}

export function buildScan(kind: HostState['scans'][string] | undefined): object {
  const isRunning = kind !== undefined;
  return {
    function: kind === 'resilver' ? 'RESILVER' : 'SCRUB',
    state: isRunning ? 'SCANNING' : 'FINISHED',
    start_time: { $date: scanStart },
    end_time: isRunning ? null : { $date: scanStart + 40_000_000 },
    percentage: isRunning ? scanPercent : 100,
    bytes_to_process: 8_400_000_000_000,
    bytes_processed: isRunning ? 3_150_000_000_000 : 8_400_000_000_000,
    bytes_issued: isRunning ? 3_150_000_000_000 : 8_400_000_000_000,
    pause: null,
    errors: 0,
    total_secs_left: isRunning ? 41_647 : null,
  };
}
