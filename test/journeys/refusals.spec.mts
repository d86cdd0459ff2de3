import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Controller, useJourney } from '../support/journey.mts';
import { runTool } from '../support/loop-drive.mts';
import { codesOf } from '../support/mqtt-user.mts';
import { openMqttWatcher } from '../support/mqtt-watcher.mts';
import { until } from '../support/until.mts';

describe('requests that are refused', function () {
  this.timeout(60_000);
  const journey = useJourney();
  let controller: Controller;

  before(async () => {
    controller = await journey.openController();
  });

  const requestFor = (serial: string, more = {}) =>
    JSON.stringify({ transaction: randomUUID(), operator: 'ann', serial, ...more });
  const topicFor = (serial: string) => `burnin/shelf/drive/${serial}/set/start`;

  it('a retained start is refused, is not kept by the broker, and starts nothing', async () => {
    const { user, brokerUrl } = controller;
    const drive = journey.addDrive();
    const topic = topicFor(drive.serial);
    const answers = await user.send(topic, requestFor(drive.serial), { retain: true });
    assert.deepEqual(codesOf(answers), ['retained']);
    const newcomer = await openMqttWatcher(brokerUrl);
    await newcomer.waitFor('burnin/shelf/status', (status) => status === 'online');
    assert.deepEqual(newcomer.payloads(topic), []);
    await newcomer.close();
  });

  it('by everything but a whole serial number, and in every other wrong shape, with the code that says so', async () => {
    const { user } = controller;
    const [drive, other] = [journey.addDrive(), journey.addDrive()];
    const { serial, name } = drive;
    const topic = topicFor(serial);
    const set = 'burnin/shelf/set';
    const cases: readonly (readonly [code: string, topic: string, payload: string])[] = [
      ['unknown_drive', `${set}/start`, requestFor(name)],
      ['unknown_drive', `${set}/start`, requestFor(`/dev/${name}`)],
      ['unknown_drive', `${set}/start`, requestFor(serial.slice(0, -1))],
      ['unknown_drive', `${set}/start`, requestFor(serial.toLowerCase())],
      ['malformed', topic, requestFor(other.serial)],
      ['malformed', topic, '{"serial": '],
      ['malformed', topic, 'start'],
      ['malformed', topic, JSON.stringify({ serial, operator: 'ann' })],
      ['malformed', topic, requestFor(serial, { force: true })],
      ['malformed', topic, requestFor(serial, { stages: [] })],
      ['malformed', topic, requestFor(serial, { stages: ['precheck'] })],
      ['stage_unavailable', topic, requestFor(serial, { stages: ['long_smart'] })],
      ['unknown_verb', `${set}/erase`, requestFor(serial)],
      ['not_live', `${set}/cancel`, requestFor(serial)],
    ];
    const found: string[] = [];
    for (const [, where, payload] of cases) found.push(...codesOf(await user.send(where, payload)));
    assert.deepEqual(
      found,
      cases.map(([code]) => code),
    );
    assert.equal(user.state(serial)?.job ?? null, null);
  });

  it('a drive that is mounted, used as swap, or twice there', async () => {
    const { host } = journey;
    const { user } = controller;
    const [mounted, swap, twin] = [journey.addDrive(), journey.addDrive(), journey.addDrive()];
    journey.addDrive({ serial: twin.serial });
    const mountPoint = mkdtempSync(path.join(tmpdir(), 'burnin-mounted-'));
    journey.atEnd(() => rmSync(mountPoint, { recursive: true }));
    runTool('mkfs.ext4', '-q', mounted.path);
    host.run('mount', mounted.path, mountPoint);
    runTool('mkswap', swap.path);
    runTool('swapon', swap.path);
    journey.atEnd(() => void runTool('swapoff', swap.path));

    const answers = await user.start(mounted.serial, swap.serial, twin.serial);
    assert.deepEqual(codesOf(answers), ['locked', 'locked', 'locked']);
    const messages = answers.map((answer) => (answer.ok ? '' : answer.error.message));
    assert.match(messages[0] ?? '', new RegExp(`is mounted at ${mountPoint}`));
    assert.match(messages[1] ?? '', /is used as swap/);
    assert.match(messages[2] ?? '', /2 d(rives|evices)/);
  });

  it('a second start with the same transaction, or while the first one lives', async () => {
    const { host } = journey;
    const { user } = controller;
    const drive = journey.addDrive();
    const payload = requestFor(drive.serial);
    host.hold('smartctl');
    assert.deepEqual(codesOf(await user.send(topicFor(drive.serial), payload)), ['ok']);
    await until('the pre-check', () => host.isWaiting('smartctl'));
    assert.deepEqual(codesOf(await user.send(topicFor(drive.serial), payload)), ['replayed']);
    assert.deepEqual(codesOf(await user.start(drive.serial)), ['already_live']);
    await user.cancel(drive.serial);
    host.letGo('smartctl');
    assert.equal((await user.untilEnd(drive.serial)).state, 'cancelled');
    assert.deepEqual(codesOf(await user.send(topicFor(drive.serial), payload)), ['replayed']);
  });

  it('and after all of them badblocks was never started', () => {
    assert.deepEqual(journey.host.launches(), []);
  });
});
