import assert from 'node:assert/strict';
import { buildSurfaceSpec } from '../../dist/lib/core/plan-surface.js';
import { buildSurfaceProgress } from '../../dist/lib/core/surface-progress.js';
import { drive, healthyLog, logHead, phasesLog, runLook } from '../support/looks.mts';

const size = drive.sizeBytes;
const spec = buildSurfaceSpec(size, 512);
assert.ok(spec);
const progress = (log: string, movedBytes: number | null, rest = {}) =>
  buildSurfaceProgress(runLook({ log, movedBytes, deviceMovedBytes: null, ...rest }), spec, size);

describe('buildSurfaceProgress', () => {
  it('starts at nothing', () => {
    assert.deepEqual(progress('', null), { percent: 0, phase: 'none', phasePercent: 0, badBlocks: 0 });
  });

  it('names the phase by the last header and the place by the bytes moved', () => {
    const writing = progress(`${logHead}Testing with pattern 0xaa: `, size / 4);
    assert.deepEqual([writing.percent, writing.phase, writing.phasePercent], [3.125, 'write_aa', 25]);
    const verifying = progress(
      `${logHead}${phasesLog('0xaa').split('Reading')[0]}Reading and comparing: `,
      size * 1.5,
    );
    assert.deepEqual([verifying.percent, verifying.phase, verifying.phasePercent], [18.75, 'verify_aa', 50]);
  });

  it('is not carried away by bytes that were moved twice, nor by a header that is late', () => {
    const retried = progress(`${logHead}Testing with pattern 0xaa: `, size * 3);
    assert.deepEqual([retried.percent, retried.phasePercent], [12.5, 100]);
    const late = progress(logHead + phasesLog('0xaa'), 0);
    assert.deepEqual([late.percent, late.phase, late.phasePercent], [25, 'verify_aa', 100]);
  });

  it('ends at a hundred, also when the process and its counters are gone', () => {
    const end = progress(healthyLog, null);
    assert.deepEqual([end.percent, end.phase, end.phasePercent], [100, 'verify_00', 100]);
  });

  it('takes the counters of the device where the process has none, and counts bad blocks', () => {
    const running = progress(`${logHead}Testing with pattern 0xaa: `, null, {
      deviceMovedBytes: size / 2,
      badBlockCount: 3,
    });
    assert.deepEqual([running.phasePercent, running.badBlocks], [50, 3]);
  });

  it('shows no phase for a pattern that is not one of the four', () => {
    assert.equal(progress('Testing with random pattern: ', 0).phase, 'none');
  });

  it('counts a compare as one pass', () => {
    const compare = { ...spec, mode: 'compare' as const, patterns: ['0x00'] };
    const look = runLook({
      log: 'Checking for bad blocks in read-only mode\nTesting with pattern 0x00: ',
      movedBytes: size / 2,
    });
    assert.equal(buildSurfaceProgress(look, compare, size).percent, 50);
  });
});
