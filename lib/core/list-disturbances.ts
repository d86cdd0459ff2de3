import { listTruenasActivities } from './join-truenas';
import { compareSerials } from './match-truenas';
import { nextScheduled, readOffset } from './next-scheduled';
import type { ScheduleSpan } from './next-scheduled';
import type {
  TruenasDisk,
  TruenasInventory,
  TruenasSchedule,
  TruenasScrubTask,
  TruenasSmartTask,
} from './truenas-inventory';

/**
 * What TrueNAS does or may do to a run on this drive that begins `now` (milliseconds since the epoch) and takes
 * `horizonMs`: one sentence each, for the person who starts it. Wants a pre-flight; what was not told is said as well.
 */
export function listDisturbances(
  inventory: TruenasInventory,
  serial: string,
  now: number,
  horizonMs: number,
): readonly string[] {
  const span = { fromMs: now, untilMs: now + horizonMs, timeZone: inventory.timeZone ?? 'UTC' };
  const disks = findDisks(inventory, serial);
  return [
    ...listWork(inventory),
    ...(inventory.scrubTasks ?? []).flatMap((task) => describeScrub(task, span)),
    ...(inventory.smartTasks ?? [])
      .filter((task) => isAbout(task, disks))
      .flatMap((task) => describeTest(task, span)),
    ...disks.flatMap(listSettings),
    ...listFormats(inventory, serial),
    ...listAlerts(inventory, serial, disks),
    ...inventory.unread.map((gap) => `TrueNAS did not tell everything that may disturb this run: ${gap}.`),
  ];
}

function findDisks({ disks }: TruenasInventory, serial: string): readonly TruenasDisk[] {
  const same = (disks ?? []).filter((disk) => compareSerials(disk.serial, serial) === 'same');
  if (same.length > 0) return same;
  return (disks ?? []).filter((disk) => compareSerials(disk.serial, serial) === 'prefix');
}

function listWork(inventory: TruenasInventory): readonly string[] {
  return listTruenasActivities(inventory).map(({ pool, kind, percent }) => {
    const done = percent === null ? '' : ` (${Math.floor(percent)} % done)`;
    return `A ${kind} of pool ${pool} is under way${done} and shares the bandwidth.`;
  });
}

function describeScrub(
  { pool, thresholdDays, schedule }: TruenasScrubTask,
  span: ScheduleSpan,
): readonly string[] {
  const when = describeStart(schedule, 'either', span);
  const rule = thresholdDays === null ? '' : ` if its last one is ${thresholdDays} days old`;
  return when.map((time) => `TrueNAS starts a scrub of pool ${pool} ${time}${rule}.`);
}

function describeTest({ test, schedule, dayRule }: TruenasSmartTask, span: ScheduleSpan): readonly string[] {
  return describeStart(schedule, dayRule, span).map(
    (time) => `TrueNAS starts a ${test} SMART self-test on this drive ${time}.`,
  );
}

/** When it first falls into the span, in words; nothing when it does not. */
function describeStart(
  schedule: TruenasSchedule,
  dayRule: 'either' | 'both',
  span: ScheduleSpan,
): readonly string[] {
  const next = nextScheduled(schedule, dayRule, span);
  if (!next.ok) return [`at times that are not understood (${next.problem})`];
  if (next.value === null) return [];
  const local = new Date(next.value + readOffset(next.value, span.timeZone)).toISOString();
  return [`at ${local.slice(0, 16).replace('T', ' ')} (${span.timeZone}), during this run`];
}

/** An identifier that means no row of ours may be an older form of one; so both are compared by what they hold. */
function isAbout({ identifiers }: TruenasSmartTask, disks: readonly TruenasDisk[]): boolean {
  if (identifiers === null) return true;
  return disks.some(({ identifier, serial }) =>
    identifiers.some(
      (other) =>
        other === identifier || (serial !== null && other.replace(/^\{\w+\}/, '').startsWith(serial)),
    ),
  );
}

function listSettings({ standby, powerManagement }: TruenasDisk): readonly string[] {
  const sentences: string[] = [];
  if (standby !== null && standby !== 'ALWAYS ON') {
    sentences.push(
      `TrueNAS lets this drive spin down after ${standby} minutes, which can end a long self-test: set HDD Standby to Always On.`,
    );
  }
  if (powerManagement !== null && powerManagement !== 'DISABLED') {
    sentences.push(
      `TrueNAS sets power management level ${powerManagement} on this drive: set Advanced Power Management to Disabled.`,
    );
  }
  return sentences;
}

function listFormats({ usage }: TruenasInventory, serial: string): readonly string[] {
  const drives = (usage?.drives ?? []).filter((one) => compareSerials(one.serial, serial) !== 'different');
  return drives.flatMap(({ isDif, partitionCount }) => {
    const sentences: string[] = [];
    if (isDif === true) {
      sentences.push(
        'This drive is formatted with protection information (T10 DIF): TrueNAS refuses to use it.',
      );
    }
    if (partitionCount !== null && partitionCount > 0) {
      const count = partitionCount === 1 ? 'a partition' : `${partitionCount} partitions`;
      sentences.push(`This drive contains ${count}: the data on it will be destroyed.`);
    }
    return sentences;
  });
}

/** By serial where the alert names one: a name may be another drive's by now. */
function listAlerts(
  { alerts }: TruenasInventory,
  serial: string,
  disks: readonly TruenasDisk[],
): readonly string[] {
  return (alerts ?? [])
    .filter((alert) =>
      alert.serial === null
        ? disks.some(({ name, devname }) => name === alert.name || devname === alert.name)
        : compareSerials(alert.serial, serial) !== 'different',
    )
    .map(({ level, text }) => `TrueNAS reports (${level}): ${text}`);
}
