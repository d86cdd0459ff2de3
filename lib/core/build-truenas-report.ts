import type { DriveFacts, ProbedDrive, ProbeReport, UnfitDevice } from './drive';
import { joinTruenas } from './join-truenas';
import { findTruenasDisks } from './match-truenas';
import type { TruenasDisk, TruenasInventory } from './truenas-inventory';

const readOnly = 'nothing can be written without SSH to a Linux host, and TrueNAS alone cannot prove it free';

/**
 * A probe report from the middleware alone: TrueNAS CORE, or no SSH. For showing; every drive is locked for good. The
 * middleware tells no boot id, no device numbers and no physical sectors.
 */
export function buildTruenasReport(inventory: TruenasInventory): ProbeReport {
  const disks = inventory.disks ?? [];
  const drives = disks.flatMap((disk): ProbedDrive[] => {
    const { serial, sizeBytes } = disk;
    if (serial === null || !sizeBytes) return [];
    const drive = buildFacts(disk, { serial, sizeBytes }, inventory);
    return [{ drive, locks: [{ kind: 'unproven', detail: readOnly }] }];
  });
  const unfit = disks.flatMap(listUnfit);
  const report = { bootId: '', uptimeS: 0, drives, gaps: [], unfit, activities: [], hasMiddleware: true };
  return joinTruenas(report, inventory, inventory.depth);
}

function buildFacts(
  disk: TruenasDisk,
  identity: Pick<DriveFacts, 'serial' | 'sizeBytes'>,
  { temperatures }: TruenasInventory,
): DriveFacts {
  const reading = temperatures?.find(({ name }) => name === disk.name);
  return {
    ...identity,
    wwn: buildWwn(disk),
    name: disk.name,
    deviceNumber: '',
    type: 'disk',
    model: disk.model,
    physicalSectorBytes: 512,
    isRotational: disk.isRotational,
    transport: disk.bus === 'ATA' ? 'sata' : (disk.bus?.toLowerCase() ?? null),
    temperatureC: reading?.temperatureC ?? null,
  };
}

/** As `lsblk` writes it: an NVMe drive has an EUI, all others an NAA name. */
function buildWwn({ lunid, name }: TruenasDisk): string | null {
  if (lunid === null) return null;
  return /^(nvme|nvd|nda)/.test(name) ? `eui.${lunid}` : `0x${lunid}`;
}

function listUnfit({ name, serial, sizeBytes, model }: TruenasDisk): readonly UnfitDevice[] {
  if (serial === null) return [{ name, reason: 'no_serial', model, sizeBytes: sizeBytes ?? 0 }];
  return sizeBytes ? [] : [{ name, reason: 'no_size', model, sizeBytes: 0 }];
}

/** Bay of each drive that TrueNAS can place, by the serial of the report: `enclosure:slot`. */
export function listTruenasSlots(
  report: ProbeReport,
  inventory: TruenasInventory,
): ReadonlyMap<string, string> {
  const slots = report.drives.flatMap(({ drive }): readonly (readonly [string, string])[] => {
    const [disk, twin] = findTruenasDisks(drive, inventory.disks ?? []);
    if (disk === undefined || twin !== undefined) return [];
    const slot = disk.slot ?? readBay(disk, inventory);
    return slot === null ? [] : [[drive.serial, slot]];
  });
  return new Map(slots);
}

/** One enclosure needs no name; several are told apart by their own ids. */
function readBay({ name, serial }: TruenasDisk, { usage }: TruenasInventory): string | null {
  const drives = usage?.drives ?? [];
  const bay = drives.find((one) => one.name === name && one.serial === serial)?.bay ?? null;
  if (bay === null) return null;
  const enclosures = new Set(drives.flatMap((one) => one.bay?.enclosure ?? []));
  return enclosures.size > 1 ? `${bay.enclosure}:${bay.number}` : String(bay.number);
}
