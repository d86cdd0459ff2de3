import assert from 'node:assert/strict';
import { decideStep, type StageLook, type Step } from '../../dist/lib/core/decide-step.js';

const cancelledBefore: Step = {
  kind: 'end',
  outcome: 'cancelled',
  reason: 'Cancelled before the stage was started.',
};
const lost: StageLook = { kind: 'lost', reason: 'the NAS was restarted' };

const table: [StageLook, boolean, Step][] = [
  [{ kind: 'not_started' }, false, { kind: 'start' }],
  [{ kind: 'not_started' }, true, cancelledBefore],
  [{ kind: 'judged' }, false, { kind: 'start' }],
  [{ kind: 'judged' }, true, { kind: 'collect' }],
  [{ kind: 'running' }, false, { kind: 'wait' }],
  [{ kind: 'running' }, true, { kind: 'stop' }],
  [{ kind: 'ended' }, false, { kind: 'collect' }],
  [{ kind: 'ended' }, true, { kind: 'collect' }],
  [lost, false, { kind: 'end', outcome: 'unknown', reason: 'the NAS was restarted' }],
  [
    lost,
    true,
    {
      kind: 'end',
      outcome: 'cancelled',
      reason: 'Cancelled; the run was gone already: the NAS was restarted',
    },
  ],
  [{ kind: 'unreachable', reason: 'no answer' }, false, { kind: 'wait' }],
  [{ kind: 'unreachable', reason: 'no answer' }, true, { kind: 'wait' }],
];

describe('decideStep', () => {
  for (const [look, isCancelRequested, step] of table) {
    it(`answers ${step.kind} to ${look.kind}${isCancelRequested ? ' with a wish to cancel' : ''}`, () => {
      assert.deepEqual(decideStep(look, isCancelRequested), step);
    });
  }

  it('starts only what was proved never to have been started', () => {
    const starts = table.filter(([, , step]) => step.kind === 'start').map(([look]) => look.kind);
    assert.deepEqual(starts, ['not_started', 'judged']);
  });

  it('never lets anything end as passed or failed without being collected', () => {
    for (const [look, cancel] of table) {
      const step = decideStep(look, cancel);
      if (step.kind === 'end') assert.ok(['cancelled', 'unknown'].includes(step.outcome));
    }
  });
});
