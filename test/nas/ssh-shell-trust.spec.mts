import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { UnreachableError } from '../../dist/lib/core/refusal.js';
import { ShellOpener, untilState } from '../support/ssh-shell.mts';
import type { Sshd } from '../support/sshd.mts';
import { describeSshd, openSshd, until } from '../support/sshd.mts';
import type { TestUser } from '../support/test-user.mts';
import { openTestUser } from '../support/test-user.mts';

const shells = new ShellOpener();
const other = `SHA256:${'A'.repeat(43)}`;

describeSshd('whom the SSH shell trusts', [], () => {
  let sshd: Sshd;
  beforeEach(async () => {
    sshd = await openSshd({ config: ['LogLevel DEBUG1', 'PasswordAuthentication yes'] });
  });
  afterEach(async () => {
    await shells.close();
    await sshd.close();
  });

  const logins = [
    { name: 'a key', login: {} },
    { name: 'a password', login: { keyFile: null, password: 'do-not-send' } },
  ];
  for (const { name, login } of logins) {
    for (const hostKey of [null, other]) {
      it(`sends nothing of ${name} to a host when the pinned key is ${hostKey ?? 'not set'}`, async () => {
        const shell = shells.open(sshd, { ...login, hostKey });
        await untilState(shell, 'refused');
        await until('a second try', () => sshd.log().split('Connection from').length > 2);
        assert.equal(shell.state, 'refused');
        assert.ok(sshd.log().includes('SSH2_MSG_KEXINIT'), 'the log tells the steps');
        assert.equal(sshd.log().includes('userauth-request'), false);
      });
    }
  }

  it('shows the fingerprint of an unknown host and what to do with it', async () => {
    const shell = shells.open(sshd, { hostKey: null });
    const run = shell.run({ script: 'true', timeoutMs: 9000 });
    await assert.rejects(
      run,
      (error) => error instanceof UnreachableError && error.message.includes(sshd.fingerprint),
    );
    assert.equal(shell.state, 'refused');
    assert.ok(shell.message.endsWith(`set BURNIN_SSH_HOST_KEY to ${sshd.fingerprint}`), shell.message);
  });

  it('refuses a host whose key has changed, and shows both', async () => {
    const pinned = sshd.fingerprint;
    const shell = shells.open(sshd);
    await untilState(shell, 'connected');
    await sshd.kill();
    sshd.swapHostKey();
    await sshd.start();
    await untilState(shell, 'refused');
    assert.notEqual(sshd.fingerprint, pinned);
    assert.ok(shell.message.includes(pinned) && shell.message.includes(sshd.fingerprint), shell.message);
    await assert.rejects(shell.run({ script: 'true', timeoutMs: 9000 }), UnreachableError);
  });
});

describeSshd('how the SSH shell logs in', ['/usr/bin/sudo', '/usr/sbin/useradd'], () => {
  let sshd: Sshd;
  const users: TestUser[] = [];
  const file = (name: string) => path.join(sshd.directory, name);
  const openUser = () => {
    const user = openTestUser(file('home'));
    users.push(user);
    user.allowSudo(['USER ALL=(ALL) NOPASSWD: ALL']);
    return user;
  };
  const start = async (...config: string[]) => {
    sshd = await openSshd({ config });
  };
  const readRefusal = async (overrides: object) => {
    const shell = shells.open(sshd, overrides);
    await assert.rejects(shell.run({ script: 'true', timeoutMs: 9000 }), UnreachableError);
    assert.equal(shell.state, 'refused');
    return shell.message;
  };
  afterEach(async () => {
    await shells.close();
    await sshd.close();
    for (const user of users.splice(0)) user.close();
  });

  it('says so when the key is not allowed, and comes in by itself once it is', async () => {
    await start();
    const shell = shells.open(sshd, { keyFile: sshd.strangerKeyFile });
    await untilState(shell, 'refused');
    assert.match(shell.message, /login refused by root@127.0.0.1:\d+ \(it allows publickey\): check/);
    cpSync(`${sshd.strangerKeyFile}.pub`, file('authorized_keys'));
    await untilState(shell, 'connected');
    assert.equal((await shell.run({ script: 'echo in', timeoutMs: 5000 })).stdout, 'in\n');
  });

  it('says so when the user does not exist', async () => {
    await start();
    assert.match(await readRefusal({ user: 'nobody-here' }), /login refused by nobody-here@/);
  });

  it('reads the key file afresh at each try', async () => {
    await start();
    const shell = shells.open(sshd, { keyFile: file('late') });
    await untilState(shell, 'refused');
    assert.match(shell.message, /key file .*\/late cannot be read \(ENOENT\)/);
    cpSync(sshd.keyFile, file('late'));
    await untilState(shell, 'connected');
  });

  it('shows nothing of a file that is no key', async () => {
    await start();
    writeFileSync(file('secret'), 'TOP-SECRET-CONTENT');
    const message = await readRefusal({ keyFile: file('secret'), password: 'hush-hush' });
    assert.match(message, /key file .*\/secret is not a private key/);
    assert.doesNotMatch(message, /TOP-SECRET|hush/);
    assert.match(
      await readRefusal({ keyFile: `${sshd.keyFile}.pub` }),
      /not a private key|holds a public key/,
    );
    assert.match(await readRefusal({ keyFile: null }), /neither a key file nor a password/);
  });

  it('opens an encrypted key file with the password, which it never sends', async () => {
    await start('PasswordAuthentication yes', 'LogLevel DEBUG1');
    execFileSync('ssh-keygen', ['-q', '-p', '-N', 'right', '-f', sshd.keyFile]);
    assert.match(await readRefusal({}), /is encrypted: set its passphrase/);
    const wrong = await readRefusal({ password: 'wrong-pass' });
    assert.match(wrong, /does not open with the passphrase/);
    assert.doesNotMatch(wrong, /wrong-pass/);
    const shell = shells.open(sshd, { password: 'right' });
    assert.equal((await shell.run({ script: 'echo in', timeoutMs: 5000 })).stdout, 'in\n');
    assert.doesNotMatch(sshd.log(), /method password/);
  });

  const ways = [
    { name: 'password', config: ['PasswordAuthentication yes'] },
    { name: 'keyboard-interactive', config: ['KbdInteractiveAuthentication yes', 'UsePAM yes'] },
  ];
  for (const { name, config } of ways) {
    it(`logs in by ${name}, and says so when the password is wrong`, async () => {
      await start(...config);
      const user = openUser();
      const login = { user: user.name, keyFile: null };
      const shell = shells.open(sshd, { ...login, password: user.password });
      assert.equal((await shell.run({ script: 'id -u', timeoutMs: 8000 })).stdout, '0\n');
      assert.match(sshd.log(), new RegExp(`Accepted ${name}`));
      const refusal = await readRefusal({ ...login, password: 'wrong-pass' });
      assert.match(refusal, /login refused/);
      assert.doesNotMatch(refusal, /wrong-pass/);
    }).timeout(20_000);
  }

  it('says what the host allows when that is no password', async () => {
    await start();
    assert.match(await readRefusal({ keyFile: null, password: 'x' }), /it allows publickey/);
    assert.doesNotMatch(sshd.log(), /password/);
  });
});
