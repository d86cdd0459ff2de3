import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { judgeSurface } from '../../dist/lib/core/judge-surface.js';
import { buildSurfaceSpec } from '../../dist/lib/core/plan-surface.js';
import type { RunLook, RunRecord } from '../../dist/lib/core/remote-run.js';
import { drive, healthyLog, logHead, phasesLog, runRecord } from '../support/looks.mts';

const capture = (name: string) =>
  readFileSync(new URL(`../fixtures/badblocks/${name}`, import.meta.url), 'utf8');

function judge(changes: Partial<RunLook> = {}, rest: Partial<RunRecord> = {}, sizeBytes = drive.sizeBytes) {
  const spec = buildSurfaceSpec(sizeBytes, 512);
  assert.ok(spec);
  return judgeSurface({
    drive: { ...drive, sizeBytes },
    spec,
    record: runRecord(changes, rest),
    bootId: 'boot-1',
  });
}

const withSummary = (triple: string) => healthyLog.replace('(0/0/0 errors)', `(${triple} errors)`);

describe('judgeSurface', () => {
  it('passes a run with every piece of evidence, and lists them', () => {
    const verdict = judge();
    assert.equal(verdict.outcome, 'passed');
    assert.deepEqual(verdict.reasons, []);
    assert.equal(verdict.evidence.length, 9);
    assert.ok(verdict.evidence.every((item) => item.state === 'found'));
  });

  const failures: [string, Partial<RunLook>, Partial<RunRecord>][] = [
    ['read errors with exit status 0', { log: withSummary('1/0/0') }, {}],
    ['write errors with exit status 0', { log: withSummary('0/1/0') }, {}],
    ['corruptions with exit status 0', { log: withSummary('0/0/1') }, {}],
    ['a listed block and a clean closing line', {}, { badBlocks: [5000] }],
    ['a list that was counted but could not be fetched', { badBlockCount: 1 }, {}],
    ['the race through all phases after the error limit', { log: capture('errors-e2-limit.stderr') }, {}],
    ['blocks listed before a run was killed', { result: 'signal 9', log: logHead }, { badBlocks: [7] }],
    ['blocks listed by a run without a result', { result: null, endedUptimeS: null }, { badBlocks: [7] }],
  ];
  for (const [name, changes, rest] of failures) {
    it(`fails ${name}`, () => {
      const verdict = judge(changes, rest);
      assert.equal(verdict.outcome, 'failed');
      assert.ok(verdict.reasons.length > 0);
    });
  }

  const unknowns: [string, Partial<RunLook>, Partial<RunRecord>][] = [
    ['no closing line', { log: logHead + phasesLog('0xaa', '0x55', '0xff', '0x00') }, {}],
    ['a missing pattern', { log: healthyLog.replace(phasesLog('0x55'), '') }, {}],
    ['patterns in another order', { log: healthyLog.replace('pattern 0xaa', 'pattern 0x55') }, {}],
    ['a part of the drive', { log: healthyLog.replace('to 16383', 'to 16000') }, {}],
    ['no announced range', { log: healthyLog.replace('From block 0 to 16383\n', '') }, {}],
    ['an empty log', { log: '' }, {}],
    ['a translated log', { log: capture('localised-de.stderr') }, {}],
    ['a refused start', { result: 'exit 1', log: capture('inuse-exclusive-holder.stderr') }, {}],
    ['an interrupted run', { result: 'exit 1', log: capture('killed-term.stderr') }, {}],
    ['an interrupted run that claims exit 0', { log: capture('killed-term.stderr') }, {}],
    ['a killed run', { result: 'signal 9', log: capture('killed-kill.stderr') }, {}],
    ['no result', { result: null }, {}],
    ['a deadline', { result: 'timeout' }, {}],
    ['another boot of the NAS', { bootId: 'boot-2' }, {}],
    ['too few bytes moved', { deviceMovedBytes: 8 * drive.sizeBytes - 4096 }, {}],
    ['no count of bytes', { deviceMovedBytes: null }, {}],
    ['no end time', { endedUptimeS: null }, {}],
    ['no start time', { startedUptimeS: null }, {}],
    ['a run faster than any drive', { endedUptimeS: 1000.01 }, {}],
    ['a clock that ran backwards', { endedUptimeS: 999 }, {}],
    ['a drive that is gone', {}, { driveNow: null }],
    [
      'a drive that is gone and "wholly bad"',
      { log: capture('vanished-e16.stderr') },
      { driveNow: null, badBlocks: [1] },
    ],
    ['another serial number', {}, { driveNow: { ...drive, serial: 'OTHER' } }],
    ['another size', {}, { driveNow: { ...drive, sizeBytes: 512 } }],
    ['another WWN', {}, { driveNow: { ...drive, wwn: null } }],
    ['a line nobody knows', { log: `${healthyLog}badblocks: Invalid argument during seek\n` }, {}],
  ];
  for (const [name, changes, rest] of unknowns) {
    it(`knows nothing after ${name}`, () => {
      const verdict = judge(changes, rest);
      assert.equal(verdict.outcome, 'unknown');
      assert.ok(verdict.reasons.length > 0 && verdict.reasons.every((reason) => reason !== ''));
    });
  }

  it('does not ask for the WWN of a drive that never had one', () => {
    const spec = buildSurfaceSpec(drive.sizeBytes, 512);
    assert.ok(spec);
    const record = runRecord({}, { driveNow: { ...drive, wwn: null } });
    const verdict = judgeSurface({ drive: { ...drive, wwn: null }, spec, record, bootId: 'boot-1' });
    assert.equal(verdict.outcome, 'passed');
  });

  it('states the rest of a drive that no block covers as a gap', () => {
    const sizeBytes = drive.sizeBytes + 512;
    const verdict = judge({}, { driveNow: { ...drive, sizeBytes } }, sizeBytes);
    assert.equal(verdict.outcome, 'passed');
    assert.match(verdict.evidence.find((item) => item.state === 'gap')?.text ?? '', /last 512 bytes/);
  });
});
