import type { RehearsalDrive } from '../drive-catalog';
import { presentDrives, type HostState, type PresentDrive } from '../host-state';
import { isSince, type Release } from './versions';

/** The name that the release's kernel gives a drive: FreeBSD numbers what Linux letters. */
export function nameOn(release: Release, linuxName: string): string {
  if (!release.isCore) return linuxName;
  const nvme = /^nvme(\d+)n1$/.exec(linuxName);
  if (nvme?.[1] !== undefined) return `nvd${nvme[1]}`;
  return `da${linuxName.charCodeAt(2) - 'a'.charCodeAt(0)}`;
}

/** A partition as the release names it. */
export function partitionOn(release: Release, linuxName: string, number: number): string {
  if (release.isCore) return `${nameOn(release, linuxName)}p${number}`;
  return `${linuxName}${linuxName.startsWith('nvme') ? 'p' : ''}${number}`;
}

/**
 * The WWN without its prefix. Before 25.10 one make of NVMe drives has none, so that its identifier changes with the
 * update, as it does for some owners.
 */
export function lunidOf(release: Release, drive: RehearsalDrive): string | null {
  if (drive.wwn === null) return null;
  if (drive.model.startsWith('WD_BLACK') && !isSince(release, '25.10')) return null;
  return drive.wwn.replace(/^(?:0x|eui\.)/, '');
}

export function identifierOf(release: Release, drive: RehearsalDrive): string {
  const lunid = lunidOf(release, drive);
  return lunid === null ? `{serial}${drive.serial}` : `{serial_lunid}${drive.serial}_${lunid}`;
}

export function findByName(state: HostState, release: Release, name: string): PresentDrive | null {
  return presentDrives(state).find((entry) => nameOn(release, entry.name) === name) ?? null;
}

export function findByIdentifier(
  state: HostState,
  release: Release,
  identifier: string,
): PresentDrive | null {
  return presentDrives(state).find(({ drive }) => identifierOf(release, drive) === identifier) ?? null;
}

export function busOf(drive: RehearsalDrive): string {
  return { sata: 'ATA', nvme: 'NVME', usb: 'USB' }[drive.transport];
}
