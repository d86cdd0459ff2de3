import { z } from 'zod';
import type { Reading } from './read-host-answer';
import { numberAt, textAt, valueAt } from './read-json';
import { anyGuid, anyText, neededText, readTruenasAnswer, rowsOf } from './read-truenas-answer';
import type { TruenasMember, TruenasPool } from './truenas-inventory';

const nodeSchema = z.object({
  type: neededText,
  status: anyText,
  guid: anyGuid,
  disk: anyText,
  unavail_disk: z.union([z.string(), z.object({ name: anyText, serial: anyText })]).nullish(),
  children: z.array(z.unknown()).nullish(),
});
type Node = z.output<typeof nodeSchema>;

const poolSchema = z.object({
  name: neededText,
  status: neededText,
  scan: z.unknown().optional(),
  topology: z.record(z.string(), z.array(z.unknown())).nullish(),
});

/** Reads `pool.query`. A part of a topology that cannot be read makes the whole answer unreadable: it may name a drive. */
export function readTruenasPools(answer: unknown): Reading<readonly TruenasPool[]> {
  const reading = readTruenasAnswer('pool.query', rowsOf(poolSchema), answer);
  if (!reading.ok) return reading;
  const pools: TruenasPool[] = [];
  for (const { name, status, scan, topology } of reading.value) {
    const nodes = walk(Object.values(topology ?? {}).flat());
    if (!nodes.ok) return nodes;
    pools.push({
      name,
      status,
      members: topology == null ? null : nodes.value.filter(isMember).map(buildMember),
      guids: nodes.value.flatMap(({ guid }) => guid ?? []),
      scan: readScan(scan),
    });
  }
  return { ok: true, value: pools };
}

/** Every vdev with everything below it. */
function walk(roots: readonly unknown[]): Reading<readonly Node[]> {
  const waiting = [...roots];
  const nodes: Node[] = [];
  while (waiting.length > 0) {
    const reading = readTruenasAnswer('pool.query', nodeSchema, waiting.pop());
    if (!reading.ok) return reading;
    nodes.push(reading.value);
    for (const child of reading.value.children ?? []) waiting.push(child);
  }
  return { ok: true, value: nodes };
}

/** Groups, file vdevs and the distributed spares of dRAID stand on no drive of their own. */
function isMember({ type, disk, unavail_disk }: Node): boolean {
  return type === 'DISK' || disk !== null || unavail_disk != null;
}

function buildMember({ disk, guid, status, unavail_disk }: Node): TruenasMember {
  const lost =
    typeof unavail_disk === 'string' ? { name: unavail_disk, serial: null } : (unavail_disk ?? null);
  return { disk, guid, status: status ?? 'UNKNOWN', lost };
}

/** A paused scrub still says SCANNING. */
function readScan(scan: unknown): TruenasPool['scan'] {
  if (textAt(scan, 'state') !== 'SCANNING' || valueAt(scan, 'pause') != null) return null;
  const kind = textAt(scan, 'function') === 'SCRUB' ? 'scrub' : 'resilver';
  const percent = numberAt(scan, 'percentage');
  return { kind, percent: percent !== null && percent >= 0 && percent <= 100 ? percent : null };
}
