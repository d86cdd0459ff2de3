import { z } from 'zod';
import type { Reading } from './read-host-answer';
import { countAt, textAt } from './read-json';
import {
  anyCount,
  anyText,
  names,
  neededText,
  neededTextOrNull,
  readTruenasAnswer,
  withoutDev,
} from './read-truenas-answer';
import type { TruenasDevice, TruenasExtent, TruenasUsage, TruenasUsageList } from './truenas-inventory';

const unusedSchema = z.object({
  name: neededText,
  serial: anyText,
  ident: anyText,
  lunid: anyText,
  exported_zpool: anyText,
  imported_zpool: anyText,
  duplicate_serial: names,
  dif: z.boolean().nullish(),
  partitions: z.array(z.unknown()).nullish(),
  enclosure: z.unknown().optional(),
});

const detailSchema = unusedSchema.extend({
  exported_zpool: neededTextOrNull,
  imported_zpool: neededTextOrNull,
});

/** Reads `disk.details` of type BOTH. */
export function readTruenasDetails(answer: unknown): Reading<TruenasUsageList> {
  const schema = z.object({ used: z.array(detailSchema), unused: z.array(detailSchema) });
  const reading = readTruenasAnswer('disk.details', schema, answer);
  if (!reading.ok) return reading;
  const read = (isUnused: boolean) => (detail: z.output<typeof detailSchema>) => ({
    ...buildUsage(detail),
    isUnused,
  });
  const { used, unused } = reading.value;
  return { ok: true, value: { scope: 'all', drives: [...used.map(read(false)), ...unused.map(read(true))] } };
}

/**
 * Reads `disk.get_unused`, which on CORE stands in for `disk.details`. Some versions of SCALE list the drives of exported
 * pools there too, and say so.
 */
export function readTruenasUnused(answer: unknown): Reading<TruenasUsageList> {
  const reading = readTruenasAnswer('disk.get_unused', z.array(unusedSchema), answer);
  return reading.ok
    ? { ok: true, value: { scope: 'unused', drives: reading.value.map(buildUsage) } }
    : reading;
}

function buildUsage(detail: z.output<typeof unusedSchema>): TruenasUsage {
  const bay = countAt(detail.enclosure, 'drive_bay_number');
  return {
    name: detail.name,
    serial: detail.serial ?? detail.ident,
    lunid: detail.lunid,
    isUnused: true,
    importedPool: detail.imported_zpool,
    exportedPool: detail.exported_zpool,
    duplicates: detail.duplicate_serial,
    isDif: detail.dif ?? null,
    partitionCount: detail.partitions?.length ?? null,
    bay: bay === null ? null : { enclosure: textAt(detail.enclosure, 'id') ?? '', number: bay },
  };
}

const deviceSchema = z.union([
  z.string(),
  z.object({ serial: anyText, ident: anyText, lunid: anyText, size: anyCount, mediasize: anyCount }),
]);

/** Reads `device.get_info` for disks: an object by name, of devices or (asked for serials only) of serials. CORE calls the serial `ident`. */
export function readTruenasDevices(answer: unknown): Reading<readonly TruenasDevice[]> {
  const reading = readTruenasAnswer('device.get_info', z.record(z.string(), deviceSchema), answer);
  if (!reading.ok) return reading;
  const devices = Object.entries(reading.value).map(([name, device]): TruenasDevice => {
    if (typeof device === 'string')
      return { name, serial: device.trim() || null, lunid: null, sizeBytes: null };
    const { lunid } = device;
    return { name, serial: device.serial ?? device.ident, lunid, sizeBytes: device.size ?? device.mediasize };
  });
  return { ok: true, value: devices };
}

/** Reads a list of device names, as `boot.get_disks` and `pool.get_disks` give. */
export function readTruenasNames(method: string, answer: unknown): Reading<readonly string[]> {
  const reading = readTruenasAnswer(method, names, answer);
  return reading.ok ? { ok: true, value: reading.value.map(withoutDev) } : reading;
}

const extentSchema = z.object({ name: neededText, type: neededText, disk: anyText, path: anyText });

/** Reads `iscsi.extent.query`: extents on drives, not those on files and volumes. An extent on nothing that it names is unreadable. */
export function readTruenasExtents(answer: unknown): Reading<readonly TruenasExtent[]> {
  const reading = readTruenasAnswer('iscsi.extent.query', z.array(extentSchema), answer);
  if (!reading.ok) return reading;
  const extents = reading.value
    .filter(({ type }) => type === 'DISK')
    .map(({ name, disk, path }) => ({
      name,
      targets: [disk, path].flatMap((target) => (target === null ? [] : withoutDev(target))),
    }));
  const blind = extents.find(({ targets }) => targets.length === 0);
  if (blind !== undefined)
    return { ok: false, problem: `iscsi.extent.query names no drive for ${blind.name}` };
  return {
    ok: true,
    value: extents.filter(({ targets }) => !targets.some((target) => target.startsWith('zvol/'))),
  };
}
