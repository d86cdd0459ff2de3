import assert from 'node:assert/strict';
import {
  badged,
  badges,
  buildFlow,
  caught,
  completed,
  errorText,
  first,
  load,
  receive,
  received,
  sinks,
  until,
  useRuntime,
} from '../support/flow.mts';

const poll = 'poll00000000';
const flow = buildFlow(
  { id: poll, type: 'truenas-poll', interval: '30', wires: [['drives000000'], ['summary00000']] },
  ...sinks('drives000000', 'summary00000'),
);

describe('a truenas-poll node', () => {
  useRuntime();

  it('asks for the interval of its settings and tells the state of the NAS from the start', async () => {
    const fake = await load(flow);
    assert.deepEqual(fake.pollers, [30_000]);
    const summary = await first('summary00000');
    assert.equal(summary.topic, 'demo');
    assert.equal((summary.payload as { link: string }).link, 'connected');
    await until(() => badges(badged).includes('connected'), 'the badge');
  });

  it('tells one message for each drive that changed, and one for a drive that is gone', async () => {
    const fake = await load(flow);
    fake.setDrive('A1');
    fake.setDrive('B2', { isPresent: false });
    await until(() => received('drives000000').length === 2, 'two drives');
    assert.deepEqual(
      received('drives000000').map((message) => message.topic),
      ['A1', 'B2'],
    );
    assert.equal((received('drives000000')[1]?.payload as { isPresent: boolean }).isPresent, false);
    await until(() => badges(badged).includes('1 drive'), 'the badge counts drives that are there');
    fake.removeDrive('A1');
    await until(() => received('drives000000').length === 3, 'the drive that is gone');
    assert.deepEqual(received('drives000000')[2]?.payload, { drive: { serial: 'A1' }, isPresent: false });
  });

  it('probes at once for an input, answers with its properties and completes', async () => {
    const fake = await load(flow);
    await first('summary00000');
    receive(poll, { payload: 'now', note: 'kept' });
    await until(() => received(completed).length === 1, 'completion');
    assert.equal(fake.polls, 1);
    const answers = received('summary00000').slice(1);
    assert.equal(answers.length, 1);
    assert.equal(answers[0]?.['note'], 'kept');
  });

  for (const [change, badge] of [
    [{ link: 'refused', linkMessage: 'The host key is another one.' }, 'refused'],
    [{ link: 'disconnected', linkMessage: 'No route.' }, 'disconnected'],
    [{ isStale: true }, 'stale'],
  ] as const) {
    it(`shows ${badge}, and a probe asked for then is an error for Catch nodes`, async () => {
      const fake = await load(flow);
      fake.setNas(change);
      await until(() => badges(badged).includes(badge), 'the badge');
      receive(poll, { payload: 'now' });
      const expected = 'linkMessage' in change ? change.linkMessage : 'The NAS did not answer the poll.';
      assert.ok(errorText(await first(caught)).endsWith(`: ${expected}`));
      assert.equal(received(completed).length, 0);
    });
  }
});
