import { z } from 'zod';
import type { Reading } from './read-host-answer';
import { countAt } from './read-json';
import {
  anyCount,
  anyGuid,
  anyText,
  neededText,
  neededTextOrNull,
  readTruenasAnswer,
  rowsOf,
} from './read-truenas-answer';
import type { TruenasDisk, TruenasIdentifier } from './truenas-inventory';

/**
 * Reads an identifier: `{serial_lunid}ZL2ABC12_5000c500d1e2f3a4`. It is split on the last underscore, as serials may
 * hold underscores themselves.
 */
export function readTruenasIdentifier(identifier: string): TruenasIdentifier {
  const [, kind, value = ''] =
    /^\{(serial_lunid|serial|uuid|label|devicename)\}(.+)$/.exec(identifier.trim()) ?? [];
  switch (kind) {
    case 'serial_lunid': {
      const cut = value.lastIndexOf('_');
      const [serial, lunid] = [value.slice(0, Math.max(0, cut)).trim(), value.slice(cut + 1).trim()];
      return serial === '' || lunid === '' ? unknown : { kind, serial, lunid };
    }
    case 'serial':
      return { kind, serial: value.trim(), lunid: null };
    case 'uuid':
    case 'label':
    case 'devicename':
      return { kind, serial: null, lunid: null };
    default:
      return unknown;
  }
}

const unknown: TruenasIdentifier = { kind: 'unknown', serial: null, lunid: null };

/** `pool` and `expiretime` must be there: a row without them was not asked for, or is of another kind. */
const rowSchema = z.object({
  identifier: z.string().min(1),
  name: neededText,
  devname: anyText,
  serial: anyText,
  lunid: anyText,
  size: anyCount,
  description: z.string().nullish(),
  model: anyText,
  rotationrate: anyCount,
  type: anyText,
  bus: anyText,
  zfs_guid: anyGuid,
  pool: neededTextOrNull,
  expiretime: z.union([z.number(), z.string()]).nullable(),
  hddstandby: anyText,
  advpowermgmt: anyText,
  enclosure: z.unknown().optional(),
  multipath_name: anyText,
  multipath_member: anyText,
});

/** Reads the rows of `disk.query`, asked with `extra.pools`, of any version. */
export function readTruenasDisks(answer: unknown): Reading<readonly TruenasDisk[]> {
  const reading = readTruenasAnswer('disk.query', rowsOf(rowSchema), answer);
  return reading.ok ? { ok: true, value: reading.value.map(buildDisk) } : reading;
}

function buildDisk(row: z.output<typeof rowSchema>): TruenasDisk {
  return {
    identifier: row.identifier,
    identity: readTruenasIdentifier(row.identifier),
    name: row.name,
    devname: row.devname ?? row.name,
    serial: row.serial,
    lunid: row.lunid,
    sizeBytes: row.size,
    description: row.description ?? '',
    model: row.model,
    isRotational: row.type === 'HDD' || (row.rotationrate ?? 0) > 0,
    bus: row.bus,
    zfsGuid: row.zfs_guid,
    pool: row.pool,
    isExpired: row.expiretime !== null,
    standby: row.hddstandby,
    powerManagement: row.advpowermgmt,
    slot: readSlot(row.enclosure),
    multipath: row.multipath_name ?? row.multipath_member,
  };
}

/** `{"number":0,"slot":5}`. */
function readSlot(enclosure: unknown): string | null {
  const [number, slot] = [countAt(enclosure, 'number'), countAt(enclosure, 'slot')];
  return number === null || slot === null ? null : `${number}:${slot}`;
}
