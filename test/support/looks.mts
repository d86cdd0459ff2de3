import type { HostLook, RunLook, RunRecord } from '../../dist/lib/core/remote-run.js';

export const drive = { serial: 'ZL2ABC12', wwn: '0x5000c500d1e2f3a4', sizeBytes: 64 * 2 ** 20 };

/** A finished healthy run of `drive`, with whatever a test wants different. */
export function runLook(changes: Partial<RunLook> = {}): RunLook {
  return {
    runId: 'r1',
    owner: 'me',
    serial: drive.serial,
    bootId: 'boot-1',
    isHeld: false,
    result: 'exit 0',
    positionBytes: null,
    movedBytes: null,
    deviceMovedBytes: 8 * drive.sizeBytes,
    badBlockCount: 0,
    startedUptimeS: 1000,
    endedUptimeS: 1010,
    log: healthyLog,
    ...changes,
  };
}

export function hostLook(...runs: RunLook[]): HostLook {
  return { bootId: 'boot-1', uptimeS: 2000, clockS: 1_800_000_000, runs };
}

export function runRecord(changes: Partial<RunLook> = {}, rest: Partial<RunRecord> = {}): RunRecord {
  return { look: runLook(changes), badBlocks: [], driveNow: drive, ...rest };
}

const done = `done${' '.repeat(49)}\n`;

/** What `badblocks -w -v` prints for `patterns` that were all completed. */
export function phasesLog(...patterns: string[]): string {
  return patterns
    .map((name) => `Testing with pattern ${name}: ${done}Reading and comparing: ${done}`)
    .join('');
}

export const logHead = 'Checking for bad blocks in read-write mode\nFrom block 0 to 16383\n';

export const healthyLog = `${logHead}${phasesLog('0xaa', '0x55', '0xff', '0x00')}Pass completed, 0 bad blocks found. (0/0/0 errors)\n`;
