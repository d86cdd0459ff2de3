import type { RetryDelays } from '../../core/reconnect-delay';
import type { TruenasFailure } from '../../core/truenas-failure';

export interface TruenasTimings {
  /** Limit for asking which API the host has. */
  readonly detectTimeoutMs: number;
  /** Limit for one whole way to a session; TrueNAS lets a login wait up to 10 s. */
  readonly connectTimeoutMs: number;
  /** An idle session is cut off by TrueNAS after 60 s. Two pings without an answer, and it counts as dead. */
  readonly pingIntervalMs: number;
  readonly callTimeoutMs: number;
  /** Wait before a call that was one too many is made again. */
  readonly tooManyDelayMs: number;
  /** Changes within this time are told as one. */
  readonly hintDelayMs: number;
  /** A session that lasted so long ends the row of failures before it. */
  readonly settledMs: number;
  /** Least time between two logins that are made because a session was over. */
  readonly renewalMs: number;
  readonly delays: Readonly<Record<TruenasFailure['kind'], RetryDelays>>;
}

export const defaultTimings: TruenasTimings = {
  detectTimeoutMs: 5000,
  connectTimeoutMs: 30_000,
  pingIntervalMs: 20_000,
  callTimeoutMs: 60_000,
  tooManyDelayMs: 1000,
  hintDelayMs: 500,
  settledMs: 60_000,
  renewalMs: 60_000,
  delays: {
    lost: { firstMs: 1000, longestMs: 60_000 },
    // TrueNAS counts 20 logins a minute for each address, and makes one who goes on wait longer.
    rate_limited: { firstMs: 60_000, longestMs: 300_000 },
    expired: { firstMs: 0, longestMs: 0 },
    untrusted: { firstMs: 60_000, longestMs: 120_000 },
    refused: { firstMs: 900_000, longestMs: 1_800_000 },
  },
};
