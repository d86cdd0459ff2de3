import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { openBench, type Bench } from '../demo/support.mts';
import { openCable, type Cable } from './cable.mts';
import { WholeEngine } from './whole-engine.mts';

/** The whole engine on a rehearsal NAS of its own, whose drives a test may move, pull and break. */
export interface Rehearsal {
  readonly bench: Bench;
  readonly engine: WholeEngine;
  /** What lies between the two. */
  readonly cable: Cable;
  close(): Promise<void>;
}

/** `speed`: seconds of the NAS to one of ours; at 144 000 an 18 TB drive is done in five seconds. */
export async function openRehearsal(
  speed: number,
  env: Readonly<Record<string, string>> = {},
): Promise<Rehearsal> {
  const bench = await openBench(speed);
  const cable = await openCable(bench.nas.ssh.port);
  const engine = await WholeEngine.open({ ssh: { ...bench.nas.ssh, port: cable.port }, env });
  return {
    bench,
    engine,
    cable,
    close: async () => {
      await engine.close();
      await cable.pull();
      await bench.close();
    },
  };
}

/** True when the NAS's badblocks ever wrote to this drive. */
export function wasWritten(root: string, serial: string): boolean {
  return existsSync(path.join(root, 'rehearsal/drives', serial, 'content'));
}

/** Kernel name of a plugged-in drive. */
export function nameOf(root: string, serial: string): string {
  const state = JSON.parse(readFileSync(path.join(root, 'rehearsal/state.json'), 'utf8')) as {
    names: Record<string, string>;
  };
  return state.names[serial] ?? 'none';
}

/** Run directories that are on the NAS. */
export function runsOf(root: string): string[] {
  const dir = path.join(root, 'run/nas-burnin/runs');
  return existsSync(dir) ? readdirSync(dir) : [];
}
