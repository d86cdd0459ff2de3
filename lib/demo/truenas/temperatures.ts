import { presentDrives, type PresentDrive } from '../host-state';
import { temperatureOf } from '../rehearsal-host';
import { findByName, nameOn } from './disk-identity';
import { complain, invalid } from './errors';
import { flagParam, objectParam, refuseMore, textParam, textsParam } from './params';
import { isSince, type Release } from './versions';
import type { Call, World } from './world';

const cachedS = 300;
const criticalC = 60;

/** `disk.temperatures`: four releases, three signatures. */
export function readTemperatures(call: Call): object {
  const { world, params } = call;
  refuseMore(params, 2);
  const given = textsParam(params, 0, isSince(world.release, '25.10') ? 'name' : 'names');
  if (world.release.isCore) return readOnCore(call, given);
  if (isSince(world.release, '25.10')) return readFromSensors(call, given);
  const options = objectParam(params, 1, 'options');
  const names = given.length > 0 ? given : allNames(world);
  const cache = typeof options['cache'] === 'number' ? options['cache'] : 0;
  return Object.fromEntries(
    names.map((name) => {
      if (options['only_cached'] === true && !world.cache.has(`temperature ${name}`)) {
        return [name, unknownTemperature(world.release)];
      }
      return [name, keep(world, { key: `temperature ${name}`, forS: cache, read: () => read(world, name) })];
    }),
  );
}

/** One cache for all calls, whatever disks they name. */
function readOnCore({ world, params }: Call, given: readonly string[]): object {
  if (params[1] !== undefined) textParam(params, 1, 'powermode');
  return keep(world, {
    key: 'temperatures',
    forS: cachedS,
    read: () => Object.fromEntries(given.map((name) => [name, read(world, name)])),
  }) as object;
}

function readFromSensors({ world, params }: Call, given: readonly string[]): object {
  const hasThresholds = flagParam(params, 1, 'include_thresholds');
  const names = given.length > 0 ? given : allNames(world);
  return Object.fromEntries(
    names.map((name) => {
      const degrees = keep(world, {
        key: `temperature ${name}`,
        forS: cachedS,
        read: () => read(world, name),
      });
      if (degrees === null) return [name, null];
      return [name, hasThresholds ? [degrees, criticalC] : degrees];
    }),
  );
}

/** `disk.temperature` of one disk, up to 25.04. */
export function readTemperature({ world, params }: Call): unknown {
  return read(world, textParam(params, 0, 'name'));
}

/** Before 25.10 the window points into the future, where nothing has been measured yet. */
export function summarizeTemperatures({ world, params }: Call): object {
  const names = textsParam(params, 0, 'names');
  if (!isSince(world.release, '25.10')) return {};
  return Object.fromEntries(
    names.flatMap((name) => {
      const entry = findByName(world.host.state, world.release, name);
      const idleC = entry?.drive.idleC ?? null;
      if (entry === null || idleC === null) return [];
      const degrees = temperatureOf(world.host, entry) ?? idleC;
      return [[name, { min: Math.min(idleC, degrees), max: degrees, avg: (idleC + degrees) / 2 }]];
    }),
  );
}

function allNames({ host, release }: World): readonly string[] {
  return presentDrives(host.state).map((entry) => nameOn(release, entry.name));
}

function read({ host, release }: World, name: string): number | null {
  const entry = findByName(host.state, release, name);
  if (entry === null && !isSince(release, '25.10')) {
    throw invalid(complain('names', `Disk ${name} does not exist`));
  }
  return measure({ host, release }, entry) ?? unknownTemperature(release);
}

function measure({ host }: Pick<World, 'host' | 'release'>, entry: PresentDrive | null): number | null {
  return entry && temperatureOf(host, entry);
}

/** 25.04 takes a drive without a sensor for a very cold one. */
function unknownTemperature(release: Release): number | null {
  return release.key === '25.04' ? 0 : null;
}

/** A cache on the NAS's own clock. */
function keep(
  { cache, host }: World,
  entry: { readonly key: string; readonly forS: number; readonly read: () => unknown },
): unknown {
  const nowS = host.clock.uptimeS();
  const kept = cache.get(entry.key);
  if (kept !== undefined && nowS < kept.untilS) return kept.value;
  const value = entry.read();
  cache.set(entry.key, { untilS: nowS + entry.forS, value });
  return value;
}
