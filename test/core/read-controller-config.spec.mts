import assert from 'node:assert/strict';
import { controllerFields, readControllerConfig } from '../../dist/lib/core/read-controller-config.js';
import { readSettings } from '../../dist/lib/core/settings.js';

describe('readControllerConfig', () => {
  it('takes a filled field before the environment, and the environment before the default', () => {
    const env = { BURNIN_NAS: 'from-env', BURNIN_SSH_HOST: 'env-host', BURNIN_SSH_PASSWORD: 'p' };
    const result = readControllerConfig({ nas: 'from-node', sshHost: '' }, env);
    assert.ok(result.ok);
    assert.equal(result.settings.nas, 'from-node');
    assert.equal(result.settings.ssh?.host, 'env-host');
    assert.equal(result.settings.ssh.user, 'root');
  });

  it('is the environment alone when every field is blank or missing', () => {
    const env = { BURNIN_MAX_PARALLEL: '7', MQTT_PORT: '1999' };
    const blank = Object.fromEntries(Object.keys(controllerFields).map((field) => [field, '  ']));
    assert.deepEqual(readControllerConfig(blank, env), readSettings(env));
    assert.deepEqual(readControllerConfig({}, env), readSettings(env));
  });

  it('never shows the login of the NAS in the environment to another one', () => {
    const env = {
      BURNIN_SSH_HOST: 'one.local',
      BURNIN_SSH_PASSWORD: 'secret of one',
      BURNIN_SSH_PORT: '2222',
      BURNIN_TRUENAS_URL: 'https://one.local',
      BURNIN_TRUENAS_API_KEY: '1-secret',
      MQTT_URL: 'mqtt://broker',
    };
    const settingsOf = (config: Parameters<typeof readControllerConfig>[0]) => {
      const result = readControllerConfig(config, env);
      return result.ok ? result.settings : result.problems;
    };
    assert.deepEqual(settingsOf({ sshHost: 'two.local' }), [
      'SSH key file (BURNIN_SSH_KEY_FILE): or BURNIN_SSH_PASSWORD is needed to log in to BURNIN_SSH_HOST',
    ]);
    const two = readControllerConfig({ nas: 'two', truenasUrl: 'https://two', truenasApiKey: '2-k' }, env);
    assert.deepEqual(two.ok && [two.settings.ssh, two.settings.mqtt.url], [null, 'mqtt://broker']);
    const same = readControllerConfig({ sshHost: 'one.local' }, env);
    assert.equal(same.ok && same.settings.ssh?.password, 'secret of one');
    const shared = readControllerConfig({ sshHost: 'two.local' }, { BURNIN_SSH_PASSWORD: 'for all' });
    assert.equal(shared.ok && shared.settings.ssh?.password, 'for all');
  });

  it('reads every field into the settings', () => {
    const result = readControllerConfig(
      {
        nas: 'tank1',
        sshHost: 'nas.local',
        sshPort: 2222,
        sshUser: 'admin',
        sshKeyFile: '/key',
        sshPassword: 'pass',
        sshHostKey: `SHA256:${'a'.repeat(43)}`,
        truenasUrl: 'https://nas.local',
        truenasApiKey: '7-key',
        truenasUser: 'burnin',
        truenasFingerprint: 'ab'.repeat(32),
        truenasDescription: 'on',
        deviceTypes: 'disk,loop',
        maxParallel: '8',
        dataDir: '/var/burnin',
        mqttUrl: 'mqtts://broker:8883',
        mqttPort: '1884',
        mqttUsername: 'u',
        mqttPassword: 'm',
        smtpUrl: 'smtp://mail',
        mailFrom: 'a@b',
        mailTo: 'c@d',
        webhookUrl: 'https://hook',
      },
      {},
    );
    assert.deepEqual(result, {
      ok: true,
      settings: {
        port: 1880,
        dataDir: '/var/burnin',
        nas: 'tank1',
        ssh: {
          host: 'nas.local',
          port: 2222,
          user: 'admin',
          keyFile: '/key',
          password: 'pass',
          hostKey: `SHA256:${'a'.repeat(43)}`,
        },
        truenas: { url: 'https://nas.local', apiKey: '7-key', user: 'burnin', fingerprint: 'AB'.repeat(32) },
        rehearsal: '25.10',
        mayWriteDescription: true,
        deviceTypes: ['disk', 'loop'],
        maxParallel: 8,
        mqtt: { url: 'mqtts://broker:8883', username: 'u', password: 'm', embeddedPort: 1884 },
        notify: { smtpUrl: 'smtp://mail', mailFrom: 'a@b', mailTo: 'c@d', webhookUrl: 'https://hook' },
        dailyReport: { hour: 8, minute: 0 },
      },
    });
  });

  it('names the field and its variable in a problem, never the value', () => {
    const result = readControllerConfig({ webhookUrl: 'hunter2' }, { PORT: 'hunter3' });
    assert.ok(!result.ok);
    assert.equal(result.problems.length, 2);
    assert.match(result.problems.join('\n'), /^PORT /m);
    assert.match(result.problems.join('\n'), /^Webhook URL \(WEBHOOK_URL\): must be a URL/m);
    assert.doesNotMatch(result.problems.join('\n'), /hunter/);
  });

  it('ignores other properties and values that no dialog writes', () => {
    const config = { id: 'x', toString: 'y', nas: { evil: true }, maxParallel: null } as object;
    assert.deepEqual(readControllerConfig(config, {}), readSettings({}));
  });
});
