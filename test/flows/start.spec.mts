import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { startLockProcess } from '../support/lock-process.mts';

const root = path.resolve(import.meta.dirname, '../..');

interface Started {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
}

describe('npm start', function () {
  this.timeout(30_000);
  let dir: string;
  const children: ChildProcess[] = [];

  beforeEach(() => {
    dir = mkdtempSync(path.join(os.tmpdir(), 'burnin-start-'));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    }
    rmSync(dir, { recursive: true, force: true });
  });

  function start(env: Record<string, string>): Started {
    const child = spawn(process.execPath, [path.join(root, 'dist/flows/start.js')], {
      env: { PATH: process.env['PATH'], HOME: dir, BURNIN_DATA: path.join(dir, 'data'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    const text = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (text.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text.err += chunk.toString()));
    return { child, out: () => text.out, err: () => text.err };
  }

  async function ready({ child, out, err }: Started): Promise<void> {
    while (!out().includes('database:')) {
      if (child.exitCode !== null) assert.fail(`ended early:\n${out()}${err()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async function stop({ child }: Started): Promise<unknown> {
    const exit = once(child, 'close');
    child.kill('SIGTERM');
    return (await exit)[0];
  }

  it('with bad settings says what is wrong with each, once, and starts nothing', async () => {
    const run = start({ PORT: 'no-port', BURNIN_NAS: 'two words', WEBHOOK_URL: 'hunter2' });
    assert.equal((await once(run.child, 'close'))[0], 1);
    const lines = run.err().trim().split('\n');
    assert.deepEqual(
      lines.map((line) => line.split(' ')[0]),
      ['PORT', 'BURNIN_NAS', 'WEBHOOK_URL', 'BURNIN_SSH_HOST'],
    );
    assert.equal(run.out(), '');
    assert.doesNotMatch(run.err(), /hunter2/);
    assert.equal(existsSync(path.join(dir, 'data')), false);
  });

  for (const which of ['PORT', 'MQTT_PORT'] as const) {
    it(`says so in one line when ${which} is in use`, async () => {
      const taken = createServer();
      taken.listen(0, '127.0.0.1');
      await once(taken, 'listening');
      const port = String((taken.address() as AddressInfo).port);
      const run = start({ ...(await freePorts()), [which]: port });
      const [code] = (await once(run.child, 'close')) as [number];
      taken.close();
      assert.equal(code, 1);
      assert.match(
        run.err(),
        new RegExp(`^.*\\(${which}\\): port ${port} is in use on 127\\.0\\.0\\.1.*\n$`),
      );
    });
  }

  it('says so in one line when another process has the data directory, until that one is killed', async () => {
    const first = start(await freePorts());
    await ready(first);
    const second = start({ ...(await freePorts()), BURNIN_DATA: path.join(dir, 'data/../data/') });
    assert.equal((await once(second.child, 'close'))[0], 1);
    assert.match(second.err(), /^Another Node-RED already serves the NAS "demo" from .*data\. Stop it.*\n$/);
    assert.equal(second.out(), '');
    const exit = once(first.child, 'close');
    first.child.kill('SIGKILL');
    await exit;
    const third = start(await freePorts());
    await ready(third);
    assert.equal(await stop(third), 0);
  });

  it('says so also when the other one is no bundled Node-RED but serves the same NAS', async () => {
    const holder = await startLockProcess(path.join(dir, 'data/demo.lock'));
    const run = start(await freePorts());
    assert.equal((await once(run.child, 'close'))[0], 1);
    assert.match(run.err(), /^Another Node-RED already serves the NAS "demo".*\n$/);
    await holder.kill();
  });

  for (const version of ['node-red', 'node-red4']) {
    it(`runs the bundled flow on ${version}, prints where things are and stops on SIGTERM`, async () => {
      const ports = await freePorts();
      const run = start({ ...ports, BURNIN_NODE_RED: version });
      await ready(run);
      const answer = await fetch(`http://127.0.0.1:${ports.PORT}/flows`);
      assert.deepEqual(await answer.json(), readFlow(path.join(root, 'flows/burnin.json')));
      const sets = await fetch(`http://127.0.0.1:${ports.PORT}/nodes`, {
        headers: { accept: 'application/json' },
      });
      const loaded = ((await sets.json()) as { module: string; err?: string }[]).filter(({ module }) =>
        module.startsWith('@nas-burnin'),
      );
      assert.deepEqual(
        loaded.map(({ err }) => err),
        Array<undefined>(6).fill(undefined),
      );
      assert.match(run.out(), new RegExp(`editor: +http://127\\.0\\.0\\.1:${ports.PORT}/`));
      assert.match(run.out(), new RegExp(`MQTT: +mqtt://127\\.0\\.0\\.1:${ports.MQTT_PORT}`));
      assert.doesNotMatch(run.out(), /Waiting for missing types/);
      assert.equal(await stop(run), 0);
      assert.doesNotMatch(run.err(), /WARNING/);
    });
  }

  it('keeps its files for their owner, and a flow and a secret that are there already', async () => {
    const run = start(await freePorts());
    await ready(run);
    await stop(run);
    const data = path.join(dir, 'data');
    const secretFile = path.join(data, 'credential-secret');
    assert.equal(statSync(data).mode & 0o777, 0o700);
    assert.equal(statSync(secretFile).mode & 0o777, 0o600);
    const secret = readFileSync(secretFile, 'utf8');
    writeFileSync(path.join(data, 'node-red/flows.json'), '[]');
    const again = start(await freePorts());
    // An empty flow starts as well.
    await ready(again);
    await stop(again);
    assert.equal(readFileSync(path.join(data, 'node-red/flows.json'), 'utf8'), '[]');
    assert.equal(readFileSync(secretFile, 'utf8'), secret);
  });

  it('warns of an open editor when it listens beyond this machine', async () => {
    const run = start({ ...(await freePorts()), HOST: '0.0.0.0' });
    await ready(run);
    await stop(run);
    assert.match(run.err(), /WARNING: .*adminAuth/);
  });
});

function readFlow(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Two ports that were free a moment ago: the settings want numbers. */
async function freePorts(): Promise<{ PORT: string; MQTT_PORT: string }> {
  const servers = [createServer(), createServer()];
  const ports: string[] = [];
  for (const server of servers) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ports.push(String((server.address() as AddressInfo).port));
  }
  for (const server of servers) server.close();
  const [PORT = '', MQTT_PORT = ''] = ports;
  return { PORT, MQTT_PORT };
}
