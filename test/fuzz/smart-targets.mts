import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as json from '../../dist/lib/core/read-json.js';
import { readNewestSelfTest } from '../../dist/lib/core/read-self-test.js';
import { readSelfTestInProgress, tellsSelfTest } from '../../dist/lib/core/read-self-test-progress.js';
import { readSmart } from '../../dist/lib/core/read-smart.js';
import { readStoredSmart } from '../../dist/lib/core/read-stored-smart.js';
import { readSurfaceMemo } from '../../dist/lib/core/surface-memo.js';
import { buildSurfaceSpec } from '../../dist/lib/core/plan-surface.js';
import type { StageMemo } from '../../dist/lib/core/job.js';
import { anyJson, anyValue, edgeNumber, edgeText, grafted, smartCaptures } from './inputs.mts';
import { checkMade } from './invariants.mts';
import { target, type Target } from './target.mts';

const value = fc.oneof(edgeNumber, edgeText, fc.constantFrom(null, true, {}, []));
const result = fc.record({ value, string: value, passed: value });
/** The members that are looked at, each with something at its edge. */
const edgeSmart = fc.record({
  smartctl: fc.record({
    exit_status: fc.constantFrom(0, 4, -1, 140),
    output: fc.array(value, { maxLength: 3 }),
  }),
  serial_number: value,
  temperature: fc.record({ current: value }),
  power_on_time: fc.record({ hours: value }),
  smart_status: fc.record({ passed: value }),
  ata_smart_attributes: fc.record({
    table: fc.array(
      fc.record({
        id: fc.constantFrom(5, 184, 187, 196, 197, 198, 199),
        name: fc.constantFrom('End-to-End_Error', ''),
        raw: fc.record({ value, string: value }),
      }),
      { maxLength: 8 },
    ),
  }),
  scsi_grown_defect_list: value,
  scsi_error_counter_log: fc.record({
    read: fc.record({ total_uncorrected_errors: value }),
    write: fc.record({ total_uncorrected_errors: value }),
  }),
  nvme_smart_health_information_log: fc.record({
    critical_warning: value,
    media_errors: value,
    percentage_used: value,
  }),
});
const edgeSelfTest = fc.oneof(
  fc.record({ ata_smart_data: fc.record({ self_test: fc.record({ status: fc.record({ value }) }) }) }),
  fc.record({
    nvme_self_test_log: fc.record({
      current_self_test_operation: result,
      current_self_test_completion_percent: value,
    }),
  }),
  fc.record({ scsi_self_test_0: fc.record({ code: result, result, self_test_in_progress: value }) }),
);

const smartJson = fc.oneof(
  { weight: 3, arbitrary: edgeSmart },
  { weight: 2, arbitrary: edgeSelfTest },
  { weight: 4, arbitrary: grafted(smartCaptures) },
  anyJson,
  anyValue,
);

/** The same long text wherever a reader looks for one. */
const smartFromText = (text: string): unknown => ({
  smartctl: { exit_status: 0, messages: [{ string: text }], output: [text] },
  serial_number: text,
  model_name: text,
  ata_smart_data: { self_test: { status: { value: 244 } } },
  ata_smart_attributes: { table: [{ id: 184, name: text, raw: { string: text } }] },
  ata_smart_self_test_log: { standard: { table: [{ type: { string: text }, status: { value: 244 } }] } },
});

const stored = smartCaptures.map((capture) => readSmart({ kind: 'read', json: capture }));
const spec = buildSurfaceSpec(18_000_207_937_536, 4096);
const memos: readonly StageMemo[] = [
  {
    run: { runId: 'r', bootId: 'b', isLaunched: true, expiresClockS: 5 },
    pastRuns: ['q'],
    spec,
    verdict: { outcome: 'failed', reasons: ['x'], evidence: [{ key: 'k', state: 'found', text: 't' }] },
    ranges: [{ first: 1, last: 2 }],
    badBlocks: [5000],
    confirmedBadBlocks: null,
  },
];

function jsonTarget(covers: readonly string[], check: (input: unknown) => void): Target {
  return target({ covers, input: smartJson, fromText: smartFromText, check });
}

export const smartTargets: readonly Target[] = [
  jsonTarget(['readSmart'], (input) => {
    const look = readSmart({ kind: 'read', json: input });
    checkMade(look);
    if (look.kind !== 'read') {
      assert.equal(typeof look.reason, 'string');
      return;
    }
    const { facts } = look;
    assert.ok(facts.exitStatus >= 0 && facts.exitStatus <= 255, `exit status ${facts.exitStatus}`);
    const said = json.textAt(input, 'serial_number');
    assert.equal(facts.serial, said, 'the serial as text');
    for (const [key, value] of Object.entries(facts)) {
      if (typeof value === 'number' && key !== 'temperatureC') assert.ok(value >= 0, `${key} is ${value}`);
    }
    // What is kept with a job comes back as it was.
    assert.deepEqual(readStoredSmart(JSON.parse(JSON.stringify(look))), JSON.parse(JSON.stringify(look)));
  }),
  jsonTarget(['readNewestSelfTest'], (input) => checkMade(readNewestSelfTest(input))),
  jsonTarget(['readSelfTestInProgress'], (input) => {
    const test = readSelfTestInProgress(input);
    checkMade(test);
    if (test === null) return;
    assert.match(test.text, /^(extended |short |)self-test$/);
    assert.ok(
      tellsSelfTest(input) || json.flagAt(input, 'scsi_self_test_0', 'self_test_in_progress') === true,
    );
  }),
  target({
    covers: ['readStoredSmart'],
    input: fc.oneof({ weight: 3, arbitrary: grafted(stored) }, anyJson, anyValue),
    fromText: (text) => ({ kind: 'unreadable', reason: text }),
    check: (input) => {
      const look = readStoredSmart(input);
      checkMade(look);
      // As text once more it is the same, but for a zero's sign.
      const again = JSON.parse(JSON.stringify(look)) as unknown;
      if (look !== null) assert.deepEqual(readStoredSmart(again), again);
    },
  }),
  target({
    covers: ['readSurfaceMemo'],
    input: fc
      .oneof({ weight: 3, arbitrary: grafted(memos) }, anyJson, anyValue)
      .map((value) => value as StageMemo),
    fromText: (text) => ({ ...memos[0], pastRuns: [text] }),
    check: (input) => {
      const memo = readSurfaceMemo(input);
      if (memo !== 'unreadable') checkMade(memo);
    },
  }),
  target({
    covers: ['valueAt', 'numberAt', 'countAt', 'textAt', 'flagAt', 'itemsAt'],
    input: fc.tuple(smartJson, fc.array(fc.oneof(edgeText, fc.nat(3)), { maxLength: 4 })),
    fromText: (text) => [{ a: text }, ['a']] as [unknown, (string | number)[]],
    check: ([input, path]) => {
      const number = json.numberAt(input, ...path);
      assert.ok(number === null || Number.isFinite(number));
      assert.ok((json.countAt(input, ...path) ?? 0) >= 0);
      assert.notEqual(json.textAt(input, ...path)?.trim(), '');
      assert.ok(Array.isArray(json.itemsAt(input, ...path)));
      assert.ok([true, false, null].includes(json.flagAt(input, ...path)));
    },
  }),
];
