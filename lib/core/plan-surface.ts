import type { BadblocksSpec } from './remote-run';

/** badblocks' own order; the last one leaves the drive zeroed. */
export const surfacePatterns = ['0xaa', '0x55', '0xff', '0x00'] as const;

/** Not among the four, so what a failed write left behind can never look like it. */
export const confirmationPattern = '0x3c';

/** 4 MiB requests reach the speed of the medium; smaller ones cost up to 40 %, larger ones gain nothing. */
const requestBytes = 4 * 1024 * 1024;

/** A vanished device would list every block at full processor speed. */
const errorLimit = 64;

/** Half of what badblocks' 32-bit block numbers hold: ranges ending near 2^32 wrap and write outside of the range. */
const safeBlockCount = 2 ** 31;

const blockSizes = [4096, 8192, 16384, 32768, 65536] as const;

/**
 * The smallest block of at least the physical sector (and 4096, below which badblocks leaves direct I/O) that keeps the
 * block count safe and divides the drive without a rest; where none divides it, the smallest safe one.
 * @returns null for a drive of no size, or one beyond 140 TB.
 */
export function nextBlockBytes(sizeBytes: number, physicalSectorBytes: number): number | null {
  const safe = blockSizes.filter(
    (bytes) => bytes >= physicalSectorBytes && sizeBytes >= bytes && sizeBytes / bytes <= safeBlockCount,
  );
  return safe.find((bytes) => sizeBytes % bytes === 0) ?? safe[0] ?? null;
}

/** The four-pattern destructive test of a whole drive, or null where no safe block size exists. */
export function buildSurfaceSpec(sizeBytes: number, physicalSectorBytes: number): BadblocksSpec | null {
  const blockBytes = nextBlockBytes(sizeBytes, physicalSectorBytes);
  if (blockBytes === null) return null;
  return {
    mode: 'write',
    blockBytes,
    blocksPerRequest: requestBytes / blockBytes,
    errorLimit,
    patterns: surfacePatterns,
    range: null,
  };
}

/** An inclusive range of blocks. */
export interface BlockRange {
  readonly first: number;
  readonly last: number;
}

/** More separate places than this say enough about a drive; each costs two short runs. */
const maxConfirmedRanges = 16;

/**
 * Where to look again. In write mode a corruption is listed one request too high, and a failed write comes back as a
 * second, phantom block one request higher (e2fsprogs 1.42.8 – 1.47.4); the true block is at most two requests below.
 */
export function planConfirmation(
  reported: readonly number[],
  spec: BadblocksSpec,
  sizeBytes: number,
): readonly BlockRange[] {
  const reach = 2 * spec.blocksPerRequest;
  const lastBlock = Math.floor(sizeBytes / spec.blockBytes) - 1;
  const ranges: BlockRange[] = [];
  for (const block of [...reported].sort((a, b) => a - b)) {
    const first = Math.max(0, Math.min(block, lastBlock) - reach);
    const last = Math.min(block, lastBlock);
    const previous = ranges.at(-1);
    if (previous && first <= previous.last + 1) ranges[ranges.length - 1] = { first: previous.first, last };
    else ranges.push({ first, last });
  }
  return ranges.slice(0, maxConfirmedRanges);
}

/** One of the two runs that confirm a range: write a fresh pattern, then compare it in the mode that numbers exactly. */
export function buildConfirmationSpec(
  spec: BadblocksSpec,
  mode: BadblocksSpec['mode'],
  range: BlockRange,
): BadblocksSpec {
  const blocks = range.last - range.first + 1;
  return { ...spec, mode, range, patterns: [confirmationPattern], errorLimit: 2 * blocks };
}

/** Slowest rate that is still worth waiting for; below it the host ends the run by itself. */
const slowestBytesPerS = 20_000_000;

/** Seconds after which the host ends a run whatever the controller does: eight passes at a crawl, and a day. */
export function nextDeadlineS(spec: BadblocksSpec, sizeBytes: number): number {
  const bytes = spec.range ? (spec.range.last - spec.range.first + 1) * spec.blockBytes : sizeBytes;
  const passes = spec.patterns.length * (spec.mode === 'write' ? 2 : 1);
  return Math.ceil((passes * bytes) / slowestBytesPerS) + 86_400;
}
