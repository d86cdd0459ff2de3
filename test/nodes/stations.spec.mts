import assert from 'node:assert/strict';
import type { FakeBurnin } from '../support/fake-burnin.mts';
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

const [gate, check, blocks, final, report] = [
  'gate00000000',
  'check0000000',
  'blocks000000',
  'final0000000',
  'report000000',
];
const flow = buildFlow(
  { id: gate, type: 'drive-lock', wires: [[check], []] },
  { id: check, type: 'burnin-stage', stage: 'precheck', wires: [[final], ['stopped00000'], []] },
  // The final check comes before the surface validation, so that a ticket needs a second lap.
  { id: final, type: 'burnin-stage', stage: 'final_check', wires: [[blocks], ['stopped00000'], []] },
  {
    id: blocks,
    type: 'badblocks-run',
    wires: [[report, 'next00000000'], ['stopped00000'], ['progress0000']],
  },
  { id: report, type: 'report', wires: [['reports00000'], [gate]] },
  ...sinks('next00000000', 'stopped00000', 'progress0000', 'reports00000'),
);

async function startDrive(serial: string, stationId: string): Promise<FakeBurnin> {
  const fake = await load(flow);
  receive(gate, {
    payload: { verb: 'start', transaction: 't', operator: 'Ann', serial },
    topic: 'mine',
    note: 'kept',
  });
  await until(() => fake.jobs.get(`job-of-${serial}`)?.stationId === stationId, `${serial} at ${stationId}`);
  return fake;
}

async function bringToBlocks(serial: string): Promise<FakeBurnin> {
  const fake = await startDrive(serial, check);
  fake.end(serial, 'passed');
  await until(() => fake.jobs.get(`job-of-${serial}`)?.stationId === blocks, `${serial} at badblocks-run`);
  return fake;
}

describe('the stations and the report', () => {
  useRuntime();

  it('run every stage of a plan whose wires have another order, by way of the ring, and report once', async () => {
    const fake = await bringToBlocks('A1');
    fake.end('A1', 'passed');
    await until(() => fake.jobs.get('job-of-A1')?.stationId === final, 'the final check on the second lap');
    fake.end('A1', 'passed');
    const message = await first('reports00000');
    assert.equal(message.topic, 'A1 passed');
    assert.deepEqual(message.payload, {
      subject: 'A1 passed',
      data: { state: 'passed' },
      text: 'passed',
      html: 'passed',
    });
    assert.equal(message['note'], 'kept');
    assert.equal(received('reports00000').length, 1);
    assert.equal(received('stopped00000').length, 0);
    assert.equal(received(caught).length, 0);
    await until(() => badges(badged).includes('reported'), 'the badge of the report');
  });

  it('send a passed stage on by the first output with the evidence and the own properties', async () => {
    const fake = await bringToBlocks('A1');
    fake.end('A1', 'passed');
    const message = await first('next00000000');
    assert.deepEqual(message.payload, {
      job: 'job-of-A1',
      serial: 'A1',
      stage: 'surface_validate',
      outcome: 'passed',
      reasons: [],
      evidence: [],
      jobState: 'running',
    });
    assert.deepEqual(message['burnin'], { job: 'job-of-A1', serial: 'A1', stage: 'final_check', send: 1 });
    assert.equal(message['note'], 'kept');
    assert.equal(message.topic, 'mine');
  });

  for (const outcome of ['failed', 'cancelled', 'unknown'] as const) {
    it(`send a ${outcome} stage out by the second output, as a result and not as an error`, async () => {
      const fake = await bringToBlocks('A1');
      fake.end('A1', outcome);
      const message = await first('stopped00000');
      assert.equal((message.payload as { outcome: string }).outcome, outcome);
      await until(() => badges(badged).includes(outcome), 'the badge');
      assert.equal(received('next00000000').length, 0);
      assert.equal(received(caught).length, 0);
      assert.equal((await first('reports00000')).topic, `A1 ${outcome}`);
    });
  }

  it('send progress at most once a second, always the newest, and none after the end', async () => {
    const fake = await bringToBlocks('A1');
    for (let percent = 1; percent <= 40; percent++) fake.progress('A1', percent);
    await until(() => received('progress0000').length === 2, 'two progress messages');
    const percents = received('progress0000').map(
      (message) => (message.payload as { percent: number }).percent,
    );
    assert.deepEqual(percents, [1, 40]);
    await until(() => badges(badged).includes('40% write_aa'), 'the badge');
    fake.progress('A1', 41);
    fake.end('A1', 'failed');
    await first('stopped00000');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    assert.equal(received('progress0000').length, 2);
  });

  it('complete when a ticket was taken, long before the stage ends', async () => {
    await bringToBlocks('A1');
    // Gate, precheck, final check (passed on), badblocks-run.
    await until(() => received(completed).length === 4, 'four completions');
    assert.equal(received('next00000000').length, 0);
  });

  it('drop a second ticket for a stage that runs', async () => {
    const fake = await bringToBlocks('A1');
    const before = received(completed).length;
    receive(blocks, { burnin: fake.jobs.get('job-of-A1')?.ticket });
    await until(() => received(completed).length > before, 'completion');
    assert.equal(received('next00000000').length, 0);
    assert.equal(received(caught).length, 0);
  });

  for (const id of [check, blocks, report]) {
    it(`refuse a message without an admitted job's ticket at ${id}`, async () => {
      await load(flow);
      receive(id, { payload: 'anything', burnin: { job: 'forged', serial: 'A1', stage: null } });
      assert.match(errorText(await first(caught)), /start at a drive-lock/);
      await until(() => badges(badged).includes('not_admitted'), 'the badge');
      assert.equal(received(completed).length, 0);
    });
  }

  it('do not let anything past a station whose stage was not chosen', async () => {
    const bare = {
      id: check,
      type: 'burnin-stage',
      stage: 'no such stage',
      wires: [['next00000000'], [], []],
    };
    await load(buildFlow(bare, ...sinks('next00000000')));
    await until(() => badges(badged).includes('no stage chosen'), 'the badge');
    receive(check, { burnin: { job: 'j', serial: 's', stage: null } });
    assert.match(errorText(await first(caught)), /No stage is chosen/);
    assert.equal(received('next00000000').length, 0);
  });
});
