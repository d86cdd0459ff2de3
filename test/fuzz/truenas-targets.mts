import assert from 'node:assert/strict';
import fc from 'fast-check';
import { z } from 'zod';
import { jobStates, type JobState } from '../../dist/lib/core/job.js';
import { nextScheduled, readOffset } from '../../dist/lib/core/next-scheduled.js';
import type { Reading } from '../../dist/lib/core/read-host-answer.js';
import { readTruenasAnswer } from '../../dist/lib/core/read-truenas-answer.js';
import { readTruenasDisks, readTruenasIdentifier } from '../../dist/lib/core/read-truenas-disks.js';
import * as health from '../../dist/lib/core/read-truenas-health.js';
import { readTruenasPools } from '../../dist/lib/core/read-truenas-pools.js';
import * as tasks from '../../dist/lib/core/read-truenas-tasks.js';
import * as usage from '../../dist/lib/core/read-truenas-usage.js';
import { buildTruenasDescription } from '../../dist/lib/core/build-truenas-description.js';
import { anyJson, anyText, anyValue, mutated } from './inputs.mts';
import { checkMade, checkReading } from './invariants.mts';
import { target, type Target } from './target.mts';
import { answerOf, moment, schedule, timeZone } from './truenas-inputs.mts';

/** Every text of an answer, trimmed: a serial number is one of them, to the letter. */
function collectTexts(answer: unknown): ReadonlySet<string> {
  const texts = new Set<string>();
  const open = [answer];
  for (let seen = 0; seen < 50_000 && open.length > 0; seen += 1) {
    const item = open.pop();
    if (typeof item === 'string') texts.add(item.trim());
    else if (typeof item === 'object' && item !== null)
      for (const [key, value] of Object.entries(item)) open.push(key, value);
  }
  return texts;
}

/** A serial that was cleaned or cut is another text than the drive's own, and matches none. */
function checkSerials(answer: unknown, made: readonly { readonly serial: string | null }[]): void {
  const texts = collectTexts(answer);
  for (const { serial } of made) {
    const isOwn =
      serial === null ||
      texts.has(serial) ||
      /[\ufffd…]/.test(serial) ||
      /[\t\n\r\u2028\u2029]/.test([...texts].join(''));
    assert.ok(isOwn, `serial ${JSON.stringify(serial)}`);
  }
}

function answerTarget<T>(
  [name, method]: readonly [string, string],
  read: (answer: unknown) => Reading<T>,
  more: (value: T, answer: unknown) => void = () => undefined,
): Target {
  return target({
    covers: [name],
    input: answerOf(method),
    fromText: (text) => [
      {
        ...longRow,
        name: text,
        serial: text,
        identifier: `{serial}${text}`,
        description: text,
        text,
        command: `midclt call disk.smart_test ${text}`,
        schedule: { minute: text, hour: text, dom: text, month: text, dow: text },
      },
    ],
    check: (answer) => {
      const reading = read(answer);
      checkReading(reading);
      if (!reading.ok) {
        assert.ok(reading.problem.length <= 300 && !/[\n\0]/.test(reading.problem));
        return;
      }
      checkMade(reading.value);
      more(reading.value, answer);
    },
  });
}

const longRow = {
  pool: null,
  expiretime: null,
  status: 'ONLINE',
  topology: {},
  type: 'DISK',
  disks: [],
  pool_name: 'p',
  duplicate_serial: [],
  level: 'INFO',
};

const countOf = (answer: unknown) => (Array.isArray(answer) ? answer.length : -1);
const pieces = fc.array(
  fc.constantFrom(
    '[burn-in passed 2026-01-02]',
    '[burn-in failed 2025-12-31] ',
    'shelf 3',
    ' ',
    '  ',
    '[x]',
    'é',
    '\n',
    '[burn-in bench]',
    '0012',
  ),
  { maxLength: 9 },
);
const oldText = fc.oneof(
  { weight: 4, arbitrary: pieces.map((list) => list.join('')) },
  anyText,
  mutated(['[burn-in passed 2026-01-02] shelf 3, spare']),
);

const machine = /\[burn-in [a-z]+ \d{4}-\d\d-\d\d\]/g;
const squeeze = (text: string) => text.replace(machine, '').replace(/\s+/g, '');

const dayMs = 86_400_000;

export const truenasTargets: readonly Target[] = [
  answerTarget(['readTruenasDisks', 'disk.query'], readTruenasDisks, (disks, answer) => {
    assert.equal(disks.length, countOf(answer), 'no row is lost');
    checkSerials(answer, disks);
    for (const { name, devname, identifier } of disks)
      assert.ok(name !== '' && devname !== '' && identifier !== '');
  }),
  answerTarget(['readTruenasPools', 'pool.query'], readTruenasPools, (pools, answer) => {
    assert.equal(pools.length, countOf(answer), 'no pool is lost');
    const told = JSON.stringify(answer);
    const disks = pools.flatMap(({ members }) => (members ?? []).flatMap(({ disk }) => disk ?? []));
    for (const disk of disks)
      assert.ok(/[\ufffd…]|\s/.test(disk) || told.includes(JSON.stringify(disk).slice(1, -1)), disk);
  }),
  answerTarget(['readTruenasDetails', 'disk.details'], usage.readTruenasDetails, ({ drives }, answer) =>
    checkSerials(answer, drives),
  ),
  answerTarget(['readTruenasUnused', 'disk.get_unused'], usage.readTruenasUnused, ({ drives }, answer) => {
    assert.equal(drives.length, countOf(answer));
    checkSerials(answer, drives);
  }),
  answerTarget(['readTruenasDevices', 'device.get_info'], usage.readTruenasDevices, (devices, answer) => {
    assert.equal(
      devices.length,
      Object.keys(Object(answer) as object).filter((name) => name !== '__proto__').length,
      'no device is lost',
    );
    checkSerials(answer, devices);
  }),
  answerTarget(
    ['readTruenasNames', 'boot.get_disks'],
    (answer) => usage.readTruenasNames('boot.get_disks', answer),
    (names, answer) => {
      assert.equal(names.length, countOf(answer), 'no name is lost');
    },
  ),
  answerTarget(['readTruenasExtents', 'iscsi.extent.query'], usage.readTruenasExtents, (extents) => {
    assert.ok(extents.every(({ targets }) => targets.length > 0));
  }),
  answerTarget(['readTruenasTemperatures', 'disk.temperatures'], health.readTruenasTemperatures, (list) => {
    assert.ok(list.every(({ temperatureC }) => temperatureC !== 0));
  }),
  answerTarget(['readTruenasAlerts', 'alert.list'], health.readTruenasAlerts, (alerts) => {
    for (const { level, text } of alerts)
      assert.ok(level !== '' && Array.from(text).length <= 300 && !/[\n\0]/.test(text));
  }),
  answerTarget(['readTruenasTimeZone', 'system.info'], health.readTruenasTimeZone, (zone) =>
    assert.notEqual(zone, ''),
  ),
  ...(
    [
      ['readTruenasSmartTests', 'smart.test.query', tasks.readTruenasSmartTests],
      ['readTruenasSmartJobs', 'cronjob.query', tasks.readTruenasSmartJobs],
    ] as const
  ).map(([name, method, read]) =>
    answerTarget([name, method], read, (list) => {
      for (const { test, identifiers } of list) {
        assert.ok(test !== '' && test.length <= 200 && !/[\n\0]/.test(test));
        assert.ok(identifiers === null || identifiers.every((identifier) => typeof identifier === 'string'));
      }
    }),
  ),
  answerTarget(['readTruenasScrubs', 'pool.scrub.query'], tasks.readTruenasScrubs, (list) => {
    for (const { schedule: fields } of list)
      for (const text of Object.values({ ...fields })) assert.ok(text.length <= 401 && !/[\n\0]/.test(text));
  }),
  target({
    covers: ['readTruenasAnswer'],
    input: fc.oneof(anyValue, anyJson),
    fromText: (text) => ({ [text]: text }),
    check: (answer) => {
      const reading = readTruenasAnswer('a.method', z.object({ a: z.array(z.number()) }), answer);
      checkReading(reading);
      if (!reading.ok) assert.match(reading.problem, /^a\.method gave an unreadable answer: .{1,150}$/su);
    },
  }),
  target({
    covers: ['readTruenasIdentifier'],
    input: fc.oneof(
      mutated(['{serial_lunid}A_B_5000c500d1e2f3a4', '{serial}0012', '{uuid}x', '{devicename}sda']),
      anyText,
    ),
    fromText: (text) => `{serial_lunid}${text}`,
    check: (text) => {
      const { kind, serial, lunid } = readTruenasIdentifier(text);
      if (kind === 'serial_lunid')
        assert.ok(serial !== null && lunid !== null && text.includes(serial) && text.includes(lunid));
      else assert.equal(lunid, null);
      if (kind === 'serial') assert.ok(serial !== null && text.includes(serial));
    },
  }),
  target({
    covers: ['nextScheduled', 'readOffset'],
    input: fc.record({
      schedule,
      dayRule: fc.constantFrom('either', 'both'),
      fromMs: moment,
      days: fc.integer({ min: 0, max: 400 }),
      timeZone,
    }),
    fromText: (text) => ({
      schedule: { minute: text, hour: text, dom: text, month: text, dow: text },
      dayRule: 'both' as const,
      fromMs: 0,
      days: 1,
      timeZone: text,
    }),
    check: ({ schedule: cron, dayRule, fromMs, days, timeZone: zone }) => {
      const untilMs = fromMs + days * dayMs;
      const reading = nextScheduled(cron, dayRule, { fromMs, untilMs, timeZone: zone });
      checkReading(reading);
      const offset = readOffset(fromMs, zone);
      assert.ok(Math.abs(offset) <= 26 * 3_600_000, `offset ${offset}`);
      if (!reading.ok || reading.value === null) return;
      assert.ok(reading.value >= fromMs && reading.value <= untilMs, 'within the span');
      const local = new Date(reading.value + readOffset(reading.value, zone));
      if (/^\d+$/.test(cron.minute))
        assert.ok(local.getUTCMinutes() % 30 === Number(cron.minute) % 30, 'the minute');
      if (/^\d+$/.test(cron.month)) assert.equal(local.getUTCMonth() + 1, Number(cron.month), 'the month');
      // A shorter way to it never ends elsewhere.
      const again = nextScheduled(cron, dayRule, { fromMs, untilMs: reading.value, timeZone: zone });
      assert.deepEqual(again, reading);
    },
  }),
  target({
    covers: ['buildTruenasDescription'],
    input: fc.tuple(oldText, fc.constantFrom(...jobStates), moment),
    fromText: (text): [string, JobState, number] => [text, 'passed', 0],
    check: ([old, result, atMs]) => {
      const reading = buildTruenasDescription(old, result, atMs);
      checkReading(reading);
      if (!reading.ok) return;
      assert.match(reading.value, /^\[burn-in [a-z]+ \d{4}-\d\d-\d\d\][ -~]*$/);
      assert.ok(reading.value.length <= 120 && !reading.value.includes('\n'));
      assert.equal(squeeze(reading.value), squeeze(old), "the operator's words");
      if (!old.includes('[burn-in')) assert.ok(reading.value.endsWith(old.trim()));
    },
  }),
];
