import type { DailyTime } from '../core/next-daily';
import type { LinkState } from '../core/views';
import type { DriveProbe } from '../nas/drive-probe';
import type { RemoteRuns } from '../nas/remote-runs';
import type { Notifier } from '../notify/notifier';
import type { EngineBase } from './engine-base';
import type { Middleware } from './middleware';

/** Everything an engine works with, opened by somebody else. */
export interface BurninParts {
  readonly base: EngineBase;
  readonly runs: RemoteRuns;
  readonly probe: DriveProbe;
  /** There is no SSH login: drives can be seen through TrueNAS, and nothing can be written. */
  readonly isWatchOnly: boolean;
  /** Null: the NAS has none, or it is not asked. */
  readonly middleware: Middleware | null;
  /** Keep the results of burn-ins in the drives' descriptions on TrueNAS. */
  readonly mayWriteDescription: boolean;
  readonly link: {
    readonly state: LinkState;
    readonly message: string;
    onChange(listener: () => void): () => void;
  };
  readonly notifiers: readonly Notifier[];
  /** When the daily report is due, null for never. */
  readonly dailyReport: DailyTime | null;
  readonly deviceTypes: readonly string[];
  readonly maxParallel: number;
  /** Milliseconds between two looks at the running stages. */
  readonly lookEveryMs: number;
  /** No job begins while a drive is hotter, in °C. */
  readonly maxStartTemperatureC: number;
  makeId(): string;
  topicDrive(serial: string): string;
  /** Ends the connections to the NAS and the broker; requests under way reject. */
  closeLinks(): Promise<void>;
  closeStore(): void;
}
