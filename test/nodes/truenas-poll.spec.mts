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
  loadWith,
  putFake,
  receive,
  received,
  sinks,
  until,
  useRuntime,
} from '../support/flow.mts';
import { buildDrive } from '../support/views.mts';

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

  interface DrivePayload {
    readonly drive: { readonly serial: string; readonly temperatureC: number };
    readonly changed: readonly string[];
    readonly removed: boolean;
  }
  /** What the first output has told since the last time it was asked. */
  const tellings = () => {
    const messages = received('drives000000').splice(0);
    return messages.map(({ topic, payload }) => {
      const { drive, changed, removed } = payload as DrivePayload;
      assert.equal(topic, drive.serial);
      return [drive.serial, changed, removed];
    });
  };
  const countsOf = (index: number) =>
    (received('summary00000')[index]?.payload as { counts: Record<string, unknown> }).counts;

  it('tells after a poll each drive that changed since the last one, in what, and nothing of the others', async () => {
    const fake = await load(flow);
    await first('summary00000');
    fake.setDrive('A1');
    fake.setDrive('B2');
    assert.deepEqual(tellings(), []);
    fake.endPoll();
    await until(() => received('drives000000').length === 2, 'two drives');
    assert.deepEqual(tellings(), [
      ['A1', ['new'], false],
      ['B2', ['new'], false],
    ]);
    fake.setDrive('A1', { seenAt: 2000 });
    const { drive } = buildDrive('B2');
    fake.setDrive('B2', {
      drive: { ...drive, temperatureC: 41 },
      locks: [{ kind: 'mounted', detail: '/mnt' }],
    });
    fake.endPoll();
    await until(() => received('drives000000').length === 1, 'the drive that changed');
    fake.endPoll();
    await until(() => received('summary00000').length === 4, 'a summary for each poll');
    assert.deepEqual(tellings(), [['B2', ['temperature', 'locks'], false]]);
    assert.deepEqual(countsOf(3), {
      ...{ drives: 2, free: 1, busy: 0, locked: { mounted: 1 }, unfit: 0, absent: 0 },
    });
    await until(() => badges(badged).includes('2 drives'), 'the badge');
  });

  it('tells a drive that was taken out once, and when it is back', async () => {
    const fake = await load(flow);
    fake.setDrive('A1');
    fake.setDrive('B2');
    fake.endPoll();
    await until(() => received('drives000000').length === 2, 'two drives');
    tellings();
    fake.setDrive('A1', { isPresent: false });
    fake.removeDrive('B2');
    fake.endPoll();
    fake.removeDrive('A1');
    fake.endPoll();
    await until(() => received('summary00000').length === 4, 'the polls');
    assert.deepEqual(tellings(), [
      ['A1', ['present'], true],
      ['B2', ['present'], true],
    ]);
    await until(() => badges(badged).includes('connected'), 'the badge counts drives that are there');
    fake.setDrive('B2');
    fake.endPoll();
    await until(() => received('drives000000').length === 1, 'the drive that is back');
    assert.deepEqual(tellings(), [['B2', ['new'], false]]);
  });

  it('tells nothing of drives before the first poll, and of drives taken out before it', async () => {
    const fake = putFake();
    fake.setNas({ lastPollAt: null });
    fake.setDrive('A1', { isPresent: false });
    fake.setDrive('B2');
    await loadWith(fake, flow);
    assert.deepEqual([received('summary00000'), tellings()], [[], []]);
    fake.setNas({ lastPollAt: 5 });
    fake.endPoll();
    await first('summary00000');
    assert.deepEqual(tellings(), [['B2', ['new'], false]]);
    assert.equal(countsOf(0)['absent'], 1);
  });

  it('sums up a poll that failed as well', async () => {
    const fake = await load(flow);
    await first('summary00000');
    fake.setNas({ isStale: true, alerts: ['The NAS does not answer.'] });
    fake.endPoll();
    await until(() => received('summary00000').length === 2, 'the summary');
    const { poller, alerts } = received('summary00000')[1]?.payload as Record<string, unknown>;
    assert.deepEqual([poller, alerts], ['problem', ['The NAS does not answer.']]);
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
