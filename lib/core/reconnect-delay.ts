/** How long to wait between tries: doubling from the first to the longest, with chance in between. */
export interface RetryDelays {
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * Milliseconds to wait after this many failures in a row (1 and up). Never below `firstMs`, never above `longestMs`,
 * and anywhere between the first delay and the doubled ceiling, so that many clients do not come back at one moment.
 * `chance` is a number from 0 up to 1.
 */
export function nextRetryDelayMs(failures: number, delays: RetryDelays, chance: number): number {
  const ceilingMs = Math.min(delays.longestMs, delays.firstMs * 2 ** failures);
  const delayMs = delays.firstMs + chance * (ceilingMs - delays.firstMs);
  return Math.min(delays.longestMs, Math.round(delayMs));
}
