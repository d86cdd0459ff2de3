import type { DriveIdentity } from '../core/drive';
import { readProbe } from '../core/read-probe';
import { readSmartAnswer } from '../core/read-smart-answer';
import type { DriveProbe } from './drive-probe';
import { judgeParts, runHostCall } from './host-script';
import type { Shell } from './shell';

/** The drives of the NAS behind `shell`. `deviceTypes` are the `lsblk` types taken as drives. */
export function openDriveProbe(shell: Shell, deviceTypes: readonly string[]): DriveProbe {
  const types = deviceTypes.join(' ');
  return {
    probe: () =>
      runHostCall(shell, {
        parts: ['host', 'run-files', ...judgeParts, 'drive-probe'],
        call: 'probe_drives',
        args: [types],
        timeoutMs: 90_000,
        read: readProbe,
      }),
    readSmart: (drive: DriveIdentity) =>
      runHostCall(shell, {
        parts: ['host', ...judgeParts, 'drive-smart'],
        call: 'read_smart',
        args: [drive.serial, drive.wwn ?? '-', String(drive.sizeBytes), types],
        timeoutMs: 120_000,
        read: readSmartAnswer,
      }),
  };
}
