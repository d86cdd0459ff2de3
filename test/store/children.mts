import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('child.mts', import.meta.url));

/** Starts `child.mts` and waits until it is ready; it begins its work when it is sent anything. */
export async function startChild(command: string, file: string, name = 'child'): Promise<ChildProcess> {
  const child = fork(program, [command, file, name], { execPath: process.execPath });
  await once(child, 'message');
  return child;
}

/** Lets all children work at the same time; resolves with their results when each has ended well. */
export async function runTogether(children: readonly ChildProcess[]): Promise<readonly unknown[]> {
  const results = children.map(async (child) => {
    const messages: unknown[] = [];
    child.on('message', (message) => messages.push(message));
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`a child ended with ${String(code)}`);
    return (messages.at(-1) as { readonly result: unknown }).result;
  });
  for (const child of children) child.send('go');
  return Promise.all(results);
}
