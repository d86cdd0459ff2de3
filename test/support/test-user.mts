import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';

/** A user of this machine for the length of a test. */
export interface TestUser {
  readonly name: string;
  readonly password: string;
  /** Writes the user's sudoers file; `USER` in a line stands for the name. No lines: no right to sudo. */
  allowSudo(lines: readonly string[]): void;
  useLoginShell(file: string): void;
  close(): void;
}

let count = 0;

/** Adds a user without rights, or another name for root. Needs root. `home` is made, and belongs to the user. */
export function openTestUser(home: string, { isRoot = false } = {}): TestUser {
  count += 1;
  const name = `bi-${process.pid}-${count}`;
  const password = `pass word ${process.pid} §`;
  const sudoers = `/etc/sudoers.d/${name}`;
  const close = () => {
    process.removeListener('exit', close);
    rmSync(sudoers, { force: true });
    execFileSync('userdel', ['--force', name], { stdio: 'ignore' });
  };
  mkdirSync(home, { recursive: true });
  const uid = isRoot ? ['--non-unique', '--uid', '0'] : [];
  execFileSync('useradd', ['--no-create-home', '--home-dir', home, '--shell', '/bin/bash', ...uid, name], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  process.once('exit', close);
  execFileSync('chpasswd', { input: `${name}:${password}\n` });
  execFileSync('chown', [name, home]);
  return {
    name,
    password,
    allowSudo: (lines) => {
      const text = lines.map((line) => `${line.replaceAll('USER', name)}\n`).join('');
      execFileSync('visudo', ['-c', '-f', '-'], { input: text, stdio: ['pipe', 'ignore', 'inherit'] });
      writeFileSync(sudoers, text, { mode: 0o440 });
    },
    useLoginShell: (file) => execFileSync('usermod', ['--shell', file, name]),
    close,
  };
}
