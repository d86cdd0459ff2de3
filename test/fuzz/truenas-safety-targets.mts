import assert from 'node:assert/strict';
import fc from 'fast-check';
import { buildTruenasReport, listTruenasSlots } from '../../dist/lib/core/build-truenas-report.js';
import type { ProbedDrive, ProbeReport } from '../../dist/lib/core/drive.js';
import { safetyLockKinds } from '../../dist/lib/core/drive.js';
import { judgeAdmission } from '../../dist/lib/core/judge-admission.js';
import { joinTruenas } from '../../dist/lib/core/join-truenas.js';
import { judgeTruenasLocks } from '../../dist/lib/core/judge-truenas-locks.js';
import { listDisturbances } from '../../dist/lib/core/list-disturbances.js';
import { buildTruenasInventory } from '../../dist/lib/core/truenas-calls.js';
import type { TruenasInventory } from '../../dist/lib/core/truenas-inventory.js';
import { noTruenasFacts } from '../../dist/lib/core/truenas-inventory.js';
import { drive, named, report, version } from '../core/truenas-samples.mts';
import { anyText } from './inputs.mts';
import { checkMade } from './invariants.mts';
import { target, type Target } from './target.mts';
import { answersOf, hurt, moment, preflightOf, schedule, timeZone } from './truenas-inputs.mts';
import type { Hurt } from './truenas-inputs.mts';

const everyone = [drive(), ...Object.values(named).map((changes) => drive(changes))];
const lock = fc.record({
  kind: fc.constantFrom(...safetyLockKinds),
  detail: fc.oneof(anyText, fc.constantFrom('tank', 'boot-pool')),
});

/** The drives of the captures, with locks that the host found on some. */
const hostReport: fc.Arbitrary<ProbeReport> = fc
  .array(fc.array(lock, { maxLength: 2 }), { minLength: everyone.length, maxLength: everyone.length })
  .map((locks) => ({
    ...report(...everyone.map((one, index): ProbedDrive => ({ drive: one, locks: locks[index] ?? [] }))),
    gaps: ['a gap of the host'],
    activities: [{ pool: 'tank', kind: 'scrub' as const, percent: 5 }],
  }));
const freeReport = report(...everyone.map((one): ProbedDrive => ({ drive: one, locks: [] })));

function inventoryOf({ row, asked }: Pick<Hurt, 'row' | 'asked'>): TruenasInventory {
  return buildTruenasInventory({ depth: 'preflight', version: version(row) }, answersOf(asked));
}

/** Nothing that the host found may vanish, and nothing of a drive may change but its locks. */
function checkOnlyAdded(before: ProbeReport, after: ProbeReport): void {
  assert.equal(after.drives.length, before.drives.length);
  for (const [index, { drive: facts, locks }] of before.drives.entries()) {
    const now = after.drives[index];
    assert.deepEqual(now?.drive, facts);
    assert.deepEqual(now.locks.slice(0, locks.length), locks, 'a lock of the host is gone');
    for (const { kind, detail } of now.locks)
      assert.ok(safetyLockKinds.includes(kind) && typeof detail === 'string');
  }
  assert.deepEqual(after.gaps.slice(0, before.gaps.length), before.gaps);
  assert.deepEqual(after.activities.slice(0, before.activities.length), before.activities);
  const { drives: a, gaps: b, activities: c, ...rest } = after;
  const { drives: d, gaps: e, activities: f, ...same } = before;
  assert.deepEqual(
    [rest, a.length >= d.length, b.length >= e.length, c.length >= f.length],
    [same, true, true, true],
  );
}

const everyLocked = ({ drives }: ProbeReport) => drives.every(({ locks }) => locks.length > 0);

/** Drives in use of which several answers tell. */
const inPools = ['BOOT0001', 'ZL2TNK01'];

const textFacts = (text: string): TruenasInventory => {
  const full = inventoryOf({ row: '25.10', asked: preflightOf('25.10') });
  return {
    ...full,
    disks: (full.disks ?? []).map((disk) => ({
      ...disk,
      serial: text,
      lunid: text,
      description: text,
      standby: text,
    })),
    timeZone: 'UTC',
    gaps: [text],
    unread: [text],
  };
};

function checkSentences(sentences: readonly string[]): void {
  for (const sentence of sentences) {
    // What zod says of an answer may name what it found.
    if (!sentence.includes('unreadable answer')) assert.doesNotMatch(sentence, /\bNaN\b|undefined|\[object/);
    assert.ok(sentence.length <= 2_500 && !/[\n\r\0]/.test(sentence), sentence);
  }
}

export const truenasSafetyTargets: readonly Target[] = [
  target({
    covers: ['joinTruenas', 'buildTruenasInventory', 'judgeTruenasLocks'],
    input: fc.tuple(hurt(4), hostReport),
    fromText: (text): [Hurt, ProbeReport] => [
      {
        row: '25.10',
        changes: 1,
        asked: [...preflightOf('25.10').map((one) => ({ ...one, answer: text }))],
      },
      freeReport,
    ],
    check: ([input, before]) => {
      const inventory = inventoryOf(input);
      checkMade(inventory);
      const after = joinTruenas(before, inventory);
      checkMade(after);
      checkOnlyAdded(before, after);
      const found = before.drives.map((probed) => judgeTruenasLocks(probed, inventory));
      for (const [index, locks] of found.entries()) {
        for (const one of locks)
          assert.ok(
            after.drives[index]?.locks.some((own) => own.kind === one.kind && own.detail === one.detail),
            'a lock of TrueNAS got lost',
          );
      }
      const isProblem = answersOf(input.asked).some(({ isSafety, reading }) => isSafety && !reading.ok);
      assert.equal(inventory.gaps.length > 0, isProblem, 'a problem of a safety answer is a gap');
      if (isProblem)
        assert.ok(
          after.drives.every(({ locks }) => locks.some(({ kind }) => kind === 'unproven')),
          'free in spite of a gap',
        );
      for (const {
        drive: { serial },
      } of after.drives)
        assert.ok(!isProblem || !judgeAdmission(serial, after).ok);
    },
  }),
  target({
    covers: ['one lying answer'],
    input: hurt(1),
    fromText: (): Hurt => ({ row: '26', changes: 0, asked: preflightOf('26') }),
    check: (input) => {
      const { drives } = joinTruenas(freeReport, inventoryOf(input));
      for (const {
        drive: { serial },
        locks,
      } of drives) {
        if (inPools.includes(serial)) assert.ok(locks.length > 0, `${serial} is free by one changed answer`);
      }
    },
  }),
  target({
    covers: ['an answer that is missing'],
    input: fc.tuple(hurt(2), fc.nat(20)),
    fromText: (): [Hurt, number] => [{ row: '26', changes: 0, asked: preflightOf('26') }, 0],
    check: ([input, index]) => {
      const dropped = input.asked[index % input.asked.length];
      if (dropped?.isSafety !== true) return;
      const asked = input.asked.filter((one) => one !== dropped);
      assert.ok(
        everyLocked(joinTruenas(freeReport, inventoryOf({ ...input, asked }))),
        `${dropped.call.method} was not asked`,
      );
      assert.ok(everyLocked(joinTruenas(freeReport, { failed: 'x' })));
      const shallow = buildTruenasInventory({ depth: 'inventory', version: null }, answersOf(input.asked));
      if (shallow.usage === null) assert.ok(everyLocked(joinTruenas(freeReport, shallow)));
      assert.ok(
        everyLocked(
          joinTruenas(freeReport, {
            ...noTruenasFacts,
            depth: 'preflight',
            version: null,
            gaps: [],
            unread: [],
          }),
        ),
      );
    },
  }),
  target({
    covers: ['buildTruenasReport', 'listTruenasSlots'],
    input: hurt(5).map(inventoryOf),
    fromText: (text) => textFacts(text.slice(0, 200)),
    check: (inventory) => {
      const made = buildTruenasReport(inventory);
      checkMade(made);
      const { drives, unfit } = made;
      assert.equal(drives.length + unfit.length, inventory.disks?.length ?? 0, 'no drive is lost');
      assert.ok(everyLocked(made), 'a drive without a lock');
      for (const { drive: facts } of drives) {
        assert.ok(facts.serial !== '' && facts.sizeBytes > 0);
        assert.ok(!judgeAdmission(facts.serial, made).ok);
      }
      for (const [serial, slot] of listTruenasSlots(made, inventory)) assert.ok(serial !== '' && slot !== '');
    },
  }),
  target({
    covers: ['listDisturbances'],
    input: fc.record({
      inventory: hurt(4).map(inventoryOf),
      schedules: fc.array(fc.tuple(schedule, fc.constantFrom('either', 'both')), { maxLength: 2 }),
      timeZone: fc.option(timeZone),
      now: moment,
      days: fc.integer({ min: 0, max: 30 }),
    }),
    fromText: (text) => ({
      inventory: { ...textFacts(text.slice(0, 200)), unread: [] },
      schedules: [],
      timeZone: text.slice(0, 20).trim(),
      now: 0,
      days: 10,
    }),
    check: ({ inventory, schedules, timeZone: zone, now, days }) => {
      const scrubTasks = schedules.map(([fields]) => ({ pool: 'tank', thresholdDays: 35, schedule: fields }));
      const smartTasks = schedules.map(([fields, dayRule]) => ({
        test: 'long',
        identifiers: null,
        schedule: fields,
        dayRule,
      }));
      const odd = { ...inventory, timeZone: zone, scrubTasks, smartTasks };
      for (const { serial } of everyone.slice(0, 3)) {
        const sentences = listDisturbances(inventory, serial, now, days * 86_400_000);
        checkSentences(sentences);
        for (const gap of inventory.unread)
          assert.ok(
            sentences.some((sentence) => sentence.includes(gap)),
            gap,
          );
      }
      listDisturbances(odd, drive().serial, now, days * 86_400_000);
    },
  }),
];
