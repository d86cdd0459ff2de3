import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { useJourney } from '../support/journey.mts';
import { needMosquitto, needProgram, openMosquitto, type Mosquitto } from '../support/mosquitto.mts';
import { codesOf, MqttUser } from '../support/mqtt-user.mts';
import { openMqttWatcher } from '../support/mqtt-watcher.mts';
import { until } from '../support/until.mts';

const login = { username: 'nas', password: 'broker pass §' };

describe('a burn-in with an external broker', function () {
  this.timeout(90_000);
  const journey = useJourney();
  let broker: Mosquitto;

  before(async function () {
    needMosquitto(this);
    needProgram(this, '/usr/bin/mosquitto_pub');
    broker = await openMosquitto(login);
    journey.atEnd(() => broker.close());
  });

  /** As from a shell script. */
  function publish(verb: string, serial: string): void {
    const payload = JSON.stringify({ transaction: randomUUID(), operator: 'script', serial });
    const to = ['-h', '127.0.0.1', '-p', String(broker.port), '-t', `burnin/shelf/set/${verb}`];
    const as = ['-u', login.username, '-P', login.password];
    execFileSync('mosquitto_pub', [...to, ...as, '-m', payload], { stdio: 'pipe' });
  }

  it('takes plain mosquitto_pub, outlives a broker that forgets everything, and refuses what waited there', async () => {
    const { host } = journey;
    const [drive, second, waiting] = [journey.addDrive(), journey.addDrive(), journey.addDrive()];
    const old = await openMqttWatcher(broker.url, login);
    const trap = `burnin/shelf/drive/${waiting.serial}/set/start`;
    const request = { transaction: randomUUID(), operator: 'ann', serial: waiting.serial };
    await old.publish(trap, JSON.stringify(request), { retain: true });
    const { user } = await journey.openController({ broker: { url: broker.url, ...login } });
    await old.waitFor(trap, (payload) => payload === '');
    const refusals = old.payloads('burnin/shelf/response').filter((text) => text.includes('"retained"'));
    assert.equal(refusals.length, 1);
    await old.close();

    for (const slow of [drive, second]) journey.pace(slow, 2 * 1024 * 1024);
    publish('start', drive.serial);
    publish('start', second.serial);
    await user.untilState(drive.serial, ({ phase }) => phase === 'write_aa');
    await user.untilState(second.serial, ({ phase }) => phase === 'write_aa');

    await broker.kill();
    publishFails();
    await broker.start();
    const newcomer = await MqttUser.open(broker.url, 'shelf', login);
    await newcomer.watcher.waitFor('burnin/shelf/status', (status) => status === 'online');
    for (const { serial } of [drive, second, waiting]) {
      await until(`the state of ${serial}`, () => newcomer.state(serial) !== null);
      await newcomer.watcher.waitFor(newcomer.topics.drive(serial).availability, (text) => text === 'online');
    }
    assert.equal(newcomer.state(drive.serial)?.state, 'running');
    assert.equal(newcomer.state(waiting.serial)?.state, 'idle');
    assert.equal(newcomer.attributes(drive.serial)?.operator, 'script');
    assert.equal(newcomer.nasState()?.jobs_running, 2);
    const retained = newcomer.watcher.seen.filter(({ topic }) => topic === trap);
    assert.deepEqual(retained, [], 'the deleted request is not back');

    publish('cancel', second.serial);
    assert.equal((await newcomer.untilEnd(second.serial)).state, 'cancelled');
    journey.pace(drive, 0);
    const end = await newcomer.untilEnd(drive.serial);
    assert.equal(end.state, 'passed', String(end.reason));
    assert.deepEqual(
      [drive, second, waiting].map(({ path }) => host.launches(path).length),
      [1, 1, 0],
    );
    assert.deepEqual(codesOf(await newcomer.cancel(drive.serial)), ['not_live']);
    await newcomer.close();
  });

  /** The broker is really gone. */
  function publishFails(): void {
    assert.throws(() => publish('cancel', 'NOBODY'));
  }
});
