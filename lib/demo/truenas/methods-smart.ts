import { presentDrives, type PresentDrive } from '../host-state';
import { endTest, startTest } from '../rehearsal-host';
import { isUnderWay, percentLeft } from '../self-tests';
import { buildDiskEntry } from './disk-entry';
import { findByIdentifier, findByName, identifierOf, nameOn } from './disk-identity';
import { complain, invalid } from './errors';
import { query } from './filters';
import { textParam } from './params';
import { buildTestRows } from './smart-rows';
import { isSince, type Release } from './versions';
import type { Call, Methods, World } from './world';

/** SMART left the middleware in 25.10. */
const untilRemoved = (release: Release) => !isSince(release, '25.10');
const withAbort = (release: Release) => untilRemoved(release) && !release.isCore;

export const smartMethods: Methods = {
  'smart.config': {
    isIn: untilRemoved,
    role: 'READONLY_ADMIN',
    run: () => ({ id: 1, interval: 30, powermode: 'NEVER', difference: 0, informational: 0, critical: 0 }),
  },
  'smart.test.query': { isIn: untilRemoved, role: 'READONLY_ADMIN', run: querySchedules },
  'smart.test.results': { isIn: untilRemoved, role: 'REPORTING_READ', run: queryResults },
  'smart.test.manual_test': { isIn: untilRemoved, role: 'FULL_ADMIN', run: startTests },
  'smart.test.abort': { isIn: withAbort, role: 'FULL_ADMIN', run: abortTest },
  'disk.smart_test': {
    isIn: (release) => isSince(release, '25.10'),
    isPrivate: () => true,
    run: startPrivately,
  },
};

function querySchedules({ params }: Call): unknown {
  const schedule = { hour: '2', dom: '*', month: '*', dow: 'sun' };
  return query([{ id: 3, schedule, desc: 'Weekly', all_disks: true, disks: [], type: 'LONG' }], params);
}

function queryResults({ world, params }: Call): unknown {
  const { host, release } = world;
  const uptimeS = host.clock.uptimeS();
  const rows = presentDrives(host.state)
    .filter((entry) => hasSmart(entry, release))
    .map((entry) => {
      const tests = buildTestRows(entry, release, uptimeS);
      const running = entry.selfTests.find((test) => isUnderWay(test, uptimeS));
      const disk = nameOn(release, entry.name);
      const facts = release.isCore ? {} : (buildDiskEntry(host.state, release, entry.drive.serial) ?? {});
      const progress = running ? { progress: 100 - percentLeft(running, uptimeS) } : null;
      return { ...facts, disk, tests, current_test: progress ?? misread(entry, release) };
    });
  return query(rows, params);
}

/** 25.04 takes the remainder that drives tell of an aborted or failed test for progress. */
function misread(entry: PresentDrive, release: Release): { readonly progress: number } | null {
  const newest = entry.selfTests[0]?.outcome ?? null;
  const isAta = entry.drive.transport !== 'nvme';
  const isLeft = newest !== null && newest !== 'passed';
  return release.key === '25.04' && isAta && isLeft ? { progress: 10 } : null;
}

function startTests({ world, params }: Call): readonly object[] {
  const wanted = params[0];
  if (!Array.isArray(wanted)) throw invalid(complain('disks', 'Input should be a valid list'));
  const found = wanted.map((each: Readonly<Record<string, unknown>>, index) => {
    const entry = findByIdentifier(world.host.state, world.release, String(each['identifier']));
    if (entry === null || !hasSmart(entry, world.release)) {
      throw invalid(complain(`disks.${index}.identifier`, `${String(each['identifier'])} is not valid.`));
    }
    const type = each['type'];
    if (!['LONG', 'SHORT', 'CONVEYANCE', 'OFFLINE'].includes(String(type))) {
      throw invalid(complain(`disks.${index}.type`, `Invalid choice: ${String(type)}`));
    }
    return { entry, kind: type === 'LONG' ? ('LONG' as const) : ('SHORT' as const) };
  });
  return found.map(({ entry, kind }) => startOne(world, entry, kind));
}

function startOne(world: World, entry: PresentDrive, kind: 'LONG' | 'SHORT'): object {
  const { host, release } = world;
  const { serial } = entry.drive;
  const uptimeS = host.clock.uptimeS();
  const about = { disk: nameOn(release, entry.name), identifier: identifierOf(release, entry.drive) };
  if (entry.selfTests.some((test) => isUnderWay(test, uptimeS))) {
    const words = "Can't start self-test without aborting current test (60% remaining),";
    return {
      ...about,
      error: `smartctl 7.4 2023-08-01 r5530\n\n${words}\nadd '-t force' option to override.`,
    };
  }
  const minutes = kind === 'SHORT' ? 2 : entry.drive.sizeBytes / 12e9;
  startTest(host, entry, { kind, endsS: Math.ceil(uptimeS + minutes * 60) });
  const job = world.jobs.start({
    method: 'smart.test.wait',
    arguments: [about.disk],
    description: '',
    isAbortable: !release.isCore,
    look: () => lookAtTest(world, serial),
    abort: () => release.isCore || endTest(host, serial, 'aborted'),
  });
  const expected = { $date: Date.now() + minutes * 60_000 };
  return { ...about, ...(release.isCore ? {} : { error: null }), expected_result_time: expected, job };
}

function lookAtTest(
  { host }: World,
  serial: string,
): { state: 'RUNNING' | 'SUCCESS' | 'FAILED'; percent: number } {
  const [newest] = host.state.selfTests[serial] ?? [];
  if (newest === undefined) return { state: 'FAILED', percent: 0 };
  const uptimeS = host.clock.uptimeS();
  if (!isUnderWay(newest, uptimeS)) return { state: 'SUCCESS', percent: 100 };
  return { state: 'RUNNING', percent: 100 - percentLeft(newest, uptimeS) };
}

function abortTest({ world, params }: Call): null {
  const entry = findByName(world.host.state, world.release, textParam(params, 0, 'disk'));
  if (entry !== null) endTest(world.host, entry.drive.serial, 'aborted');
  return null;
}

/** The helper of the migrated schedules: starts, and tells nothing. */
function startPrivately({ world, params }: Call): null {
  const [type, given] = params;
  const kind = type === 'LONG' ? ('LONG' as const) : ('SHORT' as const);
  const wanted = Array.isArray(given) ? given : [given];
  for (const entry of presentDrives(world.host.state)) {
    if (!hasSmart(entry, world.release)) continue;
    if (!wanted.includes('*') && !wanted.includes(identifierOf(world.release, entry.drive))) continue;
    const minutes = kind === 'SHORT' ? 2 : entry.drive.sizeBytes / 12e9;
    startTest(world.host, entry, { kind, endsS: Math.ceil(world.host.clock.uptimeS() + minutes * 60) });
  }
  return null;
}

function hasSmart({ drive }: PresentDrive, release: Release): boolean {
  return drive.smart !== 'not_available' && !(release.isCore && drive.transport === 'nvme');
}
