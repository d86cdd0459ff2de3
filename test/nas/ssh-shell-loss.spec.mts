import assert from 'node:assert/strict';
import { once } from 'node:events';
import path from 'node:path';
import { UnreachableError } from '../../dist/lib/core/refusal.js';
import { openSshConnection } from '../../dist/lib/nas/ssh-connection.js';
import { readLogin } from '../../dist/lib/nas/read-login.js';
import {
  buildShellSettings,
  quickTimings,
  ShellOpener,
  untilFile,
  untilState,
} from '../support/ssh-shell.mts';
import type { Sshd } from '../support/sshd.mts';
import { killFromFile, listDescendants, describeSshd, openSshd, until } from '../support/sshd.mts';

const shells = new ShellOpener();

describeSshd('the SSH shell and a connection that is lost', [], () => {
  let sshd: Sshd;
  const file = (name: string) => path.join(sshd.directory, name);
  beforeEach(async () => {
    sshd = await openSshd();
  });
  afterEach(async () => {
    await shells.close();
    await sshd.close();
  });

  it('comes back by itself when sshd was killed and started again', async () => {
    const shell = shells.open(sshd);
    assert.equal((await shell.run({ script: 'echo 1', timeoutMs: 5000 })).stdout, '1\n');
    await sshd.kill();
    await sshd.start();
    assert.equal((await shell.run({ script: 'echo 2', timeoutMs: 8000 })).stdout, '2\n');
  });

  it('keeps a request until the host is there', async () => {
    await sshd.kill();
    const shell = shells.open(sshd);
    await untilState(shell, 'disconnected');
    assert.match(shell.message, /connection refused: is the SSH service on\?/);
    const run = shell.run({ script: 'echo late', timeoutMs: 9000 });
    await sshd.start();
    assert.equal((await run).stdout, 'late\n');
  });

  it('says why when no connection came in time', async () => {
    await sshd.kill();
    const shell = shells.open(sshd);
    await assert.rejects(shell.run({ script: 'true', timeoutMs: 400 }), {
      name: 'UnreachableError',
      message: /^no connection to the NAS within 400 ms: .*connection refused/,
    });
  });

  it('never takes a command for done whose session was killed', async () => {
    const shell = shells.open(sshd);
    const run = shell.run({ script: `echo $$ >'${file('pid')}'; exec sleep 60`, timeoutMs: 30_000 });
    const end = assert.rejects(
      run,
      (error) => error instanceof UnreachableError && /lost/.test(error.message),
    );
    await untilFile(file('pid'));
    sshd.killSessions();
    await end;
    killFromFile(file('pid'));
    assert.equal((await shell.run({ script: 'echo on', timeoutMs: 8000 })).stdout, 'on\n');
  });

  it('never takes a command for done whose exit code came but whose answer did not', async () => {
    const shell = shells.open(sshd);
    const script = `sh -c 'echo $$ >"${file('pid')}"; exec sleep 60' & exit 0`;
    const run = shell.run({ script, timeoutMs: 30_000 });
    const end = assert.rejects(run, UnreachableError);
    await untilFile(file('pid'));
    await until('the script to end', () => sshd.sessions().flatMap(listDescendants).length === 0);
    await shell.run({ script: 'true', timeoutMs: 5000 });
    sshd.killSessions();
    await end;
    killFromFile(file('pid'));
  });

  it('notices a host that hangs, and comes back when it wakes', async () => {
    const shell = shells.open(sshd);
    const run = shell.run({ script: `echo x >'${file('up')}'; exec sleep 2`, timeoutMs: 30_000 });
    const end = assert.rejects(
      run,
      (error) => error instanceof UnreachableError && /stopped answering/.test(error.message),
    );
    await untilFile(file('up'));
    sshd.freeze();
    await end;
    assert.equal(shell.state, 'disconnected');
    sshd.thaw();
    assert.equal((await shell.run({ script: 'echo on', timeoutMs: 8000 })).stdout, 'on\n');
  });

  it('keeps its deadlines towards a host that hangs', async () => {
    const shell = shells.open(sshd, { timings: { ...quickTimings, keepaliveIntervalMs: 60_000 } });
    await shell.run({ script: 'true', timeoutMs: 5000 });
    sshd.freeze();
    await assert.rejects(
      shell.run({ script: 'true', timeoutMs: 300 }),
      /no answer from the NAS within 300 ms/,
    );
    await shell.close();
    sshd.thaw();
  });

  it('closes quickly towards a host that hangs', async () => {
    const shell = shells.open(sshd, { timings: { ...quickTimings, keepaliveIntervalMs: 60_000 } });
    await shell.run({ script: 'true', timeoutMs: 5000 });
    sshd.freeze();
    const end = assert.rejects(shell.run({ script: 'true', timeoutMs: 60_000 }), UnreachableError);
    await shell.close();
    await end;
    sshd.thaw();
  });

  it('tells of a closed connection where ssh2 would throw', async () => {
    const ssh = buildShellSettings(sshd);
    const reading = await readLogin(ssh);
    assert.ok(reading.ok);
    const ends: string[] = [];
    const ready = new AbortController();
    const connection = openSshConnection({
      ...quickTimings,
      ssh,
      login: reading.login,
      onReady: () => ready.abort(),
      onEnd: ({ message }) => ends.push(message),
    });
    await once(ready.signal, 'abort');
    connection.end('enough');
    const errors: unknown[] = [];
    connection.exec('true', (error, channel) => errors.push(error, channel));
    assert.ok(errors[0] instanceof Error);
    assert.equal(errors[1], undefined);
    assert.equal(connection.isOpen, false);
    await connection.closed;
    assert.deepEqual(ends, [`root@127.0.0.1:${sshd.port}: enough`]);
  });
});
