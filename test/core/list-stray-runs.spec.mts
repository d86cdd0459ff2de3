import assert from 'node:assert/strict';
import { listStrayRuns } from '../../dist/lib/core/list-stray-runs.js';
import { hostLook, runLook } from '../support/looks.mts';

describe('listStrayRuns', () => {
  const held = runLook({ runId: 'held', isHeld: true });
  const spent = runLook({ runId: 'spent' });
  const foreign = runLook({ runId: 'foreign', owner: 'other' });

  it('leaves wanted runs alone', () => {
    const strays = listStrayRuns(hostLook(held, spent), new Set(['held', 'spent']), 'me');
    assert.deepEqual([strays.spent, strays.orphans], [[], []]);
  });

  it('gives up ended runs of its own only, and shows runs at work, whoever started them', () => {
    const strays = listStrayRuns(hostLook(held, spent, foreign), new Set(), 'me');
    assert.deepEqual([strays.spent, strays.orphans], [[spent], [held]]);
  });
});
