import type { JobReport } from '../core/views';

/** One way for reports and alerts to reach people. */
export interface Notifier {
  readonly channel: 'mail' | 'webhook';
  /**
   * Sends once; trying again is the caller's. Rejects with UnreachableError, whose text holds no credentials, also when
   * the other side takes longer than the channel's bound; with the signal's reason as soon as `signal` aborts.
   */
  send(report: JobReport, signal: AbortSignal): Promise<void>;
  /** Ends what is under way; `send` rejects from then on. */
  close(): void;
}

/** How long one attempt may take as a whole. */
export const defaultTimeoutMs = 30_000;
