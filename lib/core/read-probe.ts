import { safetyLockKinds } from './drive';
import type { DriveFacts, PoolActivity, ProbedDrive, ProbeReport, SafetyLock, UnfitDevice } from './drive';
import { readRecords } from './read-host-answer';
import type { FieldReader, HostRecord, Reading } from './read-host-answer';

/** Reads the answer of the drive probe. The judging of locks was done on the NAS. */
export function readProbe(records: readonly HostRecord[]): Reading<ProbeReport> {
  const hosts: { bootId: string; uptimeS: number }[] = [];
  const middlewares: boolean[] = [];
  const drives: DriveFacts[] = [];
  const locks: { name: string; lock: SafetyLock }[] = [];
  const gaps: string[] = [];
  const unfit: UnfitDevice[] = [];
  const activities: PoolActivity[] = [];
  const isJudged = records.some((record) => record.kind === 'judged');
  const reading = readRecords(records, {
    host: (fields) => {
      hosts.push({ bootId: fields.text(), uptimeS: fields.number() });
      fields.count();
    },
    middleware: (fields) => middlewares.push(fields.flag()),
    drive: (fields) => drives.push(readDrive(fields)),
    lock: (fields) =>
      locks.push({
        name: fields.text(),
        lock: { kind: fields.word(safetyLockKinds), detail: fields.text() },
      }),
    gap: (fields) => gaps.push(`${fields.text()}: ${fields.text()}`),
    device: (fields) => unfit.push(readUnfit(fields)),
    scan: (fields) => activities.push(readActivity(fields)),
  });
  if (!reading.ok) return reading;
  const [host] = hosts;
  if (host === undefined) return { ok: false, problem: 'the probe names no boot' };
  const [hasMiddleware] = middlewares;
  if (hasMiddleware === undefined)
    return { ok: false, problem: 'the probe does not tell what it is a probe of' };
  if (!isJudged) return { ok: false, problem: 'the probe has no judgement' };
  const stray = locks.find(({ name }) => !drives.some((drive) => drive.name === name));
  if (stray !== undefined) return { ok: false, problem: `a lock names no drive: ${stray.name}` };
  const probed = drives.map((drive): ProbedDrive => ({
    drive,
    locks: locks.filter(({ name }) => name === drive.name).map(({ lock }) => lock),
  }));
  return { ok: true, value: { ...host, drives: probed, gaps, unfit, activities, hasMiddleware } };
}

function readDrive(fields: FieldReader): DriveFacts {
  return {
    name: fields.text(),
    deviceNumber: fields.text(),
    type: fields.text(),
    sizeBytes: fields.count(),
    physicalSectorBytes: fields.count(),
    isRotational: fields.flag(),
    transport: fields.textOrNull(),
    serial: fields.text(),
    wwn: fields.textOrNull(),
    temperatureC: readTemperature(fields.textOrNull()),
    model: fields.textOrNull(),
  };
}

function readUnfit(fields: FieldReader): UnfitDevice {
  return {
    name: fields.text(),
    sizeBytes: fields.count(),
    reason: fields.word(['no_serial', 'no_size'] as const),
    model: fields.textOrNull(),
  };
}

function readActivity(fields: FieldReader): PoolActivity {
  return {
    pool: fields.text(),
    kind: fields.word(['scrub', 'resilver'] as const),
    percent: fields.numberOrNull(),
  };
}

/** The one number that may be below zero. */
function readTemperature(field: string | null): number | null {
  return field !== null && /^-?\d{1,3}$/.test(field) ? Number(field) : null;
}
