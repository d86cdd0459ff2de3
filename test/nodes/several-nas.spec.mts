import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findBurnin } from '../../dist/lib/burnin/shared-burnin.js';
import type { SshSettings } from '../../dist/lib/core/settings.js';
import { openStore } from '../../dist/lib/store/open-store.js';
import { openBench, type Bench } from '../demo/support.mts';
import { helper, loadBare, received, sinks, useRuntime, type FlowNode } from '../support/flow.mts';
import { findFreePort } from '../support/mosquitto.mts';
import { codesOf, MqttUser } from '../support/mqtt-user.mts';
import { runsOf, wasWritten } from '../support/rehearsal.mts';
import { until } from '../support/until.mts';

/** Free drives; every rehearsal NAS has the same ones, serials included. */
const drive = 'ZR5A1K7Q';
const other = 'ZR5B82MT';
const exported = '2YJ6ARCH';

/** A line of stations for one controller, with sinks for answers and reports; `mark` is the first digit of its ids. */
function buildLine(mark: string, ssh: SshSettings, fields: object): FlowNode[] {
  const id = (name: string) => `${mark}${name}`.padEnd(16, '0');
  const controller = id('c0');
  const z = id('ab');
  const { host, port, user, hostKey } = ssh;
  const settings = { sshHost: host, sshPort: String(port), sshUser: user, sshHostKey: hostKey, ...fields };
  const node = (name: string, type: string, more: object): FlowNode => ({
    id: id(name),
    type,
    z,
    controller,
    ...more,
  });
  return [
    { id: z, type: 'tab', label: mark },
    { id: controller, type: 'burnin-controller', name: '', ...settings },
    node('d1', 'drive-lock', { wires: [[id('e1')], [id('f1')]] }),
    node('e1', 'burnin-stage', { stage: 'precheck', wires: [[id('e2')], [], []] }),
    node('e2', 'badblocks-run', { wires: [[id('e3')], [], []] }),
    node('e3', 'burnin-stage', { stage: 'final_check', wires: [[id('e4')], [], []] }),
    node('e4', 'report', { wires: [[id('f2')], [id('d1')]] }),
    node('e5', 'truenas-poll', { interval: '1', wires: [[], []] }),
    ...sinks(id('f1'), id('f2')).map((sink) => ({ ...sink, z })),
  ];
}

const controllerOf = (mark: string) => `${mark}c0`.padEnd(16, '0');
const gateOf = (mark: string) => `${mark}d1`.padEnd(16, '0');
const reportsOf = (mark: string) => received(`${mark}f2`.padEnd(16, '0'));

describe('several NAS under one Node-RED', function () {
  this.timeout(90_000);
  useRuntime();

  let dir: string;
  let url: string;
  let common: object;
  let benches: [Bench, Bench];
  let north: MqttUser;
  let south: MqttUser;
  const users: MqttUser[] = [];

  beforeEach(async () => {
    dir = mkdtempSync(path.join(tmpdir(), 'burnin-several-'));
    const mqttPort = String(await findFreePort());
    url = `mqtt://127.0.0.1:${mqttPort}`;
    common = { dataDir: dir, mqttPort };
    benches = [await openBench(144_000), await openBench(144_000)];
  });
  afterEach(async () => {
    for (const user of users.splice(0)) await user.close();
  });

  const lineOf = (mark: string, nas: string, bench: Bench, more: object = {}) =>
    buildLine(mark, bench.nas.ssh, { nas, ...common, ...more });
  const openUser = async (nas: string) => {
    const user = await MqttUser.open(url, nas);
    users.push(user);
    return user;
  };
  const passwords = (...marks: string[]) =>
    Object.fromEntries(
      marks.map((mark, index) => [controllerOf(mark), { sshPassword: benches[index % 2]?.nas.ssh.password }]),
    );
  const begin = async () => {
    const flow = [...lineOf('1', 'north', benches[0]), ...lineOf('2', 'south', benches[1])];
    await loadBare(flow, passwords('1', '2'));
    await until(
      'both engines',
      () => findBurnin(controllerOf('1')) !== null && findBurnin(controllerOf('2')) !== null,
    );
    north = await openUser('north');
    south = await openUser('south');
    await Promise.all([north.untilLink(), south.untilLink()]);
    return flow;
  };
  /** Before the NAS go: engines that still serve them would log their loss. */
  const end = async () => {
    await helper.unload();
    for (const id of ['1', '2', '3'].map(controllerOf)) await findBurnin(id)?.close();
    for (const bench of benches) await bench.close();
    rmSync(dir, { recursive: true, force: true });
  };
  const ask = (user: MqttUser, verb: string, fields: object, transaction: string) =>
    user.send(`burnin/${user.nas}/set/${verb}`, JSON.stringify({ transaction, operator: 'ann', ...fields }));
  const status = (user: MqttUser) => user.watcher.payloads(user.topics.status).at(-1);

  it('burn in drives of one serial number by themselves, and share nothing', async () => {
    try {
      await begin();
      // The same transaction to both: each has its own record of what it has seen.
      assert.deepEqual(codesOf(await ask(north, 'start', { serial: drive }, 't1')), ['ok']);
      assert.equal(south.state(drive)?.state, 'idle');
      assert.deepEqual(codesOf(await ask(south, 'start', { serial: drive }, 't1')), ['ok']);
      assert.deepEqual(codesOf(await ask(south, 'start', { serial: drive }, 't1')), ['replayed']);
      await south.untilState(
        drive,
        ({ stage, progress }) => stage === 'surface_validate' && (progress ?? 0) > 0,
      );
      assert.deepEqual(codesOf(await ask(north, 'cancel', { serial: drive }, 't2')), ['ok']);
      assert.equal((await north.untilEnd(drive)).state, 'cancelled');
      assert.equal((await south.untilEnd(drive)).state, 'passed');
      assert.deepEqual(codesOf(await ask(north, 'cancel', { serial: drive }, 't3')), ['not_live']);
      await until('a report on each line', () => reportsOf('1').length + reportsOf('2').length === 2);
      checkAnswers();
      checkFiles();
    } finally {
      await end();
    }
  });

  function checkAnswers(): void {
    const told = (user: MqttUser) => user.watcher.payloads(user.topics.response).length;
    assert.deepEqual([told(north), told(south)], [3, 2]);
    const outcome = (mark: string) =>
      (reportsOf(mark)[0]?.payload as { data?: { outcome?: string } }).data ?? {};
    assert.notDeepEqual(outcome('1'), outcome('2'));
    assert.deepEqual(
      [
        north.events(drive).some(({ event_type: type }) => type === 'burnin_passed'),
        south.events(drive).length > 0,
      ],
      [false, true],
    );
  }

  function checkFiles(): void {
    const jobsOf = (nas: string) => {
      const store = openStore(path.join(dir, `${nas}.db`));
      try {
        const names = ['north', 'south'].map((name) => store.jobs.lastOf(name, drive)?.state ?? 'none');
        return { names, installation: store.installation.id() };
      } finally {
        store.close();
      }
    };
    const [first, second] = [jobsOf('north'), jobsOf('south')];
    assert.deepEqual(first.names, ['cancelled', 'none']);
    assert.deepEqual(second.names, ['none', 'passed']);
    assert.notEqual(first.installation, second.installation);
    for (const bench of benches) {
      assert.equal(wasWritten(bench.root, drive), true);
      assert.equal(wasWritten(bench.root, other), false);
    }
  }

  it('take no permission for one that was given on the other', async () => {
    try {
      await begin();
      const phrase = 'DESTROY EXPORTED POOL';
      assert.deepEqual(codesOf(await ask(north, 'unlock', { serial: exported, phrase }, 't1')), ['ok']);
      assert.deepEqual(codesOf(await ask(south, 'start', { serial: exported }, 't2')), ['locked']);
      assert.deepEqual(codesOf(await ask(north, 'start', { serial: exported }, 't3')), ['ok']);
      await north.untilEnd(exported);
      assert.deepEqual(
        benches.map(({ root }) => wasWritten(root, exported)),
        [true, false],
      );
    } finally {
      await end();
    }
  });

  it('leave a run alone that is the other one’s, and go on when the other controller is removed', async () => {
    try {
      const flow = await begin();
      await ask(north, 'start', { serial: drive }, 't1');
      await ask(south, 'start', { serial: other }, 't2');
      const isWriting: Parameters<MqttUser['untilState']>[1] = ({ phase }) => phase !== 'none';
      await Promise.all([north.untilState(drive, isWriting), south.untilState(other, isWriting)]);
      const gone = (node: FlowNode) => node.id.startsWith('1');
      await helper.setFlows(
        flow.filter((node) => !gone(node)),
        'full',
      );
      await until('the removed one to say goodbye', () => status(north) === 'offline');
      assert.equal(findBurnin(controllerOf('1')), null);
      assert.equal((await south.untilEnd(other)).state, 'passed');
      assert.equal(status(south), 'online');
      // A newcomer sees all that the one that stays has retained.
      const late = await openUser('south');
      await until('the retained state', () => late.state(drive) !== null && late.nasState() !== null);
      assert.equal(status(late), 'online');
      assert.equal(late.state(other)?.state, 'passed');
      assert.ok(late.watcher.payloads(late.topics.drive(drive).availability).includes('online'));
      assert.equal(runsOf(benches[0].root).length, 1, 'the run of the removed one goes on at its NAS');
      assert.deepEqual(codesOf(await ask(south, 'start', { serial: drive }, 't3')), ['ok']);
    } finally {
      await end();
    }
  });

  for (const [what, more] of [
    ['one data directory', {}],
    ['one broker', { dataDir: 'elsewhere' }],
  ] as const) {
    it(`refuse a second one of the same name with ${what}, and keep the first as it is`, async () => {
      try {
        const elsewhere = path.join(dir, 'elsewhere');
        const fields = 'dataDir' in more ? { dataDir: elsewhere } : {};
        const flow = [...lineOf('2', 'south', benches[0]), ...lineOf('3', 'south', benches[1], fields)];
        await loadBare(flow, passwords('2', '3'));
        await until('the first engine', () => findBurnin(controllerOf('2')) !== null);
        south = await openUser('south');
        await south.untilLink();
        assert.equal(findBurnin(controllerOf('3')), null);
        const message = { topic: 'start', payload: { transaction: 'x', operator: 'ann', serial: drive } };
        const gate = helper.getNode(gateOf('3')) as unknown as { error(text: unknown): void };
        const errors: string[] = [];
        gate.error = (error) => void errors.push(String(error));
        helper.getNode(gateOf('3'))?.receive(message);
        await until('the refusal', () => errors.length > 0 || received('3f1'.padEnd(16, '0')).length > 0);
        const told = errors.join() + JSON.stringify(received('3f1'.padEnd(16, '0')));
        assert.match(
          told,
          /Another burn-in controller already (?:serves the NAS|publishes a NAS called) \\?"south\\?"/,
        );
        assert.equal(existsSync(path.join(elsewhere, 'south.db')), false);
        assert.deepEqual(
          readdirSync(dir).filter((name) => name.endsWith('.db')),
          ['south.db'],
        );
        assert.deepEqual(codesOf(await ask(south, 'start', { serial: drive }, 't1')), ['ok']);
        assert.equal((await south.untilEnd(drive)).state, 'passed');
        assert.equal(wasWritten(benches[1].root, drive), false);
        await helper.setFlows(
          flow.filter((node) => !node.id.startsWith('3')),
          'full',
        );
        assert.equal(status(south), 'online');
        assert.ok(!south.watcher.payloads(south.topics.status).includes('offline'));
      } finally {
        await end();
      }
    });
  }
});
