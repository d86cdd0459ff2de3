/** Time as a parameter, so that rules and followers can be tested without waiting. */
export interface Clock {
  /** Wall-clock time in milliseconds since the epoch. */
  now(): number;
  /**
   * Resolves after `ms` milliseconds.
   * Rejects with the signal's reason as soon as `signal` aborts.
   */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}
