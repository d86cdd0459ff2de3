import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { BadblocksSpec, RunLook, RunSpec, StartAnswer } from '../../dist/lib/core/remote-run.js';
import type { DriveProbe } from '../../dist/lib/nas/drive-probe.js';
import { openDriveProbe } from '../../dist/lib/nas/open-drive-probe.js';
import { openRemoteRuns } from '../../dist/lib/nas/open-remote-runs.js';
import type { RemoteRuns } from '../../dist/lib/nas/remote-runs.js';
import { createLocalHost } from './local-shell.mts';
import type { Interpreter, LocalHost } from './local-shell.mts';
import { createLoopDrive, freshSerial } from './loop-drive.mts';
import type { LoopDrive, LoopOptions } from './loop-drive.mts';
import { paceDevice } from './pace.mts';
import { until } from './until.mts';

const types = ['loop'];

/** A host of its own with loop drives, and the real client on top. Everything ends with `close`. */
export interface RunBench {
  readonly host: LocalHost;
  readonly runs: RemoteRuns;
  readonly probe: DriveProbe;
  addDrive(options?: Partial<LoopOptions>): LoopDrive;
  /** A drive slow enough to be looked at: about eight seconds a phase. */
  addSlowDrive(): LoopDrive;
  spec(drive: LoopDrive, change?: Partial<RunSpec>, badblocks?: Partial<BadblocksSpec>): RunSpec;
  look(runId: string): Promise<RunLook | undefined>;
  /** Text of a file of a run's directory, or null. */
  read(runId: string, file: string): string | null;
  /** First number of such a file: a process id. */
  pid(runId: string, file: 'pid' | 'chain' | 'keeper' | 'launcher'): number;
  /** Puts an executable in front of the real one. */
  install(name: string, text: string): void;
  close(): Promise<void>;
}

export function openRunBench(interpreter: Interpreter): RunBench {
  const host = createLocalHost(interpreter);
  const runs = openRemoteRuns(host.shell, { termS: 2, killS: 3 });
  const drives: LoopDrive[] = [];
  const lifts: (() => void)[] = [];
  const read = (runId: string, file: string) => {
    const path = join(host.base, 'runs', runId, file);
    return existsSync(path) ? readFileSync(path, 'utf8') : null;
  };
  const addDrive = (options: Partial<LoopOptions> = {}) => {
    const drive = createLoopDrive({ serial: freshSerial(), ...options });
    drives.push(drive);
    return drive;
  };
  return {
    host,
    runs,
    probe: openDriveProbe(host.shell, types),
    addDrive,
    addSlowDrive: () => {
      const drive = addDrive();
      lifts.push(paceDevice(drive.deviceNumber, 2 * 1024 * 1024));
      return drive;
    },
    spec: buildSpec,
    look: async (runId) => (await runs.look()).runs.find((run) => run.runId === runId),
    read,
    pid: (runId, file) => Number.parseInt(read(runId, file) ?? '', 10),
    install: (name, text) => {
      // Never through a link: behind it may be the system's own BusyBox.
      rmSync(join(host.bin, name), { force: true });
      writeFileSync(join(host.bin, name), text, { mode: 0o755 });
    },
    close: async () => {
      const ids = existsSync(join(host.base, 'runs')) ? readdirSync(join(host.base, 'runs')) : [];
      for (const lift of lifts) lift();
      for (const runId of ids) await runs.stop(runId);
      for (const drive of drives) drive.destroy();
      host.destroy();
    },
  };
}

function buildSpec(
  drive: LoopDrive,
  change: Partial<RunSpec> = {},
  badblocks: Partial<BadblocksSpec> = {},
): RunSpec {
  return {
    runId: `run-${randomUUID()}`,
    owner: 'the tests',
    drive: { serial: drive.serial, wwn: drive.wwn, sizeBytes: drive.sizeBytes },
    deviceTypes: types,
    deadlineS: 120,
    notAfterClockS: Math.floor(Date.now() / 1000) + 60,
    grants: [],
    bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    badblocks: {
      mode: 'write',
      blockBytes: 4096,
      blocksPerRequest: 64,
      errorLimit: 16,
      patterns: ['0xaa'],
      range: null,
      ...badblocks,
    },
    ...change,
  };
}

/** The code of a refusal, or `started`. */
export function codeOf(answer: StartAnswer): string {
  return answer.kind === 'refused' ? answer.code : answer.kind;
}

/** Is this process there, and not a zombie? */
export function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Starts a run that must start; resolves with the writer's process id. */
export async function startRun(bench: RunBench, spec: RunSpec): Promise<number> {
  const answer = await bench.runs.start(spec);
  assert.ok(answer.kind === 'started', JSON.stringify(answer));
  return answer.pid;
}

/** A run that lasts long enough to be looked at, and what it runs on. */
export async function startSlowRun(
  bench: RunBench,
  change: Partial<RunSpec> = {},
): Promise<{ drive: LoopDrive; spec: RunSpec; pid: number; runId: string }> {
  const drive = bench.addSlowDrive();
  const spec = bench.spec(drive, change);
  return { drive, spec, pid: await startRun(bench, spec), runId: spec.runId };
}

/** The first look that does not find it held any more. */
export function awaitEnd(bench: RunBench, runId: string): Promise<RunLook> {
  return until('the end of the run', async () => {
    const look = await bench.look(runId);
    return look !== undefined && !look.isHeld && look;
  });
}

/** A start, the code and the detail of its refusal, and the drives that nothing may be written to. */
export type Refusal = readonly [spec: RunSpec, code: string, detail: RegExp, drives: readonly LoopDrive[]];

/** Starts it and sees that it is refused, that nothing was written and that nothing is left behind. */
export async function expectRefusal(
  bench: RunBench,
  ...[spec, code, detail, drives]: Refusal
): Promise<void> {
  const before = drives.map((drive) => drive.checksum());
  const answer = await bench.runs.start(spec);
  assert.equal(codeOf(answer), code, JSON.stringify(answer));
  assert.match(answer.kind === 'refused' ? answer.detail : '', detail);
  assert.deepEqual(
    drives.map((drive) => drive.checksum()),
    before,
  );
  assert.equal(bench.read(spec.runId, 'meta'), null, 'the refused run left a directory');
}
