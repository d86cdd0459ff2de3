import assert from 'node:assert/strict';
import { listStrayRuns } from '../../dist/lib/core/list-stray-runs.js';
import type { RunLook } from '../../dist/lib/core/remote-run.js';
import { hostLook, runLook } from '../support/looks.mts';

const knowledge = (wanted: string[], known: string[]) => ({
  owner: 'me',
  isWanted: ({ runId }: RunLook) => wanted.includes(runId),
  isKnown: ({ runId }: RunLook) => known.includes(runId),
});

describe('listStrayRuns', () => {
  const held = runLook({ runId: 'held', isHeld: true });
  const spent = runLook({ runId: 'spent' });
  const foreign = runLook({ runId: 'foreign', owner: 'other' });

  it('leaves wanted runs alone', () => {
    const strays = listStrayRuns(hostLook(held, spent), knowledge(['held', 'spent'], ['held', 'spent']));
    assert.deepEqual([strays.spent, strays.orphans], [[], []]);
  });

  it('gives up ended runs of its own only, and shows runs at work, whoever started them', () => {
    const strays = listStrayRuns(hostLook(held, spent, foreign), knowledge([], ['spent', 'foreign']));
    assert.deepEqual([strays.spent, strays.orphans], [[spent], [held]]);
  });

  it('never gives up an ended run of its own that the store does not know: it was never judged', () => {
    const strays = listStrayRuns(hostLook(spent), knowledge([], []));
    assert.deepEqual([strays.spent, strays.orphans], [[], [spent]]);
  });
});
