import assert from 'node:assert/strict';
import { openBeat } from '../../dist/lib/burnin/beat.js';
import { systemClock } from '../../dist/lib/burnin/system-clock.js';

const never = new AbortController().signal;

describe('a beat', () => {
  it('wakes everybody who waits at the same moment', async () => {
    let waits = 0;
    const beat = openBeat({ now: () => 0, wait: () => ((waits += 1), Promise.resolve()) }, 1_000);
    await Promise.all([beat.next(never), beat.next(never), beat.next(never)]);
    assert.equal(waits, 1);
  });

  it('can be kicked, and starts anew after that', async () => {
    const beat = openBeat(systemClock, 3_600_000);
    const waiting = beat.next(never);
    beat.kick();
    await waiting;
    const again = beat.next(never);
    beat.kick();
    await again;
  });

  it('lets go of one who leaves, and of him alone', async () => {
    const beat = openBeat(systemClock, 3_600_000);
    const leaving = new AbortController();
    const left = beat.next(leaving.signal);
    const stays = beat.next(never);
    leaving.abort(new Error('left'));
    await assert.rejects(left, /left/);
    await assert.rejects(beat.next(leaving.signal), /left/);
    beat.kick();
    await stays;
  });
});
