import assert from 'node:assert/strict';
import { phases, type Phase } from '../../dist/lib/core/views.js';
import { useJourney } from '../support/journey.mts';
import { delayBefore, type FlowNode } from '../support/node-red-process.mts';
import { until } from '../support/until.mts';

const MiB = 1024 * 1024;
/** Slow enough for a restart of Node-RED within one phase, and fast enough not to wait long for the next one. */
const slow = MiB;
const fast = 8 * MiB;

const withPauses = (flow: readonly FlowNode[]) => {
  const isSurface = ({ type }: FlowNode) => type === 'badblocks-run';
  const isFinal = (node: FlowNode) => node['stage'] === 'final_check';
  return delayBefore(delayBefore(flow, isSurface, 3), isFinal, 3);
};

describe('a controller that is killed again and again', function () {
  this.timeout(150_000);
  const journey = useJourney();

  it('comes back to the same run in each of the eight phases, in the pre-check and between stages', async () => {
    const { host } = journey;
    const drive = journey.addDrive();
    const { serial, path } = drive;
    const { red, user } = await journey.openController({ edit: withPauses });
    const dieAndComeBack = async () => {
      await red.kill();
      await red.start();
    };
    const stageState = (position: number) => user.attributes(serial)?.stages[position]?.state;

    host.hold('smartctl');
    await user.start(serial);
    await until('the pre-check', () => host.isWaiting('smartctl'));
    await dieAndComeBack();
    host.letGo('smartctl');

    await until('a gap after the pre-check', () => stageState(0) === 'passed' && stageState(1) === 'pending');
    await dieAndComeBack();

    const seen: Phase[] = [];
    for (const phase of phases.filter((item) => item !== 'none')) {
      journey.pace(drive, fast);
      await until(`${phase} on the NAS`, () => phaseOf(host.readRunFile(serial, 'log')) === phase, 40_000);
      journey.pace(drive, slow);
      await user.untilState(serial, (state) => state.phase === phase);
      seen.push(phase);
      await red.kill();
      assert.deepEqual(
        host.writers(path).map(({ pid }) => pid),
        host.launches(path).map(({ pid }) => pid),
        'the one writer that was started goes on',
      );
      await red.start();
    }
    assert.equal(seen.length, 8);
    journey.pace(drive, 0);

    await until('a gap before the end', () => stageState(1) === 'passed' && stageState(2) === 'pending');
    await dieAndComeBack();

    const end = await user.untilEnd(serial);
    assert.equal(end.state, 'passed', String(end.reason));
    assert.equal(host.launches(path).length, 1, 'one launch in all');
    assert.equal(user.events(serial).filter(({ event_type }) => event_type === 'burnin_passed').length, 1);
  });
});

/** The phase that the headers in badblocks' log tell. */
function phaseOf(log: string | null): Phase {
  const headers = log?.match(/Testing with pattern|Reading and comparing/g) ?? [];
  return phases[headers.length] ?? 'none';
}
