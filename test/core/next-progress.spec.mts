import assert from 'node:assert/strict';
import { nextProgress, type ProgressSample, type ProgressTrack } from '../../dist/lib/core/next-progress.js';

function sample(percent: number, bytes: number | null = null, uptimeS = 0): ProgressSample {
  const moved = bytes === null ? null : { bytes, uptimeS };
  return { percent, phase: 'write_aa', phasePercent: 0, badBlocks: 0, moved };
}

describe('nextProgress', () => {
  it('never lets the percentage fall, not even below what was stored before a restart', () => {
    const first = nextProgress(null, sample(10), 0, 40);
    assert.equal(first.progress.percent, 40);
    const second = nextProgress(first, sample(41), 1);
    assert.equal(nextProgress(second, sample(39), 2).progress.percent, 41);
    assert.equal(nextProgress(second, sample(200), 2).progress.percent, 100);
  });

  it("measures the speed on the NAS's clock and the finish on the controller's", () => {
    const first = nextProgress(null, sample(10, 1_000, 100), 5_000);
    assert.deepEqual([first.progress.speedBytesPerS, first.progress.finishAt], [null, null]);
    const second = nextProgress(first, sample(20, 3_000, 110), 6_000);
    assert.equal(second.progress.speedBytesPerS, 200);
    assert.equal(second.progress.finishAt, 6_000 + 8 * 1_000);
  });

  it('promises no finish below half a percent', () => {
    const first = nextProgress(null, sample(0.1), 0);
    assert.equal(nextProgress(first, sample(0.4), 1_000).progress.finishAt, null);
  });

  it('starts the rates anew for another run and for a rebooted NAS', () => {
    const first = nextProgress(null, sample(10, 9_000, 100), 0);
    assert.equal(nextProgress(first, sample(20, 10, 110), 1).progress.speedBytesPerS, null);
    assert.equal(nextProgress(first, sample(20, 9_500, 5), 1).progress.speedBytesPerS, null);
    assert.equal(nextProgress(first, sample(20), 1).progress.speedBytesPerS, null);
  });

  it('has no speed while the clock of the NAS stands still', () => {
    const first = nextProgress(null, sample(10, 1_000, 100), 0);
    assert.equal(nextProgress(first, sample(11, 2_000, 100), 1).progress.speedBytesPerS, null);
  });

  it('keeps a bounded memory', () => {
    let track: ProgressTrack | null = null;
    for (let index = 0; index < 200; index += 1) track = nextProgress(track, sample(1, index, index), index);
    assert.equal(track?.marks.length, 30);
  });

  it('knows since when not a byte has moved', () => {
    const first = nextProgress(null, sample(10, 1_000, 100), 5);
    const still = nextProgress(first, sample(10, 1_000, 110), 15);
    assert.equal(nextProgress(still, sample(10, 1_000, 120), 25).movedAt, 5);
    assert.equal(nextProgress(still, sample(10, 1_001, 120), 25).movedAt, 25);
    assert.equal(nextProgress(still, sample(10), 25).movedAt, 25);
  });
});
