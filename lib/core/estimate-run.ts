/** Of a large hard disk over its whole surface, bytes a second: fast outside, slow inside. */
const usualBytesPerS = 160e6;

/** Four patterns, each written and read back. */
const passes = 8;

/** How long a burn-in of a drive of this size about takes, in milliseconds: to look ahead, not to promise. */
export function estimateRunMs(sizeBytes: number): number {
  return Math.ceil((passes * sizeBytes) / usualBytesPerS) * 1000;
}
