import assert from 'node:assert/strict';
import { buildSurfaceSpec } from '../../dist/lib/core/plan-surface.js';
import {
  buildStageMemo,
  endSurface,
  nextAfterConfirmation,
  nextAfterMainRun,
  readSurfaceMemo,
  type SurfaceMemo,
} from '../../dist/lib/core/surface-memo.js';
import { drive, runRecord } from '../support/looks.mts';

const spec = buildSurfaceSpec(drive.sizeBytes, 512);
assert.ok(spec);
const memo: SurfaceMemo = {
  run: { runId: 'r1', bootId: 'boot-1', isLaunched: true, expiresClockS: 1 },
  pastRuns: [],
  spec,
  verdict: null,
  ranges: [],
  badBlocks: [],
  confirmedBadBlocks: null,
};
const failed = { outcome: 'failed' as const, reasons: ['2 bad blocks were listed.'], evidence: [] };

function afterMain(badBlocks: number[], verdict: Parameters<typeof nextAfterMainRun>[1]['verdict'] = failed) {
  return nextAfterMainRun(memo, {
    verdict,
    record: runRecord({}, { badBlocks }),
    sizeBytes: drive.sizeBytes,
  });
}

function confirm(given: SurfaceMemo, badBlocks: number[]) {
  return nextAfterConfirmation(given, runRecord({}, { badBlocks }));
}

describe('the memo of a surface validation', () => {
  it('comes back from the store as it went in', () => {
    const stored = JSON.parse(JSON.stringify(buildStageMemo({ ...memo, verdict: failed }))) as Record<
      string,
      unknown
    >;
    assert.deepEqual(readSurfaceMemo(stored), { ...memo, verdict: failed });
    assert.equal(readSurfaceMemo(null), null);
    assert.equal(readSurfaceMemo({ run: 1 }), 'unreadable');
  });

  it('is unreadable when a number in it can be none of badblocks, or a pattern none', () => {
    for (const wrong of [-1, 0.5, 2 ** 53, Infinity]) {
      for (const changes of [
        { badBlocks: [wrong] },
        { ranges: [{ first: wrong, last: 5 }] },
        { spec: { ...memo.spec, blockBytes: wrong } },
        { spec: { ...memo.spec, range: { first: 0, last: wrong } } },
        { spec: { ...memo.spec, patterns: [`-w ${wrong}`] } },
      ]) {
        assert.equal(readSurfaceMemo({ ...memo, ...changes }), 'unreadable', JSON.stringify(changes));
      }
    }
  });

  it('ends a clean run, and one whose verdict rests on more than listed blocks', () => {
    const passed = { outcome: 'passed' as const, reasons: [], evidence: [] };
    assert.equal(afterMain([], passed).kind, 'end');
    assert.equal(afterMain([]).kind, 'end');
    const unknown = afterMain([5], { outcome: 'unknown', reasons: ['The drive is gone.'], evidence: [] });
    assert.deepEqual([unknown.kind, unknown.memo.badBlocks], ['end', [5]]);
  });

  it('looks again at listed blocks: a write, then a compare, place by place', () => {
    const first = afterMain([5064, 12_000]);
    assert.equal(first.kind, 'more');
    assert.deepEqual([first.memo.spec.mode, first.memo.run, first.memo.ranges.length], ['write', null, 2]);
    const compare = confirm(first.memo, [5064]);
    assert.deepEqual([compare.memo.spec.mode, compare.memo.spec.range], ['compare', first.memo.ranges[0]]);
    const second = confirm(compare.memo, [5000]);
    assert.deepEqual([second.memo.spec.mode, second.memo.spec.range], ['write', first.memo.ranges[1]]);
    const last = confirm(confirm(second.memo, []).memo, [11_999]);
    assert.ok(last.kind === 'end');
    assert.deepEqual(last.memo.confirmedBadBlocks, [5000, 11_999]);
    assert.deepEqual(last.memo.pastRuns, ['r1']);
    assert.equal(last.verdict.outcome, 'failed');
    assert.match(last.verdict.evidence.at(-1)?.text ?? '', /2 bad blocks .*: 5000, 11999\./);
  });

  it('keeps the verdict when no block fails again, and says so', () => {
    const end = confirm(confirm(afterMain([5064]).memo, []).memo, []);
    assert.equal(end.kind === 'end' && end.verdict.outcome, 'failed');
    assert.match((end.kind === 'end' && end.verdict.evidence.at(-1)?.text) || '', /failed again/);
  });

  it('keeps the verdict when the second look is lost, killed or has nothing to look at', () => {
    const { memo: confirming } = afterMain([5064]);
    for (const record of [null, runRecord({ result: 'signal 9' })]) {
      const end = nextAfterConfirmation(confirming, record);
      assert.equal(end.kind === 'end' && end.verdict.outcome, 'failed');
      assert.equal(end.kind === 'end' && end.verdict.evidence.at(-1)?.state, 'gap');
    }
    assert.equal(nextAfterConfirmation({ ...confirming, ranges: [] }, runRecord()).kind, 'end');
  });

  it('cuts a long list of numbers short', () => {
    const many = Array.from({ length: 30 }, (_, index) => index);
    const { verdict } = endSurface({ ...memo, verdict: failed, confirmedBadBlocks: many }, true);
    assert.match(verdict.evidence.at(-1)?.text ?? '', /30 bad blocks.*19, …\./);
  });

  it('never turns a run that was not judged into anything but unknown', () => {
    assert.equal(endSurface(memo, false).verdict.outcome, 'unknown');
  });
});
