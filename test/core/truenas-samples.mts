import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { DriveFacts, ProbedDrive, ProbeReport, SafetyLock } from '../../dist/lib/core/drive.js';
import { joinTruenas } from '../../dist/lib/core/join-truenas.js';
import type { Admission } from '../../dist/lib/core/judge-admission.js';
import type { Reading } from '../../dist/lib/core/read-host-answer.js';
import { buildTruenasInventory, disksCall, listTruenasQuestions } from '../../dist/lib/core/truenas-calls.js';
import type { TruenasDepth, TruenasInventory } from '../../dist/lib/core/truenas-inventory.js';
import { readTruenasVersion } from '../../dist/lib/core/truenas-version.js';
import type { TruenasVersion } from '../../dist/lib/core/truenas-version.js';

/** The rows of the version matrix, with what `system.version` says there. */
export const rows = {
  'core-13.0': 'TrueNAS-13.0-U6.8',
  '24.10': 'TrueNAS-SCALE-24.10.2.4',
  '25.04': 'TrueNAS-25.04.2.6',
  '25.10': 'TrueNAS-25.10.6',
  '26': 'TrueNAS-26.0.0-BETA.3',
} as const;
export type Row = keyof typeof rows;
export const scaleRows = ['24.10', '25.04', '25.10', '26'] as const;

export const sizeBytes = 18000207937536;

const captures = path.resolve(import.meta.dirname, '../fixtures/truenas');

/** A fresh copy of a captured answer, undefined where that version lacks the method. */
export function capture(row: Row, method: string): unknown {
  const file = path.join(captures, row, `${method}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as unknown) : undefined;
}

export function version(row: Row): TruenasVersion {
  const read = readTruenasVersion(rows[row]);
  assert.ok(read !== null);
  return read;
}

/** The value of a good reading. */
export function valueOf<T>(reading: Reading<T>): T {
  assert.ok(reading.ok, reading.ok ? '' : reading.problem);
  return reading.value;
}

export function problemOf(reading: Reading<unknown>): string {
  assert.ok(!reading.ok, 'expected a problem');
  return reading.problem;
}

/** Changes of captured answers, by method; `undefined` takes the method away. */
export type Changes = Readonly<Record<string, (answer: never) => unknown>>;

/** The inventory of a row, as its captures (changed) give it. */
export function inventoryOf(
  row: Row,
  changes: Changes = {},
  depth: TruenasDepth = 'preflight',
): TruenasInventory {
  const plan = { depth, version: version(row), temperaturesOf: ['sdf'] };
  const questions = [{ calls: [disksCall], isSafety: true }, ...listTruenasQuestions(plan)];
  const answers = questions.map(({ calls, isSafety }) => {
    const call = calls.find(({ method }) => capture(row, method) !== undefined);
    assert.ok(call !== undefined, `no capture of ${calls.map(({ method }) => method).join()}`);
    const answer = capture(row, call.method);
    const change = changes[call.method];
    return { isSafety, reading: call.read(change === undefined ? answer : change(answer as never)) };
  });
  return buildTruenasInventory(plan, answers);
}

/** The free drive of the captures as a host's probe sees it. */
export function drive(changes: Partial<DriveFacts> = {}): DriveFacts {
  return {
    serial: 'ZL2ABC12',
    wwn: '0x5000c500d1e2f3a4',
    sizeBytes,
    name: 'sdf',
    deviceNumber: '8:80',
    type: 'disk',
    model: 'ST18000NM000J-2TV103',
    physicalSectorBytes: 4096,
    isRotational: true,
    transport: 'sata',
    temperatureC: 35,
    ...changes,
  };
}

export function report(...drives: readonly ProbedDrive[]): ProbeReport {
  return { bootId: 'b', uptimeS: 1, drives, gaps: [], unfit: [], activities: [], hasMiddleware: true };
}

export function free(changes: Partial<DriveFacts> = {}): ProbedDrive {
  return { drive: drive(changes), locks: [] };
}

/** `kind detail` of each lock. */
export function words(locks: readonly SafetyLock[]): readonly string[] {
  return locks.map(({ kind, detail }) => `${kind} ${detail}`);
}

export type Json = Record<string, unknown>;

/** The locks on a drive after the join, by default on the free one. */
export function locksOf(inventory: TruenasInventory, changes: Partial<DriveFacts> = {}): readonly string[] {
  return words(joinTruenas(report(free(changes)), inventory).drives[0]?.locks ?? []);
}

/** The same for the free drive after changes to some answers of 25.10. */
export const locksAfter = (changes: Changes) => locksOf(inventoryOf('25.10', changes));

export const inRow = (name: string, change: Json) => (rowsOf: Json[]) =>
  rowsOf.map((row) => (row['name'] === name ? { ...row, ...change } : row));

export const inDetails = (name: string, change: Json) => (details: { used: Json[]; unused: Json[] }) => ({
  used: inRow(name, change)(details.used),
  unused: inRow(name, change)(details.unused),
});

/** What the host calls each drive of the captures. */
export const named: Readonly<Record<string, Partial<DriveFacts>>> = {
  boot: { serial: 'BOOT0001', wwn: '0x500a0751e1f00001', sizeBytes: 240057409536, name: 'sda' },
  member: { serial: 'ZL2TNK01', wwn: '0x5000c500d1e20001', name: 'sdb' },
  faulted: { serial: 'ZL2TNK02', wwn: '0x5000c500d1e20002', name: 'sdc' },
  spare: { serial: 'ZL2TNK03', wwn: '0x5000c500d1e20003', name: 'sdd' },
  exported: { serial: 'ZL2OLD01', wwn: '0x5000c500d1e20004', name: 'sde' },
  digits: { serial: '0012345678', wwn: '0x5000c500d1e20006', name: 'sdg' },
  twin: { serial: 'VHK4TWIN', wwn: '0x5000cca2a1b20007', name: 'sdh' },
  nvme: { serial: 'VMW_NVME_0001', wwn: 'eui.0025385b21404d42', sizeBytes: 1000204886016, name: 'nvme0n1' },
};

/** Why a drive is not admitted, null when it is. */
export function codeOf(admission: Admission): string | null {
  return admission.ok ? null : admission.refusal.code;
}
