import type { Reading } from './read-host-answer';
import { readTruenasDisks } from './read-truenas-disks';
import { readTruenasAlerts, readTruenasTemperatures, readTruenasTimeZone } from './read-truenas-health';
import { readTruenasPools } from './read-truenas-pools';
import { readTruenasScrubs, readTruenasSmartJobs, readTruenasSmartTests } from './read-truenas-tasks';
import {
  readTruenasDetails,
  readTruenasDevices,
  readTruenasExtents,
  readTruenasNames,
  readTruenasUnused,
} from './read-truenas-usage';
import { noTruenasFacts } from './truenas-inventory';
import type { TruenasDepth, TruenasFacts, TruenasInventory } from './truenas-inventory';
import { hasSmartApi, hasTemperatureThresholds, isLinux } from './truenas-version';
import type { TruenasVersion } from './truenas-version';

/** One method with its parameters, and how its answer becomes facts. */
export interface TruenasCall {
  readonly method: string;
  readonly params: readonly unknown[];
  /** Some answers read labels from every drive. */
  readonly timeoutMs: number;
  read(answer: unknown): Reading<Partial<TruenasFacts>>;
}

/** Something to be known, with the calls that tell it: each next one where the middleware lacks the method before. */
export interface TruenasQuestion {
  readonly calls: readonly TruenasCall[];
  /** Without an answer no drive is proved free. */
  readonly isSafety: boolean;
}

/** The answer to one question: facts, or in words why there are none. */
export interface TruenasAnswer {
  readonly isSafety: boolean;
  readonly reading: Reading<Partial<TruenasFacts>>;
}

/** What decides which calls are made. */
export interface TruenasPlan {
  readonly depth: TruenasDepth;
  /** Null while it is not known: the newest forms are tried. */
  readonly version: TruenasVersion | null;
  /** Names to ask temperatures for; none where the host tells them itself, which is fresher and wakes no drive. */
  readonly temperaturesOf: readonly string[];
}

/** The rows of all drives. Filters stay out of it: a serial of digits does not survive them on every way. */
export const disksCall = call('disk.query', [[], { extra: { pools: true } }], 'disks', readTruenasDisks);

/** Every question beside `disksCall`, by the depth of the reading and the version of the middleware. */
export function listTruenasQuestions(plan: TruenasPlan): readonly TruenasQuestion[] {
  const pools = needs(call('pool.query', [], 'pools', readTruenasPools));
  const temperatures = plan.temperaturesOf.length === 0 ? [] : [wants(temperaturesCall(plan))];
  if (plan.depth === 'inventory') return [pools, ...temperatures];
  return [pools, ...temperatures, ...listUses(plan.version), ...listTasks(plan.version)];
}

function listUses(version: TruenasVersion | null): readonly TruenasQuestion[] {
  const isCore = version !== null && !isLinux(version);
  const details = slowCall('disk.details', [{ join_partitions: true, type: 'BOTH' }], readTruenasDetails);
  const unused = slowCall('disk.get_unused', [true], readTruenasUnused);
  const device = isCore ? 'DISK' : { type: 'DISK', get_partitions: false, serials_only: false };
  const names = (method: string, key: 'bootDisks' | 'poolDisks') =>
    needs(call(method, [], key, (answer) => readTruenasNames(method, answer)));
  return [
    isCore ? needs(unused) : needs(details, unused),
    needs(call('device.get_info', [device], 'devices', readTruenasDevices)),
    names('boot.get_disks', 'bootDisks'),
    names('pool.get_disks', 'poolDisks'),
    // Later systems offer volumes only, which are no drives.
    ...(isCore ? [needs(call('iscsi.extent.query', [], 'extents', readTruenasExtents))] : []),
  ];
}

function listTasks(version: TruenasVersion | null): readonly TruenasQuestion[] {
  const tests = call('smart.test.query', [], 'smartTasks', readTruenasSmartTests);
  const filter = [['command', '~', 'disk.smart_test']];
  const jobs = call('cronjob.query', [filter], 'smartTasks', readTruenasSmartJobs);
  return [
    version !== null && hasSmartApi(version) ? wants(tests, jobs) : wants(jobs),
    wants(call('pool.scrub.query', [], 'scrubTasks', readTruenasScrubs)),
    wants(call('alert.list', [], 'alerts', readTruenasAlerts)),
    wants(call('system.info', [], 'timeZone', readTruenasTimeZone)),
  ];
}

/** Always the whole list: CORE answers from one cache, whatever the names. */
function temperaturesCall({ version, temperaturesOf }: TruenasPlan): TruenasCall {
  const params = [temperaturesOf, chooseTemperatureOptions(version)];
  const read = call('disk.temperatures', params, 'temperatures', readTruenasTemperatures);
  return { ...read, timeoutMs: 120_000 };
}

function chooseTemperatureOptions(version: TruenasVersion | null): unknown {
  if (version === null || hasTemperatureThresholds(version)) return true;
  return isLinux(version) ? { cache: 290, only_cached: false, powermode: 'NEVER' } : 'NEVER';
}

function needs(...calls: readonly TruenasCall[]): TruenasQuestion {
  return { calls, isSafety: true };
}

function wants(...calls: readonly TruenasCall[]): TruenasQuestion {
  return { calls, isSafety: false };
}

function call<K extends keyof TruenasFacts>(
  method: string,
  params: readonly unknown[],
  key: K,
  read: (answer: unknown) => Reading<TruenasFacts[K]>,
): TruenasCall {
  return {
    method,
    params,
    timeoutMs: 30_000,
    read: (answer) => {
      const reading = read(answer);
      return reading.ok ? { ok: true, value: { [key]: reading.value } } : reading;
    },
  };
}

function slowCall(
  method: string,
  params: readonly unknown[],
  read: (answer: unknown) => Reading<TruenasFacts['usage']>,
): TruenasCall {
  return { ...call(method, params, 'usage', read), timeoutMs: 120_000 };
}

/** Joins the answers of one reading. */
export function buildTruenasInventory(
  { depth, version }: Pick<TruenasPlan, 'depth' | 'version'>,
  answers: readonly TruenasAnswer[],
): TruenasInventory {
  // Where there are no raw extents to ask for, there are none.
  const extents = depth === 'preflight' && version?.family !== 'core' ? [] : null;
  const facts = answers.map(({ reading }) => (reading.ok ? reading.value : {}));
  const listProblems = (isSafety: boolean) =>
    answers.flatMap((answer) =>
      answer.isSafety === isSafety && !answer.reading.ok ? answer.reading.problem : [],
    );
  const known = facts.reduce<TruenasFacts>((all, some) => ({ ...all, ...some }), {
    ...noTruenasFacts,
    extents,
  });
  return { ...known, depth, version, gaps: listProblems(true), unread: listProblems(false) };
}
