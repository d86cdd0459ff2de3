import assert from 'node:assert/strict';
import { readSettings } from '../../dist/lib/core/settings.js';
import type { Settings } from '../../lib/core/settings.ts';

type Env = Readonly<Record<string, string | undefined>>;

const hostKey = `SHA256:${'aB3+/'.repeat(8)}xyz`;
const ssh = { BURNIN_SSH_HOST: 'nas.example.org', BURNIN_SSH_PASSWORD: 'pw' };

function settingsOf(env: Env): Settings {
  const result = readSettings(env);
  return result.ok ? result.settings : assert.fail(result.problems.join('; '));
}

function problemsOf(env: Env): readonly string[] {
  const result = readSettings(env);
  return result.ok ? assert.fail('accepted') : result.problems;
}

describe('the settings', () => {
  it('need nothing: the defaults rehearse on a made-up NAS', () => {
    assert.deepEqual(settingsOf({}), {
      port: 1880,
      dataDir: './data',
      nas: 'demo',
      ssh: null,
      truenas: null,
      rehearsal: '25.10',
      mayWriteDescription: false,
      deviceTypes: ['disk'],
      maxParallel: 4,
      mqtt: { url: null, username: null, password: null, embeddedPort: 1883 },
      notify: { smtpUrl: null, mailFrom: null, mailTo: null, webhookUrl: null },
      dailyReport: { hour: 8, minute: 0 },
    });
  });

  it('take every variable', () => {
    const env = {
      PORT: '8080',
      BURNIN_DATA: '/var/lib/burnin',
      BURNIN_NAS: 'tank-1',
      BURNIN_SSH_HOST: '192.0.2.7',
      BURNIN_SSH_PORT: '2222',
      BURNIN_SSH_USER: 'burnin',
      BURNIN_SSH_KEY_FILE: '/keys/id_ed25519',
      BURNIN_SSH_PASSWORD: 'passphrase',
      BURNIN_SSH_HOST_KEY: hostKey,
      BURNIN_TRUENAS_URL: 'https://192.0.2.7',
      BURNIN_TRUENAS_API_KEY: '7-AbC',
      BURNIN_TRUENAS_USER: 'burnin',
      BURNIN_TRUENAS_FINGERPRINT: Array.from({ length: 32 }, () => 'ab').join(':'),
      BURNIN_TRUENAS_DESCRIPTION: 'on',
      BURNIN_DEMO_TRUENAS: 'linux',
      BURNIN_DEVICE_TYPES: 'disk, loop',
      BURNIN_MAX_PARALLEL: '24',
      MQTT_URL: 'mqtts://broker.example.org:8883',
      MQTT_USERNAME: 'burnin',
      MQTT_PASSWORD: 'mqtt-pw',
      MQTT_PORT: '11883',
      SMTP_URL: 'smtps://anna:pw@mail.example.org',
      MAIL_FROM: 'Burn-in <nas@example.org>',
      MAIL_TO: 'ops@example.org',
      WEBHOOK_URL: 'https://hooks.example.org/x',
      BURNIN_DAILY_REPORT: '23:59',
      HOME: '/root',
    };
    assert.deepEqual(settingsOf(env), {
      port: 8080,
      dataDir: '/var/lib/burnin',
      nas: 'tank-1',
      ssh: {
        host: '192.0.2.7',
        port: 2222,
        user: 'burnin',
        keyFile: '/keys/id_ed25519',
        password: 'passphrase',
        hostKey,
      },
      truenas: { url: 'https://192.0.2.7', apiKey: '7-AbC', user: 'burnin', fingerprint: 'AB'.repeat(32) },
      rehearsal: 'linux',
      mayWriteDescription: true,
      deviceTypes: ['disk', 'loop'],
      maxParallel: 24,
      mqtt: {
        url: 'mqtts://broker.example.org:8883',
        username: 'burnin',
        password: 'mqtt-pw',
        embeddedPort: 11883,
      },
      notify: {
        smtpUrl: 'smtps://anna:pw@mail.example.org',
        mailFrom: 'Burn-in <nas@example.org>',
        mailTo: 'ops@example.org',
        webhookUrl: 'https://hooks.example.org/x',
      },
      dailyReport: { hour: 23, minute: 59 },
    });
  });

  it('count an empty variable as not set', () => {
    const names = ['PORT', 'BURNIN_NAS', 'BURNIN_SSH_HOST', 'BURNIN_DEVICE_TYPES', 'MQTT_URL', 'SMTP_URL'];
    assert.deepEqual(settingsOf(Object.fromEntries(names.map((name) => [name, '']))), settingsOf({}));
    assert.deepEqual(settingsOf({ PORT: undefined }), settingsOf({}));
  });

  it('log in as root at port 22 with a key or a password, and leave the host key open', () => {
    assert.deepEqual(settingsOf({ BURNIN_SSH_HOST: 'h', BURNIN_SSH_KEY_FILE: '/k' }).ssh, {
      host: 'h',
      port: 22,
      user: 'root',
      keyFile: '/k',
      password: null,
      hostKey: null,
    });
    assert.equal(settingsOf(ssh).ssh?.password, 'pw');
  });

  it('watch a TrueNAS without SSH, with a key that never travels in plain text', () => {
    const key = { BURNIN_TRUENAS_API_KEY: '7-AbC' };
    const settings = settingsOf({ ...key, BURNIN_NAS: 'tank', BURNIN_TRUENAS_URL: 'wss://nas' });
    assert.deepEqual([settings.ssh, settings.truenas?.fingerprint], [null, null]);
    const plain = problemsOf({ ...key, BURNIN_TRUENAS_URL: 'http://nas' });
    assert.deepEqual(plain, [
      'BURNIN_TRUENAS_URL must be a URL with a host that begins with https:// or wss://',
    ]);
    assert.deepEqual(problemsOf(key), ['BURNIN_TRUENAS_URL is needed with BURNIN_TRUENAS_API_KEY']);
    assert.deepEqual(problemsOf({ BURNIN_TRUENAS_URL: 'wss://nas' }), [
      'BURNIN_TRUENAS_API_KEY is needed with BURNIN_TRUENAS_URL',
    ]);
    assert.deepEqual(problemsOf({ BURNIN_TRUENAS_FINGERPRINT: 'AB', BURNIN_TRUENAS_DESCRIPTION: 'yes' }), [
      'BURNIN_TRUENAS_FINGERPRINT must be the SHA-256 fingerprint of the certificate, 64 hex digits',
      'BURNIN_TRUENAS_DESCRIPTION must be on or off',
    ]);
  });

  it('have a daily report at eight unless told otherwise', () => {
    assert.deepEqual(settingsOf({ BURNIN_DAILY_REPORT: '' }).dailyReport, { hour: 8, minute: 0 });
    assert.deepEqual(settingsOf({ BURNIN_DAILY_REPORT: '00:05' }).dailyReport, { hour: 0, minute: 5 });
    assert.equal(settingsOf({ BURNIN_DAILY_REPORT: 'off' }).dailyReport, null);
  });

  it('accept all kinds of address that the clients know', () => {
    for (const scheme of ['mqtt', 'mqtts', 'ws', 'wss']) {
      assert.equal(settingsOf({ MQTT_URL: `${scheme}://[::1]:9` }).mqtt.url, `${scheme}://[::1]:9`);
    }
    assert.equal(settingsOf({ SMTP_URL: 'smtp://h', MAIL_TO: 'a@b' }).notify.smtpUrl, 'smtp://h');
    assert.equal(settingsOf({ WEBHOOK_URL: 'http://h' }).notify.webhookUrl, 'http://h');
  });
});

const times = ['8:00', '24:00', '08:60', '08:00 ', '08.00', 'on', 'OFF', '-1:00', '08:00\n', '8am'];
const wholeNumbers = ['0', '-1', '65536', '1e3', '0x50', '80.5', ' 80', '80 ', 'http', '99999999999'];
const words = ['a b', 'tank/1', 'tank+', '#', 'ä', 'x'.repeat(65), 'a\nb'];
const schemes = (ok: string) => ['host', 'ftp://host', `${ok}:`, `${ok}://`, `${ok}://ho st`, '//host'];

const refusals: readonly { name: string; values: readonly string[]; problem: string; with?: Env }[] = [
  { name: 'PORT', values: wholeNumbers, problem: 'must be a whole number from 1 to 65535' },
  {
    name: 'BURNIN_SSH_PORT',
    values: wholeNumbers,
    problem: 'must be a whole number from 1 to 65535',
    with: ssh,
  },
  { name: 'MQTT_PORT', values: wholeNumbers, problem: 'must be a whole number from 1 to 65535' },
  {
    name: 'BURNIN_MAX_PARALLEL',
    values: [...wholeNumbers, '257'],
    problem: 'must be a whole number from 1 to 256',
  },
  {
    name: 'BURNIN_NAS',
    values: words,
    problem: 'must be 1 to 64 letters, digits, "-" or "_", as it becomes part of topics',
    with: ssh,
  },
  {
    name: 'BURNIN_SSH_HOST_KEY',
    values: ['yes', hostKey.slice(0, -1), `${hostKey}=`, hostKey.replace('SHA256', 'MD5'), `${hostKey}\n`],
    problem: 'must be SHA256: and 43 characters, as ssh-keygen -lf prints it',
    with: ssh,
  },
  {
    name: 'BURNIN_DEVICE_TYPES',
    values: [',', 'disk,', 'disk;loop', 'Disk', 'disk loop'],
    problem: 'must be lsblk types with commas between them, such as disk,loop',
  },
  {
    name: 'MQTT_URL',
    values: schemes('mqtt'),
    problem: 'must be a URL with a host that begins with mqtt:// or mqtts:// or ws:// or wss://',
  },
  {
    name: 'SMTP_URL',
    values: schemes('smtp'),
    problem: 'must be a URL with a host that begins with smtp:// or smtps://',
    with: { MAIL_TO: 'a@b' },
  },
  {
    name: 'WEBHOOK_URL',
    values: schemes('https'),
    problem: 'must be a URL with a host that begins with http:// or https://',
  },
  { name: 'BURNIN_DAILY_REPORT', values: times, problem: 'must be a time such as 08:00, or off' },
];

describe('settings that are refused', () => {
  for (const { name, values, problem, with: others } of refusals) {
    it(`${name} ${problem}`, () => {
      for (const value of values) {
        assert.deepEqual(
          problemsOf({ ...others, [name]: value }),
          [`${name} ${problem}`],
          JSON.stringify(value),
        );
      }
    });
  }

  it('a NAS of one’s own without its host', () => {
    assert.deepEqual(problemsOf({ BURNIN_NAS: 'tank' }), [
      'BURNIN_SSH_HOST is needed unless BURNIN_NAS is "demo"',
    ]);
  });

  it('a host without a way to log in', () => {
    for (const env of [{}, { BURNIN_SSH_PASSWORD: '' }, { BURNIN_NAS: 'tank' }]) {
      assert.deepEqual(problemsOf({ BURNIN_SSH_HOST: 'h', ...env }), [
        'BURNIN_SSH_KEY_FILE or BURNIN_SSH_PASSWORD is needed to log in to BURNIN_SSH_HOST',
      ]);
    }
  });

  it('a mail server without anybody to write to', () => {
    assert.deepEqual(problemsOf({ SMTP_URL: 'smtp://h' }), ['MAIL_TO is needed with SMTP_URL']);
  });

  it('are all named at once, one line each, and without any value', () => {
    const secret = 's3cret\n value';
    const names = refusals.map(({ name }) => name);
    const problems = problemsOf({
      ...Object.fromEntries(names.map((name) => [name, secret])),
      BURNIN_SSH_HOST: secret,
    });
    assert.deepEqual(
      problems.map((problem) => problem.split(' ')[0]).toSorted(),
      [...names, 'BURNIN_SSH_KEY_FILE', 'MAIL_TO'].toSorted(),
    );
    for (const problem of problems) assert.doesNotMatch(problem, /s3cret|\n/);
  });
});
