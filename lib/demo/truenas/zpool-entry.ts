import type { HostState } from '../host-state';
import { partitionsOf } from '../host-tables';
import { conditionOf, isImported, pools, scanPercent, type RehearsalPool } from '../pools';
import { memberOf, statusOf } from './pool-entry';

const scanStartS = 1_795_318_683;

/** Entries of `zpool.query` as 26 has it: every imported pool, the boot pool too; only what was asked for is filled in. */
export function buildZpoolEntries(
  state: HostState,
  options: Readonly<Record<string, unknown>>,
): readonly object[] {
  const names = options['pool_names'];
  return pools
    .filter((pool) => isImported(conditionOf(state.pools, pool)))
    .filter(({ name }) => !Array.isArray(names) || names.includes(name))
    .map((pool) => {
      const status = statusOf(pool, state);
      return {
        id: pool.use === 'boot_pool' ? null : pools.indexOf(pool),
        name: pool.name,
        guid: Number(pool.guid),
        status,
        healthy: status === 'ONLINE',
        warning: false,
        status_code: status === 'ONLINE' ? 'OK' : 'FAULTED_DEV_NR',
        status_detail: status === 'ONLINE' ? null : 'One or more devices are faulted or missing.',
        is_upgraded: true,
        properties: Array.isArray(options['properties']) ? {} : null,
        topology: options['topology'] === true ? buildTopology(pool, state) : null,
        scan: options['scan'] === true ? buildScan(state.scans[pool.name]) : null,
        expand: null,
        features: options['features'] === true ? [] : null,
      };
    });
}

/** A single disk is listed as a stripe here. */
function buildTopology(pool: RehearsalPool, state: HostState): object {
  const member = memberOf(pool, state);
  const part = member && partitionsOf(member).at(-1);
  const isFaulted = conditionOf(state.pools, pool) === 'faulted';
  const leaf = {
    name: part ? `/dev/${part.name}` : pool.memberGuid,
    vdev_type: 'disk',
    guid: Number(pool.memberGuid),
    state: member === null ? 'UNAVAIL' : isFaulted ? 'FAULTED' : 'ONLINE',
    stats: { read_errors: 0, write_errors: 0, checksum_errors: 0 },
    children: [],
    top_guid: null,
  };
  return { data: [], log: [], cache: [], spares: [], stripe: [leaf], special: [], dedup: [] };
}

function buildScan(kind: HostState['scans'][string] | undefined): object | null {
  if (kind === undefined) return null;
  return {
    function: kind.toUpperCase(),
    state: 'SCANNING',
    start_time: scanStartS,
    end_time: null,
    percentage: scanPercent,
    bytes_to_process: 8_400_000_000_000,
    bytes_processed: 3_150_000_000_000,
    bytes_issued: 3_150_000_000_000,
    pause: null,
    errors: 0,
    total_secs_left: 41_647,
  };
}
