import assert from 'node:assert/strict';
import type { DriveState } from '../../dist/lib/core/build-drive-state.js';
import { codesOf } from '../support/mqtt-user.mts';
import { Product } from '../support/product.mts';
import { until } from '../support/until.mts';

const shown = 'ZR5A1K7Q';
const worn = '3WKDV8LJ';
const large = 'K1S04EW9';
const quick = 'S6PNNX0T411207A';

/** What a newcomer does in the first minutes, on one start of the product; drives run while the next thing is tried. */
describe('the rehearsal, with nothing set but where to be', function () {
  this.timeout(60_000);
  let product: Product;
  let startedAt = 0;
  before(async () => (product = await Product.open()));
  after(() => product.close());

  it('says where the editor, the broker and the database are, and nothing that alarms', async () => {
    const { red, url, mqttPort, dataDir } = product;
    const lines = red.output.split('\n').filter((line) => /^(editor|MQTT|database): /.test(line));
    assert.deepEqual(
      lines.map((line) => line.replace(/: +/, ': ')),
      [`editor: ${url}`, `MQTT: mqtt://127.0.0.1:${mqttPort}`, `database: ${dataDir}`],
    );
    assert.doesNotMatch(red.output, /error|WARNING|missing|deprecat/);
    const page = await fetch(url);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<title>Node-RED/);
  });

  it('shows the drives on MQTT before anything was asked', async () => {
    const { user } = product;
    const state = await user.untilState(shown, ({ temperature }) => temperature !== null);
    assert.deepEqual(
      [state.state, state.lock, state.model, state.name],
      ['idle', 'UNLOCKED', 'ST18000NM000J-2TV103', 'sda'],
    );
    assert.equal(user.nasState()?.free_slots, 4);
    assert.deepEqual(user.nasState()?.alerts, []);
  });

  it('starts a drive by the button in the flow, and one by a request on MQTT', async () => {
    const { user } = product;
    startedAt = Date.now();
    assert.deepEqual(codesOf(await user.start(worn)), ['ok']);
    assert.equal(await product.inject('start a rehearsal drive'), 200);
    for (const serial of [shown, worn]) {
      const state = await user.untilState(serial, ({ phase }) => phase === 'write_aa');
      assert.deepEqual([state.state, state.stage, state.running], ['running', 'surface_validate', true]);
    }
    assert.equal(user.state(shown)?.operator, 'flow editor');
    assert.equal(user.state(worn)?.operator, 'ann');
  });

  it('refuses every drive in use, says why, and shows the same on the drive', async () => {
    const { user } = product;
    const used = {
      ZR52TANK: ['active_pool', 'tank'],
      S64DNX0R903188K: ['root_filesystem', 'boot-pool'],
      '2YJ6ARCH': ['exported_pool', 'archive'],
      '81N0A0OLDX4K': ['mounted', '/mnt/old'],
    } as const;
    for (const [serial, [reason, name]] of Object.entries(used)) {
      const [answer] = await user.start(serial);
      assert.ok(answer?.ok === false, serial);
      assert.equal(answer.error.code, 'locked');
      assert.ok(answer.error.message.includes(name), answer.error.message);
      const state = user.state(serial);
      assert.deepEqual([state?.state, state?.lock, state?.lock_reason], ['idle', 'LOCKED', reason]);
    }
  });

  it('refuses what cannot be meant: device names, strangers, a live drive, retained and broken requests', async () => {
    const { user } = product;
    const [answers] = [await user.start('sda', 'NOBODY', shown)];
    assert.deepEqual(codesOf(answers), ['unknown_drive', 'unknown_drive', 'already_live']);
    const topic = `burnin/demo/drive/${quick}/set/start`;
    const request = JSON.stringify({ transaction: 'retained-1', operator: 'ann', serial: quick });
    assert.deepEqual(codesOf(await user.send(topic, request, { retain: true })), ['retained']);
    assert.deepEqual(codesOf(await user.send(topic, '{')), ['malformed']);
    assert.deepEqual(codesOf(await user.send(topic, JSON.stringify({ serial: quick }))), ['malformed']);
    assert.deepEqual(codesOf(await user.request('bake', { serial: quick })), ['unknown_verb']);
    assert.equal(user.state(quick)?.state, 'idle');
  });

  it('cancels a running drive', async () => {
    const { user } = product;
    assert.deepEqual(codesOf(await user.start(large)), ['ok']);
    await user.untilState(large, ({ progress }) => (progress ?? 0) > 0.5);
    assert.deepEqual(codesOf(await user.cancel(large)), ['ok']);
    const end = await user.untilEnd(large);
    assert.deepEqual([end.state, end.reason], ['cancelled', 'Cancelled by ann.']);
    assert.deepEqual(codesOf(await user.cancel(large)), ['not_live']);
  });

  it('runs the stages that a message names in their right order, also on a line that is wired the other way round', async () => {
    const { user, red } = product;
    const flow = await red.readFlow();
    await red.deploy('full', turnRound(flow));
    const stages = ['final_check', 'surface_validate'];
    // While a deploy is under way there is no gate.
    const [code] = await until('the new flow to take the request', async () => {
      const codes = codesOf(await user.request('start', { serial: quick, stages }));
      return codes[0] !== 'no_gate' && codes;
    });
    assert.equal(code, 'ok');
    const end = await user.untilEnd(quick);
    assert.equal(end.state, 'passed', String(end.reason));
    const done = user.attributes(quick)?.stages.map(({ stage, state }) => `${stage} ${state}`);
    assert.deepEqual(done, ['precheck passed', 'surface_validate passed', 'final_check passed']);
    const times = user.attributes(quick)?.stages.flatMap(({ started, ended }) => [started, ended]);
    assert.deepEqual(times, times?.toSorted());
    await red.deploy('full', flow);
  });

  it('fails the drive that goes bad at about 30 %, with bad blocks that a second look confirmed', async () => {
    const { user } = product;
    const end = await user.untilEnd(worn);
    assert.equal(end.state, 'failed', String(end.reason));
    assert.ok((end.bad_blocks ?? 0) > 0);
    const states = user.watcher.payloads(user.topics.drive(worn).state);
    const first = states.map(readState).find(({ bad_blocks: count }) => (count ?? 0) > 0);
    assert.ok(first);
    assert.equal(first.state, 'running', 'seen while it runs');
    const progress = first.progress ?? 0;
    assert.ok(progress >= 28 && progress < 75, String(progress));
    const surface = user.attributes(worn)?.stages.find(({ stage }) => stage === 'surface_validate');
    const confirmed = surface?.evidence.find(({ key }) => key === 'bad_blocks_confirmed');
    assert.match(confirmed?.text ?? '', /^\d+ bad blocks of \d+ bytes: \d+/);
    assert.equal(user.events(worn).at(-1)?.event_type, 'burnin_failed');
  });

  it('has passed the first drive within a minute, on every piece of evidence', async () => {
    const { user } = product;
    const end = await user.untilEnd(shown);
    assert.deepEqual([end.state, end.progress, end.bad_blocks], ['passed', 100, 0]);
    assert.ok(Date.now() - startedAt < 60_000);
    const evidence = user.attributes(shown)?.stages.flatMap((stage) => stage.evidence) ?? [];
    assert.ok(evidence.length > 8 && evidence.every(({ state }) => state === 'found' || state === 'gap'));
    assert.deepEqual(user.nasState()?.alerts, []);
  });
});

const readState = (text: string) => JSON.parse(text) as DriveState;

type Flow = Awaited<ReturnType<Product['red']['readFlow']>>;

/** The bundled line from its end to its beginning: gate → final check → badblocks → precheck → report. */
function turnRound(flow: Flow): Flow {
  const idOf = (name: string) => flow.find((node) => node['name'] === name)?.id ?? '';
  const line = ['drive lock', 'final check', 'badblocks run', 'precheck', 'report'].map(idOf);
  return flow.map((node) => {
    const next = line[line.indexOf(node.id) + 1];
    if (!line.includes(node.id) || next === undefined) return node;
    const [, ...others] = node['wires'] as string[][];
    return { ...node, wires: [[next], ...others] };
  });
}
