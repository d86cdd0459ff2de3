import { pools, type RehearsalPool } from '../pools';
import { noInstance } from './errors';
import { query } from './filters';
import { objectParam } from './params';
import { buildPoolEntry, configuredPools, poolDisks } from './pool-entry';
import { isSince } from './versions';
import type { Call, Methods } from './world';
import { buildZpoolEntries } from './zpool-entry';

const always = () => true;
const reading = { role: 'POOL_READ' } as const;

export const poolMethods: Methods = {
  'pool.query': { ...reading, isIn: always, run: ({ world, params }) => query(listPools(world), params) },
  'pool.get_disks': { ...reading, isIn: always, run: listPoolDisks },
  'boot.get_disks': {
    isIn: always,
    role: 'DISK_READ',
    run: ({ world: { host, release } }) =>
      pools.filter(({ use }) => use === 'boot_pool').flatMap((pool) => poolDisks(pool, host.state, release)),
  },
  'pool.scrub.query': {
    ...reading,
    isIn: always,
    run: ({ world, params }) => query(configuredPools(world.host.state).map(buildScrubTask), params),
  },
  // Raw disks as extents are for CORE alone; this NAS exports none.
  'iscsi.extent.query': {
    isIn: always,
    role: 'SHARING_ISCSI_EXTENT_READ',
    run: ({ params }) => query([], params),
  },
  'zpool.query': {
    ...reading,
    isIn: (release) => isSince(release, '25.10'),
    isPrivate: (release) => !isSince(release, '26'),
    modelSince: 'v26.0.0',
    run: ({ world, params }) => buildZpoolEntries(world.host.state, objectParam(params, 0, 'data')),
  },
};

/** What TrueNAS sets up with each pool: on Sundays, if the last scrub is old enough. */
function buildScrubTask({ name }: RehearsalPool, index: number): object {
  return {
    id: index + 1,
    pool: index + 1,
    pool_name: name,
    threshold: 35,
    description: '',
    enabled: true,
    schedule: { minute: '00', hour: '00', dom: '*', month: '*', dow: '7' },
  };
}

function listPools({ host, release }: Call['world']): readonly object[] {
  return configuredPools(host.state).map((pool) => buildPoolEntry(pool, host.state, release));
}

/** Nothing of a pool that TrueNAS could not import. */
function listPoolDisks({ world: { host, release }, params }: Call): readonly string[] {
  const [id = null] = params;
  const wanted = configuredPools(host.state).filter((pool) => id === null || pools.indexOf(pool) === id);
  if (id !== null && wanted.length === 0) throw noInstance(`Pool ${JSON.stringify(id)} does not exist`);
  return wanted.flatMap((pool) => poolDisks(pool, host.state, release));
}
