import type { LinkState } from '../core/views';
import type { DriveProbe } from '../nas/drive-probe';
import type { RemoteRuns } from '../nas/remote-runs';
import type { Notifier } from '../notify/notifier';
import type { EngineBase } from './engine-base';

/** Everything an engine works with, opened by somebody else. */
export interface BurninParts {
  readonly base: EngineBase;
  readonly runs: RemoteRuns;
  readonly probe: DriveProbe;
  readonly link: {
    readonly state: LinkState;
    readonly message: string;
    onChange(listener: () => void): () => void;
  };
  readonly notifiers: readonly Notifier[];
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
