import type { DriveIdentity } from '../../dist/lib/core/drive.js';
import type { RunLook, RunSpec } from '../../dist/lib/core/remote-run.js';
import type { DriveProbe } from '../../dist/lib/nas/drive-probe.js';
import { openDriveProbe } from '../../dist/lib/nas/open-drive-probe.js';
import { openRemoteRuns } from '../../dist/lib/nas/open-remote-runs.js';
import { openSshShell } from '../../dist/lib/nas/open-ssh-shell.js';
import type { RemoteRuns } from '../../dist/lib/nas/remote-runs.js';
import type { Shell } from '../../dist/lib/nas/shell.js';
import { fail, openBench, type Bench } from './support.mts';

/** The real clients and the real scripts, against the rehearsal NAS. */
export interface Rehearsal {
  readonly bench: Bench;
  readonly shell: Shell;
  readonly runs: RemoteRuns;
  readonly probe: DriveProbe;
}

export async function openRehearsal(speed?: number): Promise<Rehearsal> {
  const bench = await openBench(speed);
  return { bench, ...openClients(bench) };
}

export function openClients(bench: Bench): Omit<Rehearsal, 'bench'> {
  const shell = openSshShell({
    ...bench.nas.ssh,
    timings: { reconnect: { firstMs: 100, longestMs: 500 } },
  });
  return {
    shell,
    runs: openRemoteRuns(shell, { termS: 5, killS: 5 }),
    probe: openDriveProbe(shell, ['disk']),
  };
}

export function identityOf(bench: Bench, serial: string): DriveIdentity {
  const drive = bench.nas.drives.find((each) => each.serial === serial) ?? fail(`no ${serial}`);
  return { serial, wwn: drive.wwn, sizeBytes: drive.sizeBytes };
}

export function specFor(bench: Bench, serial: string, change: Partial<RunSpec> = {}): RunSpec {
  return {
    runId: `run-${serial}`,
    owner: 'test',
    drive: identityOf(bench, serial),
    deviceTypes: ['disk'],
    badblocks: {
      mode: 'write',
      blockBytes: 16384,
      blocksPerRequest: 256,
      errorLimit: 64,
      patterns: ['0xaa', '0x55', '0xff', '0x00'],
      range: null,
    },
    deadlineS: 20 * 86_400,
    notAfterClockS: Math.floor(Date.now() / 1000) + 60,
    grants: [],
    bootId: bench.read('proc/sys/kernel/random/boot_id').trim(),
    ...change,
  };
}

export async function lookAt({ runs }: Pick<Rehearsal, 'runs'>, runId: string): Promise<RunLook> {
  const { runs: found } = await runs.look();
  return found.find((run) => run.runId === runId) ?? fail(`no run ${runId}`);
}
