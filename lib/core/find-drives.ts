import type { ProbedDrive, ProbeReport } from './drive';
import type { Refusal } from './refusal';

export type FoundDrives =
  | { readonly ok: true; readonly matches: readonly [ProbedDrive, ...ProbedDrive[]] }
  | { readonly ok: false; readonly refusal: Refusal };

/** The drives with exactly this serial number that can be written to at all: one, unless two carry the same. */
export function findDrives(serial: string, report: ProbeReport): FoundDrives {
  const [first, ...rest] = report.drives.filter(({ drive }) => drive.serial === serial);
  if (first === undefined) return { ok: false, refusal: refuseUnknown(serial, report) };
  if (rest.length === 0 && first.drive.sizeBytes <= 0) {
    const message = `Drive ${serial} reports no size. Check its cable and power, then try again.`;
    return { ok: false, refusal: { code: 'not_ready', message } };
  }
  return { ok: true, matches: [first, ...rest] };
}

function refuseUnknown(serial: string, report: ProbeReport): Refusal {
  const named = report.drives.find(({ drive }) => drive.name === serial.replace(/^\/dev\//, ''));
  const message = named
    ? `"${serial}" is a device name, which may be another drive after a reboot. Name the drive by its serial number, now ${named.drive.serial}.`
    : `No drive with the serial number ${serial} is in this NAS. Name a drive by its whole serial number.`;
  return { code: 'unknown_drive', message };
}
