import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { drives, type RehearsalDrive } from './drive-catalog';
import { conditionOf, poolOf, type PoolCondition, type ScanKind } from './pools';
import { putFile } from './put-file';
import type { SelfTest } from './self-tests';
import type { RehearsalVersion } from './truenas/versions';

/** A drive that TrueNAS remembers for a week after it has gone. */
export interface GoneDrive {
  readonly name: string;
  /** Milliseconds since the epoch at which TrueNAS forgets it. */
  readonly expiresAt: number;
}

/** What changes about the rehearsal NAS, kept in its directory. */
export interface HostState {
  readonly bootId: string;
  /** Kernel name by serial; a drive without a name has been pulled. */
  readonly names: Readonly<Record<string, string>>;
  /** Serials of drives that were made to fail. */
  readonly failed: readonly string[];
  readonly version: RehearsalVersion;
  /** Bay by serial, from 1; none for what sits on the board or on a cable outside. */
  readonly bays: Readonly<Record<string, number>>;
  /** What TrueNAS's users have noted by serial. */
  readonly descriptions: Readonly<Record<string, string>>;
  readonly gone: Readonly<Record<string, GoneDrive>>;
  /** Names as TrueNAS's table of disks still has them; null when it is up to date. */
  readonly tableNames: Readonly<Record<string, string>> | null;
  readonly pools: Readonly<Record<string, PoolCondition>>;
  /** Scrubs and resilvers under way, by pool. */
  readonly scans: Readonly<Record<string, ScanKind>>;
  /** By serial, newest first. */
  readonly selfTests: Readonly<Record<string, readonly SelfTest[]>>;
  /** Why the API key is no good any more. */
  readonly revoked: 'plaintext' | 'operator' | null;
}

/** A drive that is plugged in, under its present name. */
export interface PresentDrive {
  readonly drive: RehearsalDrive;
  readonly name: string;
  readonly deviceNumber: string;
  readonly isFailing: boolean;
  /** Newest first. */
  readonly selfTests: readonly SelfTest[];
  readonly pool: PoolCondition | null;
}

/** What a rehearsal NAS is unless somebody says so. */
export const defaultVersion: RehearsalVersion = '25.10';

/** Everything that a reset puts back but the drives' names and the boot id. */
const asNew = {
  failed: [],
  bays: Object.fromEntries(
    drives.filter(({ transport }) => transport === 'sata').map(({ serial }, index) => [serial, index + 1]),
  ),
  descriptions: {},
  gone: {},
  tableNames: null,
  pools: {},
  scans: {},
  selfTests: {},
  revoked: null,
};

/** A NAS as new: every drive plugged in, in the catalogue's order. */
export function buildFreshState(version: RehearsalVersion): HostState {
  const names: Record<string, string> = {};
  for (const drive of drives) names[drive.serial] = nextName(names, drive);
  return { ...asNew, bootId: randomUUID(), names, version };
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

/** Null when the directory holds no rehearsal NAS yet. One that an older program left is as new in what it lacks. */
export function loadState(root: string): HostState | null {
  const file = statePath(root);
  return existsSync(file) ? { ...asNew, version: defaultVersion, ...readState(file) } : null;
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
      const pool = poolOf(drive.use);
      return {
        drive,
        name,
        deviceNumber: deviceNumber(name),
        isFailing: state.failed.includes(drive.serial),
        selfTests: state.selfTests[drive.serial] ?? [],
        pool: pool && conditionOf(state.pools, pool),
      };
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

function readState(file: string): Pick<HostState, 'bootId' | 'names'> & Partial<HostState> {
  return JSON.parse(readFileSync(file, 'utf8')) as HostState;
}

function statePath(root: string): string {
  return path.join(root, 'rehearsal/state.json');
}
