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
        deviceTypes: ['disk', 'loop'],
        maxParallel: 8,
        mqtt: { url: 'mqtts://broker:8883', username: 'u', password: 'm', embeddedPort: 1884 },
        notify: { smtpUrl: 'smtp://mail', mailFrom: 'a@b', mailTo: 'c@d', webhookUrl: 'https://hook' },
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
