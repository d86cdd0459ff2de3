import type { DriveIdentity } from '../core/drive';
import { readProbe } from '../core/read-probe';
import { readSmartAnswer } from '../core/read-smart-answer';
import { readSmartRound } from '../core/read-smart-round';
import type { DriveProbe } from './drive-probe';
import { judgeParts, runHostCall } from './host-script';
import type { Shell } from './shell';

/** Beside a running test a drive takes seconds to answer all that is asked, and its bus may reset meanwhile. */
const secondsPerDrive = 25;

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
    readSmartOfAll: (drives) =>
      runHostCall(shell, {
        parts: ['host', ...judgeParts, 'drive-smart-all'],
        call: 'read_smart_all',
        args: [
          String(secondsPerDrive),
          types,
          ...drives.flatMap(({ serial, wwn, sizeBytes }) => [serial, wwn ?? '-', String(sizeBytes)]),
        ],
        // Every wave of drives may take its whole time, after the wait for udev.
        timeoutMs: 60_000 + Math.ceil(drives.length / 4) * (secondsPerDrive + 5) * 1000,
        read: (records) => readSmartRound(records, drives.length),
      }),
  };
}
