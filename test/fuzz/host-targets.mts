import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readBadblocksLog } from '../../dist/lib/core/read-badblocks-log.js';
import { readShellOutput, buildShellMarks } from '../../dist/lib/core/compose-command.js';
import type { HostRecord, Reading } from '../../dist/lib/core/read-host-answer.js';
import { readHostAnswer, readRecords } from '../../dist/lib/core/read-host-answer.js';
import { readProbe } from '../../dist/lib/core/read-probe.js';
import {
  readClearAnswer,
  readHostLook,
  readRunRecord,
  readStartAnswer,
  readStopAnswer,
} from '../../dist/lib/core/read-runs.js';
import { readSmartAnswer } from '../../dist/lib/core/read-smart-answer.js';
import { readSmartRound } from '../../dist/lib/core/read-smart-round.js';
import { answers, recordsOf } from './answers.mts';
import { anyText, badblocksTexts, edgeText, mutated } from './inputs.mts';
import { checkMade, checkReading } from './invariants.mts';
import { target, type Target } from './target.mts';

const answerText = fc.oneof({ weight: 3, arbitrary: mutated(answers) }, { weight: 1, arbitrary: anyText });
const kinds = [
  'host',
  'middleware',
  'drive',
  'lock',
  'gap',
  'judged',
  'run',
  'log',
  'bad',
  'identity',
  'listed',
  'smart',
  'json',
];
const looseRecord: fc.Arbitrary<HostRecord> = fc.record({
  kind: fc.oneof(fc.constantFrom(...kinds, 'started', 'refused', 'stopped', 'cleared'), edgeText),
  fields: fc.array(fc.oneof(edgeText, fc.constantFrom('1', '2', '0', 'sda', 'locked', 'gone')), {
    maxLength: 14,
  }),
});
const someRecords = fc.oneof(
  { weight: 3, arbitrary: answerText.map(recordsOf) },
  { weight: 1, arbitrary: fc.array(looseRecord, { maxLength: 30 }) },
);
const recordsFromText = (text: string): readonly HostRecord[] => [
  { kind: 'host', fields: [text, '1', '1'] },
  { kind: 'drive', fields: Array.from({ length: 11 }, () => text) },
  { kind: 'json', fields: ['1', text] },
  ...recordsOf(text),
];

/** Every text of a value stood in a field as it is: nothing was trimmed, joined or turned into a number. */
function checkSerials(records: readonly HostRecord[], serials: readonly string[]): void {
  const said = new Set(records.flatMap(({ fields }) => fields));
  for (const serial of serials)
    assert.ok(serial === '' || said.has(serial), `serial ${JSON.stringify(serial)}`);
}

function recordTarget<T>(
  name: string,
  read: (records: readonly HostRecord[]) => Reading<T>,
  more: (value: T, records: readonly HostRecord[]) => void = () => undefined,
): Target {
  return target({
    covers: [name],
    input: someRecords,
    fromText: recordsFromText,
    check: (records) => {
      const reading = read(records);
      checkReading(reading);
      if (!reading.ok) return;
      more(reading.value, records);
      checkMade(reading.value);
    },
  });
}

/** Takes every kind of field in turn. */
function takeAll(records: readonly HostRecord[]): Reading<undefined> {
  const made: unknown[] = [];
  const handlers = Object.fromEntries(
    kinds.map((kind, index) => [
      kind,
      (fields: Parameters<Parameters<typeof readRecords>[1][string] & object>[0]) => {
        const all = [
          fields.text,
          fields.textOrNull,
          fields.number,
          fields.numberOrNull,
          fields.count,
          fields.countOrNull,
          fields.flag,
          () => fields.word(['sda', 'gone']),
        ];
        made.push(all[index % all.length]?.());
      },
    ]),
  );
  const reading = readRecords(records, handlers);
  checkMade(made);
  return reading;
}

const marks = buildShellMarks('n');

export const hostTargets: readonly Target[] = [
  target({
    covers: ['readHostAnswer'],
    input: answerText,
    fromText: (text) => `burnin-begin\n${text}\nburnin-end\n`,
    check: (text) => {
      const reading = readHostAnswer(text);
      checkReading(reading);
      if (!reading.ok) return;
      for (const { kind, fields } of reading.value) {
        for (const part of [kind, ...fields]) assert.ok(!/[\t\n]/.test(part) && text.includes(part));
      }
    },
  }),
  recordTarget('readRecords', takeAll),
  recordTarget('readProbe', readProbe, ({ drives }, records) => {
    const serials = drives.map(({ drive }) => drive.serial);
    checkSerials(records, serials);
    assert.equal(drives.length, records.filter(({ kind }) => kind === 'drive').length, 'no drive is lost');
    const locks = drives.flatMap((drive) => drive.locks);
    assert.ok(locks.length >= records.filter(({ kind }) => kind === 'lock').length, 'no lock is lost');
  }),
  recordTarget('readStartAnswer', readStartAnswer),
  recordTarget('readHostLook', readHostLook, ({ runs }, records) => {
    checkSerials(
      records,
      runs.map(({ serial }) => serial),
    );
    assert.equal(runs.length, records.filter(({ kind }) => kind === 'run').length, 'no run is lost');
  }),
  recordTarget('readRunRecord', readRunRecord, (value, records) => {
    if (value === null) return;
    checkSerials(records, [value.look.serial, value.driveNow?.serial ?? '']);
    assert.ok(value.badBlocks.every((block) => Number.isSafeInteger(block) && block >= 0));
  }),
  recordTarget('readStopAnswer', readStopAnswer),
  recordTarget('readClearAnswer', readClearAnswer),
  recordTarget('readSmartAnswer', readSmartAnswer),
  recordTarget(
    'readSmartRound',
    (records) => readSmartRound(records, 3),
    ({ answers: given }) => assert.equal(given.length, 3),
  ),
  target({
    covers: ['readBadblocksLog'],
    input: fc.oneof(mutated(badblocksTexts), anyText),
    fromText: (text) => text,
    check: (text) => {
      const log = readBadblocksLog(text);
      checkMade(log);
      const numbers = [log.range?.first ?? 0, log.range?.last ?? 0, log.interruptedAt ?? 0];
      assert.ok(
        numbers.every((block) => Number.isSafeInteger(block)),
        'a block number without loss',
      );
    },
  }),
  target({
    covers: ['readShellOutput'],
    input: fc.record({
      exitCode: fc.option(fc.integer()),
      stdout: fc.oneof(mutated([`a\n\n${marks.answered}\n`]), anyText),
      stderr: fc.oneof(
        mutated([`${marks.root}\n${marks.started}\n${marks.answered}\n`, `${marks.sudo}\nsudo: no\n`]),
        anyText,
      ),
      isSupervisor: fc.boolean(),
    }),
    fromText: (text) => ({
      exitCode: 0,
      stdout: text,
      stderr: `${marks.started}\n${text}`,
      isSupervisor: true,
    }),
    check: ({ isSupervisor, ...raw }) => {
      const reading = readShellOutput(raw, marks, isSupervisor);
      if (reading.kind !== 'ran') assert.doesNotMatch(reading.message, /[^\x20-\x7e]/);
      else assert.ok(raw.stderr.includes(`${marks.started}\n`), 'what never started did not run');
    },
  }),
];
