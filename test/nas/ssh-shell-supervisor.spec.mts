import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { UnreachableError } from '../../dist/lib/core/refusal.js';
import { ShellOpener, untilFile } from '../support/ssh-shell.mts';
import type { Sshd } from '../support/sshd.mts';
import { describeSshd, openSshd } from '../support/sshd.mts';

const shells = new ShellOpener();

describeSshd('a supervisor started by the SSH shell', [], () => {
  let sshd: Sshd;
  const file = (name: string) => path.join(sshd.directory, name);
  const wait = () => `while [ -d '${sshd.directory}' ] && ! [ -e '${file('go')}' ]; do sleep 0.05; done`;
  const detach = 'exec </dev/null >/dev/null 2>&1';
  beforeEach(async () => {
    sshd = await openSshd({ maxSessions: 4 });
  });
  afterEach(async () => {
    await shells.close();
    await sshd.close();
  });

  it('answers in full, and goes on after the channel and after the connection', async () => {
    const shell = shells.open(sshd);
    const script = `seq 20000; ${detach}; ${wait()}; echo done >'${file('done')}'`;
    const { stdout, exitCode } = await shell.run({ script, timeoutMs: 8000, isSupervisor: true });
    assert.equal(stdout.split('\n').length, 20_001);
    assert.equal(exitCode, 0);
    assert.equal((await shell.run({ script: 'echo on', timeoutMs: 5000 })).stdout, 'on\n');
    sshd.killSessions();
    writeFileSync(file('go'), '');
    await untilFile(file('done'));
  });

  it('is in a session of its own', async () => {
    const script = `cat /proc/$$/stat; ${detach}`;
    const { stdout } = await shells.open(sshd).run({ script, timeoutMs: 8000, isSupervisor: true });
    const [, , , parent, , session] = stdout.split(' ').map(Number);
    assert.equal(session, parent, 'the shell above it leads the session');
  });

  it('answers without closing its errors, or by its end', async () => {
    const shell = shells.open(sshd);
    const open = `echo a; exec </dev/null >/dev/null; ${wait()}`;
    assert.equal((await shell.run({ script: open, timeoutMs: 8000, isSupervisor: true })).stdout, 'a\n');
    assert.equal((await shell.run({ script: 'echo b', timeoutMs: 8000, isSupervisor: true })).stdout, 'b\n');
  });

  it('does not use up the sessions of sshd', async () => {
    const shell = shells.open(sshd);
    const scripts = Array.from({ length: 15 }, (_, index) => `echo ${index}; ${detach}; ${wait()}`);
    const runs = scripts.map((script) => shell.run({ script, timeoutMs: 20_000, isSupervisor: true }));
    const results = await Promise.all(runs);
    assert.deepEqual(
      results.map(({ stdout }) => Number(stdout)),
      [...scripts.keys()],
    );
    const [session, ...others] = sshd.sessions();
    assert.deepEqual(others, []);
    assert.equal((await shell.run({ script: 'echo on', timeoutMs: 8000 })).stdout, 'on\n');
    assert.deepEqual(sshd.sessions(), [session]);
  }).timeout(30_000);

  it('lives on when the connection is lost before its answer, which is then no answer', async () => {
    const shell = shells.open(sshd);
    const count = 'i=0; while [ $i -lt 30000 ]; do echo $i; i=$((i + 1)); done';
    const script = `echo $$ >'${file('pid')}'; ${wait()}; ${count}; ${detach}; echo done >'${file('done')}'`;
    const run = shell.run({ script, timeoutMs: 8000, isSupervisor: true });
    const end = assert.rejects(
      run,
      (error) => error instanceof UnreachableError && /lost/.test(error.message),
    );
    await untilFile(file('pid'));
    await shell.run({ script: 'true', timeoutMs: 5000 });
    sshd.killSessions();
    await end;
    writeFileSync(file('go'), '');
    await untilFile(file('done'));
  });

  it('has not answered when it was killed before its end', async () => {
    const script = 'echo half; kill -KILL 0; sleep 1';
    const run = shells.open(sshd).run({ script, timeoutMs: 9000, isSupervisor: true });
    await assert.rejects(run, { name: 'UnreachableError', message: /^the command ended before its answer/ });
  });
});
