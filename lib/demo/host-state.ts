import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { drives, type RehearsalDrive } from './drive-catalog';
import { putFile } from './put-file';

/** What changes about the rehearsal NAS, kept in its directory. */
export interface HostState {
  readonly bootId: string;
  /** Kernel name by serial; a drive without a name has been pulled. */
  readonly names: Readonly<Record<string, string>>;
  /** Serials of drives that were made to fail. */
  readonly failed: readonly string[];
}

/** A drive that is plugged in, under its present name. */
export interface PresentDrive {
  readonly drive: RehearsalDrive;
  readonly name: string;
  readonly deviceNumber: string;
  readonly isFailing: boolean;
}

/** A NAS as new: every drive plugged in, in the catalogue's order. */
export function buildFreshState(): HostState {
  const names: Record<string, string> = {};
  for (const drive of drives) names[drive.serial] = nextName(names, drive);
  return { bootId: randomUUID(), names, failed: [] };
}

/** The first name of the drive's kind that no other drive has. */
export function nextName(names: Readonly<Record<string, string>>, drive: RehearsalDrive): string {
  const taken = new Set(Object.values(names));
  for (let index = 0; ; index += 1) {
    const name =
      drive.transport === 'nvme' ? `nvme${index}n1` : `sd${String.fromCharCode('a'.charCodeAt(0) + index)}`;
    if (!taken.has(name)) return name;
  }
}

/** Null when the directory holds no rehearsal NAS yet. */
export function loadState(root: string): HostState | null {
  const file = statePath(root);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as HostState) : null;
}

export function saveState(root: string, state: HostState): void {
  putFile(statePath(root), `${JSON.stringify(state, null, 2)}\n`);
}

/** The drives that are plugged in, by name. */
export function presentDrives(state: HostState): readonly PresentDrive[] {
  return drives
    .flatMap((drive) => {
      const name = state.names[drive.serial];
      if (name === undefined) return [];
      return [
        { drive, name, deviceNumber: deviceNumber(name), isFailing: state.failed.includes(drive.serial) },
      ];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** `major:minor` as Linux gives them: 16 minors to a disk, block major 8 for the first 16 disks, then 65. */
export function deviceNumber(name: string, partition = 0): string {
  const nvme = /^nvme(\d+)n1$/.exec(name);
  if (nvme) return `259:${Number(nvme[1]) * 8 + partition}`;
  const index = name.charCodeAt(2) - 'a'.charCodeAt(0);
  return `${index < 16 ? 8 : 65}:${(index % 16) * 16 + partition}`;
}

function statePath(root: string): string {
  return path.join(root, 'rehearsal/state.json');
}
