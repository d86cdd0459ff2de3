import type { ProbedDrive, ProbeReport } from './drive';
import type { Refusal } from './refusal';

/**
 * May this drive be burned in, by the facts of a fresh probe? The host asks the same again, under an exclusive claim,
 * in the command that starts the write.
 */
export function judgeAdmission(serial: string, report: ProbeReport): Refusal | null {
  const matches = report.drives.filter((probed) => probed.drive.serial === serial);
  const [probed] = matches;
  if (probed === undefined) return refuseUnknown(serial, report);
  if (matches.length > 1) {
    return {
      code: 'locked',
      message: `${matches.length} drives carry the serial number ${serial}: which one is meant?`,
    };
  }
  if (probed.drive.sizeBytes <= 0) {
    return {
      code: 'not_ready',
      message: `Drive ${serial} reports no size. Check its cable and power, then try again.`,
    };
  }
  return probed.locks.length === 0 ? null : { code: 'locked', message: describeLocks(probed) };
}

function refuseUnknown(serial: string, report: ProbeReport): Refusal {
  const named = report.drives.find(({ drive }) => drive.name === serial.replace(/^\/dev\//, ''));
  const hint = named
    ? `"${serial}" is a device name, which may be another drive after a reboot. Name the drive by its serial number, now ${named.drive.serial}.`
    : `No drive with the serial number ${serial} is in this NAS. Name a drive by its whole serial number.`;
  return { code: 'unknown_drive', message: hint };
}

const lockWords = {
  root_filesystem: 'carries the running system:',
  self_test: 'is busy with a self-test:',
  active_pool: 'is in the imported pool',
  boot_pool: 'is in the boot pool',
  exported_pool: 'carries the label of a pool that is not imported:',
  mounted: 'is mounted at',
  swap: 'is used as swap:',
  holder: 'is held by',
  claimed: 'is claimed by another program:',
  ambiguous: 'cannot be told from another drive:',
  unproven: 'is not proved free:',
} as const;

function describeLocks({ drive, locks }: ProbedDrive): string {
  const uses = locks.map((lock) => `${lockWords[lock.kind]} ${lock.detail}`);
  return `Drive ${drive.serial} ${uses.join('; it ')}. Nothing was written. Free the drive, then ask again.`;
}
