import { drives } from '../drive-catalog';
import { presentDrives, type HostState } from '../host-state';
import { isUnderWay, percentLeft } from '../self-tests';
import { buildAlerts } from './alerts';
import { buildDiskEntry, buildRawRow } from './disk-entry';
import { identifierOf, nameOn } from './disk-identity';
import { buildPoolEntry, configuredPools } from './pool-entry';
import { pools } from '../pools';
import type { Release } from './versions';
import type { CollectionEvent } from './world';

/** Everything that a change of the NAS makes the middleware tell. */
export function buildEvents(
  before: HostState,
  after: HostState,
  release: Release,
): readonly CollectionEvent[] {
  return [
    ...buildDiskEvents(before, after, release),
    ...buildPoolEvents(before, after, release),
    ...buildAlertEvents(before, after, release),
  ];
}

/**
 * Payloads differ: a drive that is plugged in comes with its public entry, one that is renamed with the raw row of a full
 * resync, one that has gone with nothing but its id.
 */
function buildDiskEvents(before: HostState, after: HostState, release: Release): readonly CollectionEvent[] {
  const [old, now] = [before.tableNames ?? before.names, after.tableNames ?? after.names];
  return drives.flatMap((drive): CollectionEvent[] => {
    const { serial } = drive;
    const about = { collection: 'disk.query', id: identifierOf(release, drive) };
    if (now[serial] === undefined) return old[serial] === undefined ? [] : [{ ...about, msg: 'removed' }];
    const entry = buildDiskEntry(after, release, serial) ?? {};
    if (old[serial] === undefined) return [{ ...about, msg: 'added', fields: entry }];
    if (before.descriptions[serial] !== after.descriptions[serial]) {
      return [{ ...about, msg: 'changed', fields: entry }];
    }
    if (old[serial] === now[serial]) return [];
    return [{ ...about, msg: 'changed', fields: buildRawRow(after, release, serial) ?? {} }];
  });
}

function buildPoolEvents(before: HostState, after: HostState, release: Release): readonly CollectionEvent[] {
  const listed = (state: HostState) =>
    new Map(configuredPools(state).map((pool) => [pool, buildPoolEntry(pool, state, release)]));
  const [old, now] = [listed(before), listed(after)];
  return pools.flatMap((pool): CollectionEvent[] => {
    const about = { collection: 'pool.query', id: pools.indexOf(pool) };
    const [was, is] = [old.get(pool), now.get(pool)];
    if (is === undefined) return was === undefined ? [] : [{ ...about, msg: 'removed' }];
    if (was === undefined) return [{ ...about, msg: 'added', fields: is }];
    return JSON.stringify(was) === JSON.stringify(is) ? [] : [{ ...about, msg: 'changed', fields: is }];
  });
}

function buildAlertEvents(before: HostState, after: HostState, release: Release): readonly CollectionEvent[] {
  const [old, now] = [buildAlerts(before, release), buildAlerts(after, release)];
  const has = (alerts: typeof old, uuid: string) => alerts.some((alert) => alert.uuid === uuid);
  const about = { collection: 'alert.list' };
  return [
    ...old
      .filter(({ uuid }) => !has(now, uuid))
      .map(({ uuid }) => ({ ...about, id: uuid, msg: 'removed' as const })),
    ...now
      .filter(({ uuid }) => !has(old, uuid))
      .map((alert) => ({ ...about, id: alert.uuid, msg: 'added' as const, fields: alert })),
  ];
}

/** `smart.test.progress:<disk>`: the percentage while a test runs, then null. */
export function buildProgressEvent(
  state: HostState,
  release: Release,
  look: { readonly collection: string; readonly uptimeS: number },
): CollectionEvent {
  const disk = look.collection.split(':')[1] ?? '';
  const entry = presentDrives(state).find(({ name }) => nameOn(release, name) === disk);
  const running = entry?.selfTests.find((test) => isUnderWay(test, look.uptimeS));
  const progress = running ? 100 - percentLeft(running, look.uptimeS) : null;
  return { msg: 'changed', collection: look.collection, id: disk, fields: { progress } };
}
