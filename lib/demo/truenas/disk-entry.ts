import { drives, type RehearsalDrive } from '../drive-catalog';
import { deviceNumber, type HostState } from '../host-state';
import { conditionOf, isImported, poolOf } from '../pools';
import { busOf, identifierOf, lunidOf, nameOn } from './disk-identity';
import { isSince, type Release } from './versions';

/** A row of TrueNAS's table of disks, which follows the kernel's names with a delay. */
interface TableRow {
  readonly drive: RehearsalDrive;
  readonly name: string;
  /** Milliseconds since the epoch; null for a drive that is there. */
  readonly expiresAt: number | null;
}

export type EntryExtra = Readonly<Record<string, unknown>>;

/** The rows of the table, by name; those of drives that have gone only when asked for. */
export function buildDiskEntries(
  state: HostState,
  release: Release,
  extra: EntryExtra = {},
): readonly object[] {
  return tableRows(state)
    .filter(({ expiresAt }) => expiresAt === null || extra['include_expired'] === true)
    .map((row) => buildEntry(row, { state, release, extra }));
}

/** One row as it is told to whoever asks for it, or about it. */
export function buildDiskEntry(
  state: HostState,
  release: Release,
  serial: string,
  extra: EntryExtra = {},
): object | null {
  const row = tableRows(state).find(({ drive }) => drive.serial === serial);
  return row ? buildEntry(row, { state, release, extra }) : null;
}

/** The row as the database has it: what a full resync tells subscribers. */
export function buildRawRow(state: HostState, release: Release, serial: string): object | null {
  const entry = buildDiskEntry(state, release, serial);
  if (entry === null) return null;
  const names = Object.entries(entry).filter(([name]) => !['devname', 'pool', 'enclosure'].includes(name));
  return Object.fromEntries(
    names.map(([name, value]: [string, unknown]) => [
      `disk_${name}`,
      name === 'size' ? String(value) : value,
    ]),
  );
}

function tableRows(state: HostState): readonly TableRow[] {
  const names = state.tableNames ?? state.names;
  return drives
    .flatMap((drive): TableRow[] => {
      const gone = state.gone[drive.serial];
      const name = names[drive.serial];
      if (name !== undefined) return [{ drive, name, expiresAt: null }];
      return gone ? [{ drive, name: gone.name, expiresAt: gone.expiresAt }] : [];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface EntryContext {
  readonly state: HostState;
  readonly release: Release;
  readonly extra: EntryExtra;
}

function buildEntry(row: TableRow, { state, release, extra }: EntryContext): object {
  const { drive } = row;
  const bay = state.bays[drive.serial];
  return {
    ...buildIdentity(row, release),
    description: state.descriptions[drive.serial] ?? '',
    transfermode: 'Auto',
    hddstandby: 'ALWAYS ON',
    advpowermgmt: 'DISABLED',
    ...buildSmartSettings(release),
    expiretime: row.expiresAt === null ? null : { $date: row.expiresAt },
    model: drive.model,
    rotationrate: drive.isRotational ? 7200 : null,
    type: drive.isRotational ? 'HDD' : 'SSD',
    bus: busOf(drive),
    devname: nameOn(release, row.name),
    enclosure: bay === undefined ? null : { number: 0, slot: bay },
    ...buildMembership(row, { state, release, extra }),
    ...buildExtras(row, { state, release, extra }),
  };
}

/** The guid is set when the middleware last saw the pool; that of an exported one is forgotten, that of a lost one not. */
function buildMembership({ drive }: TableRow, { state, extra }: EntryContext): object {
  const pool = poolOf(drive.use);
  if (pool === null) return { zfs_guid: null, pool: null };
  const condition = conditionOf(state.pools, pool);
  return {
    zfs_guid: condition === 'exported' ? null : pool.memberGuid,
    pool: extra['pools'] === true && isImported(condition) ? pool.name : null,
  };
}

function buildExtras({ drive }: TableRow, { state, release, extra }: EntryContext): object {
  return {
    ...(extra['passwords'] === true ? { passwd: '', kmip_uid: null } : {}),
    ...(extra['real_names'] === true && isSince(release, '25.04')
      ? { real_name: state.names[drive.serial] ?? null }
      : {}),
    ...(isSince(release, '26') ? { sed: false } : {}),
    ...(extra['sed_status'] === true && isSince(release, '26') ? { sed_status: null } : {}),
  };
}

function buildIdentity({ drive, name }: TableRow, release: Release): object {
  const isNvme = drive.transport === 'nvme';
  const shown = nameOn(release, name);
  const core = isNvme ? 'nvd' : 'da';
  return {
    identifier: identifierOf(release, drive),
    name: shown,
    subsystem: release.isCore ? core : isNvme ? 'nvme' : 'scsi',
    number: release.isCore ? Number(shown.replace(/\D/g, '')) : numberOf(name),
    serial: drive.serial,
    lunid: lunidOf(release, drive),
    size: drive.sizeBytes,
  };
}

/** The device number in one piece, as Linux has it. */
export function numberOf(name: string): number {
  const [major = 0, minor = 0] = deviceNumber(name).split(':').map(Number);
  return major * 256 + minor;
}

/** What smartd was told about a disk; gone with it in 25.10. */
function buildSmartSettings(release: Release): object {
  if (isSince(release, '25.10')) return {};
  const common = {
    togglesmart: true,
    smartoptions: '',
    critical: null,
    difference: null,
    informational: null,
  };
  if (!release.isCore) return { ...common, supports_smart: null };
  return {
    ...common,
    acousticlevel: 'DISABLED',
    hddstandby_force: false,
    multipath_name: '',
    multipath_member: '',
  };
}
