import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('hold-lock.mts', import.meta.url));

/** Another process that has asked for a lock. */
export interface LockProcess {
  readonly answer: 'held' | 'taken';
  readonly child: ChildProcess;
  release(): Promise<void>;
  /** kill -9 */
  kill(): Promise<void>;
}

export async function startLockProcess(file: string): Promise<LockProcess> {
  const child = fork(program, [file], { execPath: process.execPath });
  const [answer] = (await once(child, 'message')) as ['held' | 'taken'];
  return {
    answer,
    child,
    release: async () => {
      const released = once(child, 'message');
      child.send('release');
      await released;
    },
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}
