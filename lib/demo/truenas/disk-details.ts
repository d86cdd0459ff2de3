import type { PresentDrive } from '../host-state';
import { partitionsOf } from '../host-tables';
import { isImported, poolOf } from '../pools';
import { busOf, identifierOf, lunidOf, nameOn, partitionOn } from './disk-identity';
import { numberOf } from './disk-entry';
import { isSince, type Release } from './versions';

/** Live facts of a device, as udev or GEOM has them: `device.get_info` of type DISK. */
export function buildDeviceInfo(
  entry: PresentDrive,
  release: Release,
  hasPartitions: boolean,
): Readonly<Record<string, unknown>> {
  const { drive } = entry;
  const name = nameOn(release, entry.name);
  const lunid = lunidOf(release, drive);
  const shared = {
    name,
    sectorsize: 512,
    size: drive.sizeBytes,
    mediasize: drive.sizeBytes,
    ident: drive.serial,
    lunid,
    model: drive.model,
    descr: drive.model,
    type: drive.isRotational ? 'HDD' : 'SSD',
    rotationrate: drive.isRotational ? 7200 : null,
    stripesize: release.isCore ? (drive.isRotational ? 4096 : 0) : null,
  };
  const isNvme = drive.transport === 'nvme';
  if (release.isCore) {
    const subsystem = isNvme ? 'nvd' : 'da';
    return { ...shared, subsystem, number: Number(name.replace(/\D/g, '')), bus: busOf(drive) };
  }
  return {
    ...shared,
    number: numberOf(entry.name),
    subsystem: isNvme ? 'nvme' : 'scsi',
    driver: isNvme ? 'nvme' : 'sd',
    hctl: isNvme ? entry.name : `${2 + (numberOf(entry.name) % 256) / 16}:0:0:0`,
    vendor: isNvme ? null : 'ATA',
    serial: drive.serial,
    bus: busOf(drive),
    blocks: drive.sizeBytes / 512,
    serial_lunid: lunid === null ? null : `${drive.serial}_${lunid}`,
    parts: hasPartitions ? buildPartitions(entry, release) : [],
    dif: false,
  };
}

/** A row of `disk.details`, `disk.get_used` and `disk.get_unused`. */
export function buildDetails(
  entry: PresentDrive,
  release: Release,
  options: { readonly bay: number | undefined; readonly hasPartitions: boolean },
): object {
  const pool = poolOf(entry.drive.use);
  const isLive = entry.pool !== null && isImported(entry.pool);
  return {
    ...buildDeviceInfo(entry, release, false),
    devname: nameOn(release, entry.name),
    identifier: identifierOf(release, entry.drive),
    enclosure: options.bay === undefined ? {} : { drive_bay_number: options.bay, id: '5000ccab04001000' },
    ...(options.hasPartitions ? { partitions: buildPartitions(entry, release) } : {}),
    ...(release.isCore
      ? {}
      : {
          imported_zpool: isLive ? (pool?.name ?? null) : null,
          exported_zpool: pool !== null && !isLive ? pool.name : null,
        }),
    duplicate_serial: [],
    ...(isSince(release, '26') ? { sed: false, sed_status: null } : {}),
  };
}

/** In use as TrueNAS sees it: mounts, swap and other file systems are not looked at. */
export function isUsedDisk(entry: PresentDrive): boolean {
  return entry.pool !== null;
}

const partitionTypes: Readonly<Record<string, string>> = {
  zfs_member: '6a898cc3-1dd2-11b2-99a6-080020736631',
  vfat: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
  ext4: '0fc63daf-8483-4772-8e79-3d69d8477de4',
  '': '21686148-6449-6e6f-744e-656564454649',
};

function buildPartitions(entry: PresentDrive, release: Release): readonly object[] {
  return partitionsOf(entry).map((part) => {
    const id = partitionOn(release, entry.name, part.number);
    return {
      name: id,
      id,
      path: `/dev/${id}`,
      disk: nameOn(release, entry.name),
      partition_number: part.number,
      partition_type: partitionTypes[part.fileSystem] ?? partitionTypes[''],
      partition_uuid: partitionUuid(entry, part.number),
      size: part.sizeBytes,
      fs_label: part.label === '' ? null : part.label,
      encrypted_provider: null,
    };
  });
}

/** Made of the serial, so that it stays the same. */
export function partitionUuid({ drive }: PresentDrive, number: number): string {
  const hex = Buffer.from(drive.serial).toString('hex').padEnd(24, '0').slice(0, 24);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(12, 23)}${number}`;
}
