import assert from 'node:assert/strict';
import { connectAsync } from 'mqtt';
import { useJourney } from '../support/journey.mts';
import { delayBefore, type FlowNode } from '../support/node-red-process.mts';
import { until } from '../support/until.mts';

const isSurface = ({ type }: FlowNode) => type === 'badblocks-run';

/** What a user changes in the editor, so that the stations are made anew. */
function renameStations(flow: readonly FlowNode[], name: string): FlowNode[] {
  return flow.map((node) => (isSurface(node) || node.type === 'burnin-stage' ? { ...node, name } : node));
}

describe('deploys during a burn-in', function () {
  this.timeout(90_000);
  const journey = useJourney();

  it('of all four kinds neither disturb the run nor drop a client of the broker', async () => {
    const { host } = journey;
    const drive = journey.addDrive();
    const { serial, path } = drive;
    const { red, user, brokerUrl } = await journey.openController({
      edit: (flow) => delayBefore(flow, isSurface, 3),
    });
    const outsider = await connectAsync(brokerUrl, { protocolVersion: 4, reconnectPeriod: 0 });
    let drops = 0;
    outsider.on('close', () => (drops += 1));
    const connections = () => host.sshd.log().match(/Accepted publickey/g)?.length ?? 0;
    const before = connections();

    journey.pace(drive, 2 * 1024 * 1024);
    await user.start(serial);
    await until(
      'the gap in which the ticket is on a wire',
      () => user.attributes(serial)?.stages[0]?.state === 'passed',
    );
    await red.deploy('full');

    await user.untilState(serial, ({ phase }) => phase === 'write_aa');
    await red.deploy('full');
    await red.deploy('nodes', renameStations(await red.readFlow(), 'one'));
    await red.deploy('flows', renameStations(await red.readFlow(), 'two'));
    await red.deploy('reload');
    await user.untilState(serial, ({ phase }) => phase === 'verify_aa');
    await red.deploy('full');
    journey.pace(drive, 0);

    const end = await user.untilEnd(serial);
    assert.equal(end.state, 'passed', String(end.reason));
    assert.equal(host.launches(path).length, 1);
    assert.equal(drops, 0, 'the outside client stayed connected');
    assert.equal(connections(), before, 'no new SSH connection was needed');
    await outsider.endAsync();
  });
});
