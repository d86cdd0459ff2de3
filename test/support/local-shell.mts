import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { UnreachableError } from '../../dist/lib/core/refusal.js';
import type { Shell, ShellRequest, ShellResult } from '../../dist/lib/nas/shell.js';
import { runTool } from './loop-drive.mts';

export const interpreters = ['dash', 'busybox', 'bash'] as const;
export type Interpreter = (typeof interpreters)[number];

export interface LocalHost {
  /** What stands for `/` on this host; `/run` below it is its own, everything else the machine's. */
  readonly root: string;
  /** First in PATH: executables put here stand in for the real ones. */
  readonly bin: string;
  readonly base: string;
  readonly shell: Shell;
  destroy(): void;
}

/** A NAS that is this machine, with a `/run` of its own, whose scripts run under the given interpreter. */
export function createLocalHost(interpreter: Interpreter = 'dash'): LocalHost {
  const root = mkdtempSync('/dev/shm/local-host-');
  for (const dir of ['proc', 'sys', 'dev']) symlinkSync(`/${dir}`, join(root, dir));
  const bin = join(root, 'bin');
  for (const dir of [join(root, 'run'), bin]) mkdirSync(dir);
  installInterpreter(interpreter, bin);
  const env = { PATH: `${bin}:/usr/bin:/bin`, BURNIN_ROOT: root };
  const shell = createLocalShell({ command: [join(bin, 'sh'), '-s'], env });
  return {
    root,
    bin,
    base: join(root, 'run/nas-burnin'),
    shell,
    destroy: () => rmSync(root, { recursive: true, force: true }),
  };
}

function installInterpreter(interpreter: Interpreter, bin: string): void {
  if (interpreter !== 'busybox') {
    symlinkSync(runTool('which', interpreter), join(bin, 'sh'));
    return;
  }
  for (const applet of ['sh', 'awk', 'sed', 'tr', 'ls', 'head', 'grep', 'timeout', 'sleep', 'cat']) {
    symlinkSync(runTool('which', 'busybox'), join(bin, applet));
  }
}

export interface LocalShellOptions {
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  /** Printed before the answer, as a login's rc file would. */
  readonly noise?: string;
}

/** A Shell without SSH: runs scripts on this machine, supervisors in a session of their own as the SSH one does. */
export function createLocalShell({ command, env, noise = '' }: LocalShellOptions): Shell {
  const supervised = `s=$(cat); printf '%s\\n' "$s" | setsid ${command.join(' ')} &`;
  return {
    state: 'connected',
    message: 'this machine',
    onChange: () => () => undefined,
    close: () => Promise.resolve(),
    run: async (request) => {
      const argv: readonly string[] = request.isSupervisor === true ? ['/bin/sh', '-c', supervised] : command;
      const result = await runLocally(argv, env, request);
      return { ...result, stdout: noise + result.stdout };
    },
  };
}

function runLocally(
  [program = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
  { script, timeoutMs }: ShellRequest,
): Promise<ShellResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env });
    const out: string[] = [];
    const err: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => err.push(text));
    child.stdin.on('error', () => undefined);
    child.stdin.end(script);
    const timer = setTimeout(() => reject(new UnreachableError('no answer in time')), timeoutMs);
    child.on('error', reject);
    child.on('close', (exitCode) => {
      clearTimeout(timer);
      resolve({ exitCode, stdout: out.join(''), stderr: err.join('') });
    });
  });
}
