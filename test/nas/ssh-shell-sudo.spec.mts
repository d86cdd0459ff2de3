import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { UnreachableError } from '../../dist/lib/core/refusal.js';
import { ShellOpener } from '../support/ssh-shell.mts';
import type { Sshd } from '../support/sshd.mts';
import { describeSshd, openSshd, until } from '../support/sshd.mts';
import type { TestUser } from '../support/test-user.mts';
import { openTestUser } from '../support/test-user.mts';

const shells = new ShellOpener();
const rights = 'USER ALL=(ALL) NOPASSWD: ALL';

describeSshd('the SSH shell for a login that is not root', ['/usr/bin/sudo', '/usr/sbin/useradd'], () => {
  let sshd: Sshd;
  let user: TestUser;
  const file = (name: string) => path.join(sshd.directory, name);
  const open = () => shells.open(sshd, { user: user.name });
  before(async () => {
    sshd = await openSshd();
    user = openTestUser(file('home'));
  });
  afterEach(async () => {
    await shells.close();
    user.useLoginShell('/bin/bash');
    rmSync(file('home/.bashrc'), { force: true });
  });
  after(async () => {
    await sshd.close();
    user.close();
  });

  it('runs scripts as root by sudo -n', async () => {
    user.allowSudo([rights]);
    const result = await open().run({ script: 'id -u; echo bad >&2; exit 4', timeoutMs: 8000 });
    assert.deepEqual(result, { exitCode: 4, stdout: '0\n', stderr: 'bad\n' });
  });

  it('asks the host who is root, and does not go by the name', async () => {
    const other = openTestUser(file('home'), { isRoot: true });
    try {
      const shell = shells.open(sshd, { user: other.name });
      assert.equal((await shell.run({ script: 'id -u', timeoutMs: 8000 })).stdout, '0\n');
    } finally {
      other.close();
    }
  });

  const refusals = [
    { name: 'wants a password', lines: ['USER ALL=(ALL) ALL'] },
    { name: 'does not know the user', lines: [] },
    { name: 'allows other programs only', lines: ['USER ALL=(ALL) NOPASSWD: /bin/true'] },
    { name: 'wants a terminal', lines: ['Defaults:USER requiretty', rights] },
  ];
  for (const { name, lines } of refusals) {
    for (const isSupervisor of [false, true]) {
      it(`says what to do when sudo ${name}${isSupervisor ? ', to a supervisor too' : ''}`, async () => {
        user.allowSudo(lines);
        const run = open().run({ script: `echo x >'${file('never')}'`, timeoutMs: 8000, isSupervisor });
        await assert.rejects(run, (error) => {
          assert.ok(error instanceof UnreachableError);
          assert.match(error.message, /^sudo on the NAS .*\(.*sudo.*\): allow it in sudoers \(NOPASSWD/);
          return true;
        });
        assert.equal(existsSync(file('never')), false);
      });
    }
  }

  it('works again as soon as sudo allows it', async () => {
    user.allowSudo([]);
    const shell = open();
    await assert.rejects(shell.run({ script: 'true', timeoutMs: 8000 }), UnreachableError);
    user.allowSudo([rights]);
    assert.equal((await shell.run({ script: 'echo on', timeoutMs: 8000 })).stdout, 'on\n');
  });

  it('passes on what a start-up file prints, before the answer', async () => {
    user.allowSudo([rights]);
    writeFileSync(file('home/.bashrc'), 'echo Welcome; echo tip >&2\n');
    const { stdout, stderr } = await open().run({ script: 'echo answer', timeoutMs: 8000 });
    assert.deepEqual([stdout, stderr], ['Welcome\nanswer\n', 'tip\n']);
  });

  it('says so when a start-up file eats the script', async () => {
    user.allowSudo([rights]);
    writeFileSync(file('home/.bashrc'), 'cat >/dev/null\n');
    await assert.rejects(
      open().run({ script: 'echo x', timeoutMs: 8000 }),
      /start-up files that read no input/,
    );
  });

  it('says so when the login shell runs no commands', async () => {
    user.allowSudo([rights]);
    user.useLoginShell('/usr/sbin/nologin');
    await assert.rejects(
      open().run({ script: 'true', timeoutMs: 8000 }),
      /did not run the command.*ordinary shell/,
    );
  });

  const loginShells = ['/bin/sh', '/bin/bash', '/usr/bin/zsh', '/bin/tcsh', '/usr/bin/fish', '/bin/csh'];
  for (const loginShell of loginShells.filter((candidate) => existsSync(candidate))) {
    for (const isSupervisor of [false, true]) {
      it(`means the same to ${loginShell}${isSupervisor ? ' with a supervisor' : ''}`, async () => {
        user.allowSudo([rights]);
        user.useLoginShell(loginShell);
        const script = `set -- 'a*b' "$(id -u)"; printf '%s\\n' "$@" '!x' '=ls' "it's"; exec >/dev/null 2>&1`;
        const { stdout } = await open().run({ script, timeoutMs: 8000, isSupervisor });
        assert.equal(stdout, "a*b\n0\n!x\n=ls\nit's\n");
      });
    }
  }
});

describeSshd('a supervisor below sudo', ['/usr/bin/sudo', '/usr/sbin/useradd'], () => {
  let sshd: Sshd;
  let user: TestUser;
  const file = (name: string) => path.join(sshd.directory, name);
  beforeEach(async () => {
    sshd = await openSshd();
    user = openTestUser(file('home'));
  });
  afterEach(async () => {
    await shells.close();
    await sshd.close();
    user.close();
  });
  const hasSubCommandLogging = () =>
    execFileSync('sudo', ['-V'], { encoding: 'utf8' }).includes('log_subcmds');

  const ways = [
    { name: 'plainly', defaults: '!use_pty', isTrap: false },
    { name: 'with an own terminal', defaults: 'use_pty', isTrap: false },
    { name: 'with sub-command logging', defaults: '!use_pty,log_subcmds', isTrap: true },
    { name: 'with sub-command logging and an own terminal', defaults: 'use_pty,log_subcmds', isTrap: true },
  ];
  for (const { name, defaults, isTrap } of ways) {
    it(`can still start programs after its answer and after the connection, ${name}`, async function () {
      if (isTrap && !hasSubCommandLogging()) this.skip();
      user.allowSudo([`Defaults:USER ${defaults}`, rights]);
      const shell = shells.open(sshd, { user: user.name });
      const script = `
        id -u; echo trouble >&2; echo $$ >'${file('pid')}'
        exec </dev/null >/dev/null 2>&1
        while [ -d '${sshd.directory}' ] && ! [ -e '${file('go')}' ]; do /bin/sleep 0.05; done
        /bin/echo done >'${file('done')}'`;
      const result = await shell.run({ script, timeoutMs: 8000, isSupervisor: true });
      assert.deepEqual(result, { exitCode: 0, stdout: '0\n', stderr: 'trouble\n' });
      await shell.close();
      sshd.killSessions();
      writeFileSync(file('go'), '');
      await until('the program to be started', () => readText(file('done')) === 'done\n');
    });
  }

  it('would be trapped if it went on without sudo (why it is kept above)', async function () {
    if (!hasSubCommandLogging()) this.skip();
    user.allowSudo(['Defaults:USER !use_pty,log_subcmds', rights]);
    const state = file('state');
    const later = `while [ -d /proc/$PPID ]; do :; done; if /bin/true; then echo free; else echo trapped; fi`;
    const script = `(${later} >'${state}') 2>/dev/null >/dev/null &`;
    await shells.open(sshd, { user: user.name }).run({ script, timeoutMs: 8000 });
    await until('the end of the wait', () => readText(state) !== '');
    assert.equal(readText(state), 'trapped\n');
  });
});

function readText(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
