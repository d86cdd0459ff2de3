import assert from 'node:assert/strict';
import { systemClock } from '../../dist/lib/burnin/system-clock.js';
import type { DriveState } from '../../dist/lib/core/build-drive-state.js';
import type { RunLook } from '../../dist/lib/core/remote-run.js';
import { openMqttLink, type MqttLink } from '../../dist/lib/mqtt/open-mqtt-link.js';
import { Bench, Line, until } from '../support/engine.mts';
import { needMosquitto, openMosquitto, type Mosquitto } from '../support/mosquitto.mts';
import { openMqttWatcher, type MqttWatcher } from '../support/mqtt-watcher.mts';
import { logHead, phasesLog } from '../support/looks.mts';

const stateTopic = 'burnin/bench/drive/A/state';
const passBytes = 64 * 2 ** 20;
const writing = (pattern: string) => `Testing with pattern ${pattern}: `;

/** Five seconds between two figures of a drive would be five seconds in the test. */
const hastyClock = {
  now: () => Date.now() * 200,
  wait: (ms: number, signal?: AbortSignal) => systemClock.wait(ms / 200, signal),
};

describe('incident "progress rewinds": a screen that went from 60 % back to 20 %', function () {
  this.timeout(20_000);
  let bench: Bench;
  let broker: Mosquitto;
  let link: MqttLink;
  let watcher: MqttWatcher;

  before(function () {
    needMosquitto(this);
  });
  beforeEach(async () => {
    broker = await openMosquitto();
    bench = new Bench();
    bench.host.addDrive('A');
    await open();
    watcher = await openMqttWatcher(broker.url);
    await bench.start('A');
    await until('a start', () => bench.host.starts.length > 0);
  });
  afterEach(async () => {
    await watcher.close();
    await link.close();
    await bench.close();
    await broker.close();
  });

  /** As the product joins them. */
  const open = async () => {
    new Line(bench.burnin);
    link = openMqttLink({
      nas: 'bench',
      settings: { url: broker.url, username: null, password: null, embeddedPort: 0 },
      clock: hastyClock,
      onRequest: () => undefined,
    });
    bench.burnin.on('nas', (view) => link.publishNas(view));
    bench.burnin.on('drive', (view) => link.publishDrive(view));
    link.publishNas(bench.burnin.view());
    for (const view of bench.burnin.drives()) link.publishDrive(view);
    await until('a connection', () => link.state === 'connected');
  };
  const restart = async () => {
    await link.close();
    await bench.restart();
    await open();
  };
  const restartBroker = async () => {
    await broker.kill();
    await broker.start();
    await until('the broker again', () => link.state === 'connected');
  };

  const states = () =>
    watcher
      .payloads(stateTopic)
      .filter((text) => text !== '')
      .map((text) => JSON.parse(text) as DriveState);
  const published = () =>
    states().flatMap(({ state, progress }) => (state === 'idle' ? [] : (progress ?? [])));

  /** Lets the NAS show something for as many looks as it takes to see it published. */
  const show = async (change: Partial<RunLook>) => {
    const run = [...bench.host.runs.values()].at(-1);
    assert.ok(run);
    run.look = { ...run.look, ...change };
    const seen = watcher.payloads(stateTopic).length;
    // A figure that does not move is not sent again, so the next one is awaited for a moment only.
    await until('a look to be published', () => watcher.payloads(stateTopic).length > seen, 300).catch(
      () => undefined,
    );
  };
  const showPass = (passes: number, changes: Partial<RunLook> = {}) =>
    show({
      movedBytes: passes * passBytes,
      log: logHead + phasesLog('0xaa', '0x55') + writing('0xff'),
      ...changes,
    });

  const assertNeverFell = (atLeast: number) => {
    const all = published();
    const falls = all.filter((percent, index) => percent < (all[index - 1] ?? 0));
    assert.deepEqual(falls, [], all.join(' '));
    assert.ok(new Set(all).size >= 2 && Math.max(...all) >= atLeast, all.join(' '));
  };

  it('looks that go back, lose their count or their log, change nothing', async () => {
    await show({ movedBytes: 0.5 * passBytes });
    await showPass(4.2);
    await showPass(2.1);
    await showPass(4.1, { movedBytes: null, deviceMovedBytes: null });
    await show({ log: logHead + writing('0xaa'), movedBytes: 0 });
    await show({ log: '' });
    await showPass(4.6);
    assertNeverFell(57);
  });

  it('a restart of the controller goes on from what was published last', async () => {
    for (const passes of [4.02, 4.3, 4.55, 4.71]) await showPass(passes);
    const before = published().at(-1);
    const count = states().length;
    bench.host.isReachable = false;
    await restart();
    await until('the state from the store', () => states().length > count);
    bench.host.isReachable = true;
    await showPass(4.05);
    assert.equal(published().at(-1), before);
    await showPass(4.9);
    assertNeverFell(60);
  });

  it('a broker that lost its memory hears the newest figure, also when the NAS shows less by then', async () => {
    await showPass(4.4);
    await showPass(4.7);
    await restartBroker();
    await showPass(4.1);
    await restartBroker();
    await showPass(4.95);
    assertNeverFell(61);
  });

  it('the second look at bad blocks, which counts from nought, and the verdict take nothing back', async () => {
    await showPass(4.3);
    await showPass(4.8);
    bench.host.finish('A', {}, [5064]);
    await until('the second look', () => bench.host.starts.length === 2);
    await show({ movedBytes: 4096, log: logHead + writing('0x3c') });
    bench.host.finish('A');
    await until('the compare', () => bench.host.starts.length === 3);
    bench.host.finish('A', {}, [5000]);
    await until('the verdict', () => states().at(-1)?.state === 'failed');
    assertNeverFell(59);
  });
});
