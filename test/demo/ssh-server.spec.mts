import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Client, type ClientChannel } from 'ssh2';

import type { SshSettings } from '../../dist/lib/core/settings.js';
import { readFingerprint } from '../../dist/lib/demo/ssh-server.js';
import { openBench, until, type Bench, type Done } from './support.mts';

async function logIn(
  ssh: SshSettings,
  change: { username?: string; password?: string } = {},
): Promise<Client> {
  const client = new Client();
  const ready = once(client, 'ready');
  client.connect({
    host: ssh.host,
    port: ssh.port,
    username: ssh.user,
    password: ssh.password ?? '',
    ...change,
  });
  await ready;
  client.on('error', () => undefined);
  return client;
}

/** Attaches what must not be missed at once: a status may come in the packet after the channel's. */
function open(
  client: Client,
  command: string,
  attach?: (channel: ClientChannel) => void,
): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error) {
        reject(error);
        return;
      }
      attach?.(channel);
      resolve(channel);
    });
  });
}

function exec(client: Client, command: string, input = ''): Promise<Done> {
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    let ended: [number | null, NodeJS.Signals | null] = [null, null];
    open(client, command, (channel) => {
      channel.on('data', (data: Buffer) => (stdout += String(data)));
      channel.stderr.on('data', (data: Buffer) => (stderr += String(data)));
      channel.on('exit', (code: number | null, signal?: NodeJS.Signals) => (ended = [code, signal ?? null]));
      channel.on('close', () => resolve({ code: ended[0], signal: ended[1], stdout, stderr }));
      channel.end(input);
    }).catch(reject);
  });
}

describe('The SSH server of the rehearsal NAS', () => {
  let bench: Bench;
  let client: Client;
  before(async () => {
    bench = await openBench();
    client = await logIn(bench.nas.ssh);
  });
  after(async () => {
    client.end();
    await bench.close();
  });

  it('runs a command with its input, both outputs and its status', async () => {
    const done = await exec(client, 'cat; echo oops >&2; exit 3', 'hello');
    assert.deepEqual(done, { code: 3, signal: null, stdout: 'hello', stderr: 'oops\n' });
    assert.equal(
      (await exec(client, '/bin/sh -s', 'id -u; echo "$BURNIN_ROOT $LC_ALL"')).stdout,
      `0\n${bench.root} C\n`,
    );
    assert.equal((await exec(client, 'kill -KILL $$')).signal, 'SIGKILL');
  });

  it('hands a command nothing of this process but PATH', async () => {
    process.env['BURNIN_SECRET'] = 'hush';
    const { stdout } = await exec(client, 'env');
    delete process.env['BURNIN_SECRET'];
    assert.doesNotMatch(stdout, /hush|npm_|NODE/);
  });

  it('carries much data both ways', async () => {
    const much = 'x'.repeat(3_000_000);
    assert.equal((await exec(client, 'cat', much)).stdout.length, much.length);
    assert.equal((await exec(client, 'true', much)).code, 0, 'nobody reads it');
  });

  it('keeps the channel open while something holds an output, and tells the status before', async () => {
    let stdout = '';
    let seenAtExit: unknown[] = [];
    const channel = await open(client, 'echo first; (sleep 0.5; echo last) & exit 4', (opened) => {
      opened.on('data', (data: Buffer) => (stdout += String(data)));
      opened.on('exit', (code: number) => (seenAtExit = [code, stdout.includes('last')]));
    });
    await once(channel, 'close');
    assert.deepEqual(seenAtExit, [4, false]);
    assert.equal(stdout, 'first\nlast\n');
  });

  it('leaves a command running when its client goes', async () => {
    const other = await logIn(bench.nas.ssh);
    const channel = await open(other, 'sleep 0.3; echo alive >"$BURNIN_ROOT/alive"');
    channel.on('error', () => undefined);
    other.end();
    await until(
      'the command ends',
      async () => (await bench.sh('cat "$BURNIN_ROOT/alive"')).stdout === 'alive\n',
    );
  });

  it('ends a command with everything below it at a power cut, and nothing else', async () => {
    const other = await logIn(bench.nas.ssh);
    let said = '';
    const gone = once(other, 'close');
    await open(other, 'sleep 60 & echo $!; wait', (channel) => {
      channel.on('error', () => undefined);
      channel.on('data', (data: Buffer) => (said += String(data)));
    });
    await until('it runs', () => said.endsWith('\n'));
    const isAlive = () => {
      try {
        return process.kill(Number(said), 0);
      } catch {
        return false;
      }
    };
    assert.equal(isAlive(), true);
    await bench.nas.reboot();
    await gone;
    await until('the sleep has gone', () => !isAlive());
    client = await logIn(bench.nas.ssh);
  });

  it('opens ten sessions on a connection and no more, and frees them again', async () => {
    const open10 = await Promise.all(Array.from({ length: 10 }, () => open(client, 'cat')));
    await assert.rejects(open(client, 'cat'), /open failure/);
    for (const channel of open10) {
      channel.resume();
      channel.end();
    }
    await Promise.all(open10.map((channel) => once(channel, 'close')));
    assert.equal((await exec(client, 'echo again')).stdout, 'again\n');
  });

  it('refuses terminals, files, forwarding and signals', async () => {
    const shell = new Promise((resolve, reject) =>
      client.shell((error, it) => (error ? reject(error) : resolve(it))),
    );
    await assert.rejects(shell, /Unable to request a pseudo-terminal|shell/);
    const sftp = new Promise((resolve, reject) =>
      client.sftp((error, it) => (error ? reject(error) : resolve(it))),
    );
    await assert.rejects(sftp, /subsystem/);
    const out = new Promise((resolve, reject) =>
      client.forwardOut('127.0.0.1', 1, '127.0.0.1', bench.nas.ssh.port, (error, it) =>
        error ? reject(error) : resolve(it),
      ),
    );
    await assert.rejects(out, /open failure/);
    assert.equal((await exec(client, 'echo well')).stdout, 'well\n');
  });

  it('lets nobody in without the password of this opening', async () => {
    const wrong: { username?: string; password?: string }[] = [
      { password: 'wrong' },
      { password: '' },
      { username: 'admin' },
    ];
    for (const change of wrong)
      await assert.rejects(logIn(bench.nas.ssh, change), /authentication methods failed/);
    const again = await bench.reopen();
    assert.notEqual(again.ssh.password, bench.nas.ssh.port === again.ssh.port ? '' : null);
    const stale = { password: 'x'.repeat((again.ssh.password ?? '').length) };
    await assert.rejects(logIn(again.ssh, stale), /authentication methods failed/);
  });

  it('shows the host key that it pins, also after another open', async () => {
    const seen = new Client();
    seen.on('error', () => undefined);
    const hash = new Promise<string>((resolve) =>
      seen.connect({
        host: '127.0.0.1',
        port: bench.nas.ssh.port,
        username: 'root',
        hostHash: 'sha256',
        hostVerifier: (hex: string) => {
          resolve(`SHA256:${Buffer.from(hex, 'hex').toString('base64').replace(/=+$/, '')}`);
          return false;
        },
      }),
    );
    assert.equal(await hash, bench.nas.ssh.hostKey);
    assert.equal(readFingerprint(bench.read('rehearsal/host_key')), bench.nas.ssh.hostKey);
    assert.equal((await bench.reopen()).ssh.hostKey, bench.nas.ssh.hostKey);
  });

  it('listens on loopback only', async function () {
    const outside = Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .find((each) => !each.internal && each.family === 'IPv4');
    if (outside === undefined) this.skip();
    const socket = connect(bench.nas.ssh.port, outside.address);
    await assert.rejects(once(socket, 'connect'), /ECONNREFUSED/);
  });

  it('shrugs off nonsense, half a handshake and sudden ends', async () => {
    const knock = async (act: (socket: Socket) => void) => {
      const socket = connect(bench.nas.ssh.port, '127.0.0.1');
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.resume();
      act(socket);
      await once(socket, 'close');
    };
    await knock((socket) => socket.end('GET / HTTP/1.1\r\n\r\n'));
    await knock((socket) =>
      socket.end(Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), Buffer.alloc(4000, 0xff)])),
    );
    await knock((socket) => socket.resetAndDestroy());
    const rude = await logIn(bench.nas.ssh);
    const channel = await open(rude, 'yes');
    channel.on('error', () => undefined);
    rude.destroy();
    assert.equal((await exec(client, 'echo well')).stdout, 'well\n');
  });

  it('ends a connection that guesses on', async () => {
    const guesser = new Client();
    let tries = 0;
    const ended = once(guesser, 'close');
    guesser.on('error', () => undefined);
    guesser.connect({
      host: '127.0.0.1',
      port: bench.nas.ssh.port,
      username: 'root',
      authHandler: (_left, _partial, next) => {
        tries += 1;
        next({ type: 'password', username: 'root', password: `guess ${tries}` });
      },
    });
    await ended;
    assert.ok(tries <= 8, `${tries} tries`);
  });
});
