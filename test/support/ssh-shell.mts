import { existsSync, statSync } from 'node:fs';
import { openSshShell } from '../../dist/lib/nas/open-ssh-shell.js';
import type { SshShellSettings } from '../../dist/lib/nas/open-ssh-shell.js';
import type { Shell } from '../../dist/lib/nas/shell.js';
import type { Sshd } from './sshd.mts';
import { until } from './sshd.mts';

/** Short enough for a test, and in the same proportions as the real ones. */
export const quickTimings = {
  keepaliveIntervalMs: 200,
  keepaliveCountMax: 3,
  connectTimeoutMs: 5000,
  reconnect: { firstMs: 50, longestMs: 200 },
  refused: { firstMs: 200, longestMs: 400 },
};

/** Settings with which root logs in at `sshd`. */
export function buildShellSettings(sshd: Sshd, overrides: Partial<SshShellSettings> = {}): SshShellSettings {
  return {
    host: '127.0.0.1',
    port: sshd.port,
    user: 'root',
    keyFile: sshd.keyFile,
    password: null,
    hostKey: sshd.fingerprint,
    timings: quickTimings,
    ...overrides,
  };
}

/** Opens shells and closes them all at once. */
export class ShellOpener {
  readonly #shells: Shell[] = [];

  open(sshd: Sshd, overrides: Partial<SshShellSettings> = {}): Shell {
    const shell = openSshShell(buildShellSettings(sshd, overrides));
    this.#shells.push(shell);
    return shell;
  }

  async close(): Promise<void> {
    await Promise.all(this.#shells.splice(0).map((shell) => shell.close()));
  }
}

/** Waits for a state of the link. */
export function untilState(shell: Shell, state: Shell['state']): Promise<void> {
  return until(`the link to be ${state}`, () => shell.state === state);
}

/** Waits for a file that a command on the host writes something to. */
export function untilFile(file: string): Promise<void> {
  return until(file, () => existsSync(file) && statSync(file).size > 0);
}
