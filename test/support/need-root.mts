import { execFileSync } from 'node:child_process';
import { accessSync, existsSync } from 'node:fs';
import { delimiter } from 'node:path';

const throttleFile = '/sys/fs/cgroup/blkio/blkio.throttle.read_bps_device';
const tools = ['losetup', 'lsblk', 'findmnt', 'flock', 'setsid', 'badblocks', 'busybox'];

/** What keeps the tests with real loop devices, and with more programs as named, from running here, or null. */
export function findObstacle(...more: readonly string[]): string | null {
  if (process.platform !== 'linux') return 'this is not Linux';
  if (process.getuid?.() !== 0) return 'the tests do not run as root';
  const missing = [...tools, ...more].filter((tool) => !isInstalled(tool));
  if (missing.length > 0) return `${missing.join(', ')} missing`;
  if (!existsSync(throttleFile)) return 'there is no blkio control group (version 1) to pace a device';
  try {
    execFileSync('losetup', ['-f'], { env: withSbin(), stdio: 'ignore' });
    return null;
  } catch {
    return 'there are no loop devices';
  }
}

/**
 * Call it inside `describe`: skips the suite, visibly, on a machine without root or loop devices. Under CI a skipped
 * suite is an error: nobody would notice for a year.
 */
export function needRootAndLoops(...more: readonly string[]): void {
  const obstacle = findObstacle(...more);
  before('needs root and loop devices', function () {
    if (obstacle === null) return;
    if (process.env.CI !== undefined) throw new Error(`CI must not skip this: ${obstacle}`);
    this.skip();
  });
  if (obstacle !== null) it.skip(`was skipped: ${obstacle}`);
}

/** The environment with the directories of the system's tools. */
export function withSbin(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...env, PATH: [env.PATH ?? '', '/usr/local/sbin', '/usr/sbin', '/sbin'].join(delimiter) };
}

/** Is there such a program on this machine? */
export function isInstalled(tool: string): boolean {
  return (withSbin().PATH ?? '').split(delimiter).some((dir) => {
    try {
      accessSync(`${dir}/${tool}`);
      return true;
    } catch {
      return false;
    }
  });
}
