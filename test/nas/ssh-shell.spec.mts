import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { Socket } from 'node:net';
import path from 'node:path';
import { UnreachableError } from '../../dist/lib/core/refusal.js';
import { buildShellSettings, ShellOpener, untilFile, untilState } from '../support/ssh-shell.mts';
import type { Sshd } from '../support/sshd.mts';
import { killFromFile, describeSshd, openSshd, until } from '../support/sshd.mts';

const shells = new ShellOpener();

describeSshd('the SSH shell', [], () => {
  let sshd: Sshd;
  before(async () => {
    sshd = await openSshd();
  });
  afterEach(() => shells.close());
  after(() => sshd.close());

  it('runs a script and gives its code, output and errors', async () => {
    const shell = shells.open(sshd);
    const result = await shell.run({ script: "id -u; echo 'b  c' >&2; exit 3", timeoutMs: 5000 });
    assert.deepEqual(result, { exitCode: 3, stdout: '0\n', stderr: 'b  c\n' });
  });

  it('gives no exit code for a command that a signal ended', async () => {
    const result = await shells.open(sshd).run({ script: 'kill -KILL $$', timeoutMs: 5000 });
    assert.equal(result.exitCode, null);
  });

  it('tells of the connection and its end', async () => {
    const shell = shells.open(sshd);
    const seen: string[] = [];
    const stop = shell.onChange(() => seen.push(`${shell.state}: ${shell.message}`));
    assert.equal(shell.state, 'connecting');
    await untilState(shell, 'connected');
    await sshd.kill();
    await untilState(shell, 'disconnected');
    stop();
    await sshd.start();
    await untilState(shell, 'connected');
    const target = `root@127.0.0.1:${sshd.port}`;
    assert.equal(seen.length, 2);
    assert.equal(seen[0], `connected: connected to ${target}`);
    assert.match(seen[1] ?? '', new RegExp(`^disconnected: ${target}: .*(closed|lost|reset)`));
  });

  it('answers sixty requests at once over one connection', async () => {
    const shell = shells.open(sshd);
    const numbers = Array.from({ length: 60 }, (_, index) => index);
    const results = await Promise.all(
      numbers.map((index) => shell.run({ script: `echo ${index}`, timeoutMs: 30_000 })),
    );
    assert.deepEqual(
      results.map(({ stdout }) => Number(stdout)),
      numbers,
    );
    assert.equal(sshd.sessions().length, 1);
  }).timeout(40_000);

  it('sends small packets at once', async () => {
    const original = Socket.prototype.setNoDelay;
    const calls: unknown[] = [];
    Socket.prototype.setNoDelay = function (this: Socket, noDelay?: boolean) {
      calls.push(noDelay);
      return original.call(this, noDelay);
    };
    try {
      await shells.open(sshd).run({ script: 'true', timeoutMs: 5000 });
    } finally {
      Socket.prototype.setNoDelay = original;
    }
    assert.deepEqual(calls, [true]);
  });

  for (const stream of ['>&1', '>&2']) {
    it(`gives up an endless answer on ${stream}, and goes on working`, async () => {
      const shell = shells.open(sshd, { maxOutputBytes: 100_000 });
      await assert.rejects(
        shell.run({ script: `while :; do echo 0123456789; done ${stream}`, timeoutMs: 8000 }),
        (error) => error instanceof UnreachableError && error.message.includes('longer than 100000 bytes'),
      );
      assert.equal((await shell.run({ script: 'echo on', timeoutMs: 5000 })).stdout, 'on\n');
    });
  }

  it('takes an answer that just fits, and text beyond ASCII', async () => {
    const shell = shells.open(sshd, { maxOutputBytes: 300_003 });
    const script = "printf '\\342\\202\\254'; head -c 300000 /dev/zero | tr '\\000' x; echo Größe >&2";
    const { stdout, stderr } = await shell.run({ script, timeoutMs: 5000 });
    assert.equal(stdout, `€${'x'.repeat(300_000)}`);
    assert.equal(stderr, 'Größe\n');
  });

  it('sends a script larger than a channel takes at once', async () => {
    const comment = `# ${'x'.repeat(1000)}\n`.repeat(5000);
    const { stdout } = await shells.open(sshd).run({ script: `${comment}echo end`, timeoutMs: 8000 });
    assert.equal(stdout, 'end\n');
  });

  it('gives a request up at its own deadline, and goes on working', async () => {
    const shell = shells.open(sshd);
    await untilState(shell, 'connected');
    const file = path.join(sshd.directory, 'slow.pid');
    const slow = shell.run({ script: `echo $$ >'${file}'; exec sleep 60`, timeoutMs: 700 });
    await assert.rejects(slow, { name: 'UnreachableError', message: 'no answer from the NAS within 700 ms' });
    assert.equal((await shell.run({ script: 'echo on', timeoutMs: 5000 })).stdout, 'on\n');
    killFromFile(file);
  });

  it('gives a request up at its deadline while it waits for a channel', async () => {
    const shell = shells.open(sshd, { maxChannels: 1 });
    const file = path.join(sshd.directory, 'first.pid');
    const first = shell.run({ script: `echo $$ >'${file}'; exec sleep 60`, timeoutMs: 8000 });
    await untilFile(file);
    await assert.rejects(shell.run({ script: 'echo never', timeoutMs: 100 }), UnreachableError);
    const third = shell.run({ script: 'echo third', timeoutMs: 8000 });
    killFromFile(file);
    assert.equal((await first).exitCode, null);
    assert.equal((await third).stdout, 'third\n');
  });

  it('rejects what is under way when it is closed, and all that comes after', async () => {
    const shell = shells.open(sshd);
    const file = path.join(sshd.directory, 'closed.pid');
    const script = `echo $$ >'${file}'; exec sleep 60`;
    const requests = Array.from({ length: 6 }, () => shell.run({ script, timeoutMs: 60_000 }));
    const ends = Promise.allSettled(requests);
    await untilFile(file);
    await shell.close();
    for (const end of await ends) {
      assert.ok(end.status === 'rejected' && end.reason instanceof UnreachableError);
    }
    assert.equal(shell.state, 'disconnected');
    await assert.rejects(shell.run({ script: 'true', timeoutMs: 5000 }), UnreachableError);
    await until('sshd to see the end', () => sshd.sessions().length === 0);
    killFromFile(file);
  });

  const ends = [
    { name: 'a connected shell', change: {} },
    { name: 'a shell that is refused', change: { hostKey: null } },
    { name: 'a shell without a host', change: { port: 1 } },
  ];
  for (const { name, change } of ends) {
    it(`leaves nothing that keeps a process alive after ${name} is closed`, () => {
      const aMinute = { firstMs: 60_000, longestMs: 60_000 };
      const timings = { keepaliveIntervalMs: 60_000, reconnect: aMinute, refused: aMinute };
      const settings = JSON.stringify({ ...buildShellSettings(sshd), timings, ...change });
      const url = new URL('../../dist/lib/nas/open-ssh-shell.js', import.meta.url).href;
      const program = `
        import { openSshShell } from '${url}';
        const shell = openSshShell(${settings});
        const first = await shell.run({ script: 'true', timeoutMs: 500 }).catch((error) => error);
        await shell.close();
        process.stdout.write('closed');`;
      const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
        encoding: 'utf8',
        timeout: 8000,
      });
      assert.deepEqual({ stdout, status }, { stdout: 'closed', status: 0 });
    });
  }
});

describeSshd('the SSH shell with few sessions', [], () => {
  let sshd: Sshd;
  afterEach(async () => {
    await shells.close();
    await sshd.close();
  });

  it('answers everything with MaxSessions 2', async () => {
    sshd = await openSshd({ maxSessions: 2 });
    const shell = shells.open(sshd);
    const requests = Array.from({ length: 20 }, (_, index) =>
      shell.run({ script: `echo ${index}`, timeoutMs: 30_000 }),
    );
    const results = await Promise.all(requests);
    assert.equal(results.map(({ stdout }) => stdout.trim()).join(' '), [...requests.keys()].join(' '));
    assert.equal(sshd.sessions().length, 1);
  }).timeout(40_000);

  it('takes a new connection when commands that were given up hold all sessions', async () => {
    sshd = await openSshd({ maxSessions: 1 });
    const shell = shells.open(sshd);
    const file = path.join(sshd.directory, 'stuck.pid');
    const stuck = shell.run({ script: `echo $$ >'${file}'; exec sleep 60`, timeoutMs: 1000 });
    await assert.rejects(stuck, UnreachableError);
    const { stdout } = await shell.run({ script: 'echo again', timeoutMs: 15_000 });
    killFromFile(file);
    assert.equal(stdout, 'again\n');
  }).timeout(20_000);
});
