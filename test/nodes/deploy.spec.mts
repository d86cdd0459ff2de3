import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { findBurnin, releaseBurnin } from '../../dist/lib/burnin/shared-burnin.js';
import {
  badged,
  badges,
  buildFlow,
  caught,
  controllerId,
  errorText,
  first,
  helper,
  load,
  loadBare,
  putFake,
  receive,
  received,
  sinks,
  until,
  useRuntime,
} from '../support/flow.mts';
import type { FlowNode } from '../support/flow.mts';
import { startLockProcess } from '../support/lock-process.mts';
import { findFreePort } from '../support/mosquitto.mts';
import { until as untilTrue } from '../support/until.mts';

const [gate, blocks, report, poll] = ['gate00000000', 'blocks000000', 'report000000', 'poll00000000'];
const flow = buildFlow(
  { id: gate, type: 'drive-lock', wires: [[blocks], []] },
  {
    id: blocks,
    type: 'badblocks-run',
    name: 'blocks',
    wires: [[report], ['stopped00000'], ['progress0000']],
  },
  { id: report, type: 'report', wires: [['reports00000'], [gate]] },
  { id: poll, type: 'truenas-poll', wires: [[], []] },
  ...sinks('stopped00000', 'progress0000', 'reports00000'),
);
const start = { payload: { transaction: 't', operator: 'Ann', serial: 'A1' }, topic: 'start' };
const change = (id: string, properties: object): FlowNode[] =>
  flow.map((node) => (node.id === id ? { ...node, ...properties } : node));
const without = (...ids: string[]): FlowNode[] => flow.filter((node) => !ids.includes(node.id));

describe('a deploy', () => {
  useRuntime();

  for (const type of ['full', 'flows', 'nodes'] as const) {
    it(`of kind "${type}" keeps the engine, attaches the nodes again and lets a running stage go on`, async () => {
      const fake = await load(flow);
      receive(gate, start);
      await until(() => fake.jobs.size === 1, 'the job');
      const job = fake.jobs.get('job-of-A1');
      assert.ok(job);
      job.position = job.plan.indexOf('surface_validate');
      receive(blocks, { burnin: job.ticket });
      await until(() => job.stationId === blocks, 'the running stage');
      const station = fake.stations.get(blocks);
      await helper.setFlows(change(blocks, { name: 'renamed' }), type);
      await until(() => fake.deployments === 2, 'the deploy');
      assert.equal(findBurnin(controllerId), fake);
      assert.equal(fake.isClosed, false);
      assert.notEqual(fake.stations.get(blocks), station);
      assert.deepEqual(
        [fake.gates.size, fake.stations.size, fake.reporters.size, fake.pollers.length],
        [1, 1, 1, 1],
      );
      fake.end('A1', 'failed');
      assert.equal(((await first('stopped00000')).payload as { outcome: string }).outcome, 'failed');
      assert.equal((await first('reports00000')).topic, 'A1 failed');
    });
  }

  it('shows the progress of a running stage on a node that was just made', async () => {
    const fake = await load(flow);
    receive(gate, start);
    await until(() => fake.jobs.size === 1, 'the job');
    const job = fake.jobs.get('job-of-A1');
    assert.ok(job);
    Object.assign(job, { position: 1, stationId: blocks });
    fake.progress('A1', 42);
    received(badged).length = 0;
    await helper.setFlows(change(blocks, { name: 'renamed' }), 'nodes');
    await until(() => badges(badged).includes('42% write_aa'), 'the badge');
  });

  it('that removes a station takes it from the engine, and nothing else', async () => {
    const fake = await load(flow);
    await helper.setFlows(without(blocks), 'nodes');
    await until(() => fake.deployments === 2, 'the deploy');
    assert.deepEqual([fake.gates.size, fake.stations.size, fake.isClosed], [1, 0, false]);
    assert.deepEqual(fake.gates.get(gate)?.readPlan(), ['precheck', 'final_check']);
  });

  for (const [title, next] of [
    ['removes', without(controllerId)],
    ['disables', change(controllerId, { d: true })],
  ] as const) {
    it(`that ${title} the controller ends the engine and tells every node`, async () => {
      const fake = await load(flow);
      received(badged).length = 0;
      await helper.setFlows(next, 'full');
      assert.equal(fake.isClosed, true);
      assert.equal(findBurnin(controllerId), null);
      await until(
        () => badges(badged).filter((text) => text === 'no controller').length === 4,
        'four badges',
      );
      receive(gate, start);
      assert.match(errorText(await first(caught)), /no burn-in controller/);
    });
  }

  it('leaves no listener behind', async () => {
    const fake = await load(flow);
    const before = helper._events.listenerCount('flows:started');
    for (let count = 2; count <= 5; count++) {
      await helper.setFlows(flow, 'full');
      await until(() => fake.deployments === count, 'the deploy');
    }
    assert.equal(helper._events.listenerCount('flows:started'), before);
    assert.deepEqual(fake.listenerCounts(), [0, 0, 1, 2]);
  });
});

describe('a controller', () => {
  useRuntime();

  it('with bad settings gives red badges and a refusal that names the field and not the value', async () => {
    await loadBare(change(controllerId, { sshPort: 'secret-by-mistake' }));
    await until(() => badges(badged).filter((text) => text === 'bad settings').length === 4, 'four badges');
    receive(blocks, { burnin: { job: 'j', serial: 's', stage: null } });
    const text = errorText(await first(caught));
    assert.match(text, /SSH port \(BURNIN_SSH_PORT\)/);
    assert.doesNotMatch(text, /secret/);
    assert.equal(findBurnin(controllerId), null);
  });

  it('takes credentials into its settings', async () => {
    const fake = putFake();
    await loadBare(flow, { [controllerId]: { smtpUrl: 'smtp://localhost' } });
    // Mail without a receiver is refused, so the credential was read; the engine there is not touched.
    await until(() => badges(badged).includes('bad settings'), 'the badge');
    assert.equal(fake.isClosed, false);
    receive(gate, start);
    assert.match(errorText(await first(caught)), /Mail to \(MAIL_TO\): is needed with SMTP_URL/);
  });

  it('that was never chosen, or is something else, gives a red badge and a refusal', async () => {
    await loadBare(change(gate, { controller: blocks }));
    await until(() => badges(badged).includes('no controller'), 'the badge');
    receive(gate, start);
    assert.match(errorText(await first(caught)), /no burn-in controller/);
  });

  it('whose database another process has says so, and that it is tried again', async () => {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'burnin-deploy-'));
    const holder = await startLockProcess(path.join(dir, 'demo.lock'));
    const mqttPort = String(await findFreePort());
    await loadBare(change(controllerId, { dataDir: dir, mqttPort }));
    await until(
      () => badges(badged).filter((text) => text === 'database in use').length === 4,
      'four badges',
    );
    receive(gate, start);
    assert.match(
      errorText(await first(caught)),
      /not be opened yet: Another Node-RED already serves the NAS/,
    );
    await holder.kill();
    await untilTrue('the engine', () => findBurnin(controllerId) !== null);
    await releaseBurnin(controllerId, () => undefined);
    rmSync(dir, { recursive: true });
  }).timeout(20_000);
});
