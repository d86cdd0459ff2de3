import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { ServerChannel } from 'ssh2';

import { putFile } from './put-file';

/** What every command of the rehearsal NAS gets to see; nothing of the environment of this process but PATH. */
export function buildEnvironment(root: string): NodeJS.ProcessEnv {
  return {
    PATH: `${path.join(root, 'rehearsal/bin')}:${process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'}`,
    BURNIN_ROOT: root,
    LC_ALL: 'C',
    HOME: root,
    USER: 'root',
    LOGNAME: 'root',
    SHELL: '/bin/sh',
  };
}

/**
 * Puts the fake tools where they can be run: packages lose the executable bit, and may lie where nobody can restore it.
 * A running shell keeps the file that it was started from. Only a TrueNAS has a `midclt`.
 */
export function installFakes(root: string, isTruenas: boolean): void {
  const source = path.join(__dirname, 'bin');
  for (const name of readdirSync(source)) {
    putFile(path.join(root, 'rehearsal/bin', name), readFileSync(path.join(source, name)), 0o755);
  }
  if (!isTruenas) rmSync(path.join(root, 'rehearsal/bin/midclt'), { force: true });
}

/**
 * Runs a command for a channel as sshd does: in a session of its own, with the exit status told when the command ends,
 * the channel open for as long as anything below it holds an output, and nobody killed when the client goes.
 */
export function runCommand(root: string, command: string, channel: ServerChannel): ChildProcess {
  const child = spawn('/bin/sh', ['-c', command], {
    cwd: root,
    env: buildEnvironment(root),
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const outputs = [child.stdout, child.stderr];
  for (const stream of [channel, channel.stderr, child.stdin, ...outputs])
    stream.on('error', () => undefined);

  channel.pipe(child.stdin);
  // What the command does not read any more must not hold up the channel.
  child.stdin.on('close', () => channel.resume());
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  child.on('error', () => end(127));
  child.on('exit', (code, signal) => tellExit(channel, code, signal));
  child.on('close', () => end(null));
  channel.on('close', () => {
    child.stdin.destroy();
    for (const output of outputs) output.destroy();
  });
  child.unref();
  return child;

  function end(code: number | null): void {
    if (code !== null) tellExit(channel, code, null);
    channel.end();
  }
}

function tellExit(channel: ServerChannel, code: number | null, signal: NodeJS.Signals | null): void {
  try {
    if (code !== null) channel.exit(code);
    else if (signal !== null) channel.exit(signal.slice('SIG'.length), false, '');
  } catch {
    // The connection has just gone; there is nobody left to tell.
  }
}
