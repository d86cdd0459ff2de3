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

const gate = 'gate00000000';
const flow = buildFlow(
  { id: gate, type: 'drive-lock', wires: [['tickets00000', 'stage0000000'], ['answers00000']] },
  { id: 'stage0000000', type: 'badblocks-run', wires: [[], [], []] },
  ...sinks('tickets00000', 'answers00000'),
);
const start = { transaction: 't1', operator: 'Ann', serial: 'A1' };

describe('a drive-lock node', () => {
  useRuntime();

  it('lets an admitted drive out as a ticket and gives back what the message carried', async () => {
    const fake = await load(flow);
    receive(gate, { payload: { ...start, verb: 'start' }, topic: 'bay 3', shelf: { row: 2 }, fn: () => 1 });
    const ticket = await first('tickets00000');
    assert.deepEqual(ticket['burnin'], { job: 'job-of-A1', serial: 'A1', stage: 'precheck', send: 1 });
    assert.deepEqual(ticket.payload, { job: 'job-of-A1', serial: 'A1', stage: 'precheck', send: 1 });
    assert.equal(ticket.topic, 'bay 3');
    assert.deepEqual(ticket['shelf'], { row: 2 });
    assert.equal('fn' in ticket, false);
    assert.deepEqual(fake.requests[0]?.payload, start);
    assert.equal(fake.requests[0].gateId, gate);
    assert.equal(fake.requests[0].origin, 'flow');
  });

  it('reads the plan from the wires', async () => {
    const fake = await load(flow);
    assert.deepEqual(fake.gates.get(gate)?.readPlan(), ['precheck', 'surface_validate', 'final_check']);
  });

  it('answers each drive once, with the message that asked, and completes', async () => {
    await load(flow);
    receive(gate, { payload: { transaction: 't', operator: 'Ann', serials: ['A1', 'B2'] }, req: 'kept' });
    // The request, and the two tickets that the station passes on.
    await until(() => received(completed).length === 3, 'completion');
    const answers = received('answers00000');
    assert.deepEqual(
      answers.map((answer) => (answer.payload as { serial: string }).serial),
      ['A1', 'B2'],
    );
    assert.equal(answers[0]?.['req'], 'kept');
    assert.equal(received(caught).length, 0);
  });

  it('refuses a retained message: answer, Catch, badge, and no completion', async () => {
    const fake = await load(flow);
    receive(gate, { payload: start, retain: true, topic: 'burnin/demo/drive/A1/set/start' });
    assert.match(errorText(await first(caught)), /Retained/);
    assert.equal(fake.requests[0]?.isRetained, true);
    assert.equal(fake.requests[0].topicDrive, 'A1');
    assert.equal((received('answers00000')[0]?.payload as { ok: boolean }).ok, false);
    await until(() => badges(badged).includes('retained'), 'the badge');
    assert.equal(received(completed).length, 0);
    assert.equal(received('tickets00000').length, 0);
  });

  it('tells Catch nodes how many of several drives were refused, and lets the others in', async () => {
    await load(flow);
    receive(gate, { payload: { transaction: 't', operator: 'Ann', serials: ['/dev/sda', 'B2'] } });
    assert.match(errorText(await first(caught)), /: 1 of 2 refused: Name a drive by its serial/);
    assert.equal((await first('tickets00000')).topic, 'B2');
    assert.equal(received('answers00000').length, 2);
  });

  it('takes the verb from the payload, else from the topic', async () => {
    const fake = await load(flow);
    receive(gate, { payload: { ...start, verb: 'cancel' }, topic: 'burnin/demo/set/start' });
    receive(gate, { payload: start, topic: 'burnin/demo/set/cancel' });
    receive(gate, { payload: start });
    await until(() => fake.requests.length === 3, 'three requests');
    assert.deepEqual(
      fake.requests.map((request) => request.verb),
      ['cancel', 'cancel', 'start'],
    );
  });

  it('takes a message with the topic check for a question: every answer, and no is no error', async () => {
    const fake = await load(flow);
    const payload = { transaction: 't', operator: 'Ann', serials: ['/dev/sda', 'B2'] };
    receive(gate, { payload, topic: 'check', note: 'kept' });
    await until(() => received(completed).length === 1, 'completion');
    assert.deepEqual([fake.requests[0]?.verb, fake.requests[0]?.payload], ['check', payload]);
    const answers = received('answers00000').map((answer) => answer.payload as Record<string, unknown>);
    assert.deepEqual(
      answers.map(({ ok, verb, reasons }) => [ok, verb, (reasons as unknown[]).length]),
      [
        [false, 'check', 1],
        [true, 'check', 0],
      ],
    );
    assert.equal(received('answers00000')[0]?.['note'], 'kept');
    assert.equal(received(caught).length, 0);
    assert.equal(received('tickets00000').length, 0);
  });

  it('tells Catch nodes of a question that is refused as a whole', async () => {
    const fake = await load(flow);
    fake.request = ({ verb }) => {
      const error = { code: 'malformed', message: 'No serial.' } as const;
      return Promise.resolve([{ ok: false, transaction: 't', verb, serial: null, error }]);
    };
    receive(gate, { payload: {}, topic: 'check' });
    assert.match(errorText(await first(caught)), /No serial/);
  });

  for (const verb of ['unlock', 'lock'] as const) {
    it(`passes the verb ${verb} on, by topic or by verb, and keeps no phrase in what it gives back`, async () => {
      const fake = await load(flow);
      const payload = { transaction: 't', operator: 'Ann', serial: 'A1', phrase: 'hunter2' };
      receive(gate, { payload, topic: `burnin/demo/drive/A1/set/${verb}` });
      receive(gate, { payload: { ...payload, verb } });
      await until(() => received(completed).length === 2, 'completion');
      assert.deepEqual(
        fake.requests.map(({ verb: asked, payload: given, context }) => [asked, given, Object.keys(context)]),
        [
          [verb, payload, ['_msgid']],
          [verb, payload, ['_msgid']],
        ],
      );
      assert.doesNotMatch(JSON.stringify(received('answers00000')), /hunter2/);
    });
  }

  it('sends out answers to requests from another door', async () => {
    const fake = await load(flow);
    const answer = { ok: true, transaction: 'm', verb: 'start', serial: 'Z', job: 'j', message: '' } as const;
    fake.gates.get(gate)?.answer(answer);
    assert.deepEqual((await first('answers00000')).payload, answer);
  });

  it('refuses a message with a ticket that was never let out', async () => {
    const fake = await load(flow);
    receive(gate, { payload: start, burnin: { job: 'forged', serial: 'A1', stage: null } });
    assert.match(errorText(await first(caught)), /start at a drive-lock/);
    assert.equal(fake.requests.length, 0);
    await until(() => badges(badged).includes('not_admitted'), 'the badge');
  });

  it('shows how the NAS stands from the start, and what changes', async () => {
    const fake = await load(flow);
    await until(() => badges(badged).includes('idle'), 'the first badge');
    fake.setNas({ running: 2, queued: 1 });
    await until(() => badges(badged).includes('2 run, 1 wait'), 'the next badge');
  });

  it('shows no more than a badge a second', async () => {
    const fake = await load(flow);
    for (let queued = 1; queued <= 50; queued++) fake.setNas({ queued });
    await until(() => badges(badged).includes('0 run, 50 wait'), 'the newest badge');
    assert.ok(badges(badged).length <= 4, badges(badged).join());
  });
});
