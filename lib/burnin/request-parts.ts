import type { DriveIdentity, ProbeReport } from '../core/drive';
import { attempt, type EngineBase } from './engine-base';
import type { Gates } from './gates';
import type { Grants } from './grants';
import type { UnlockTries } from './unlock-tries';

/** What a request needs of the engine. */
export interface RequestParts {
  readonly base: EngineBase;
  readonly gates: Gates;
  readonly grants: Grants;
  readonly tries: UnlockTries;
  readonly maxParallel: number;
  /** Why no queued job begins now, in sentences. */
  holds(): readonly string[];
  /** Is there, or was there of late, a drive with this serial number? */
  knows(serial: string): boolean;
  /** A probe that began after it was asked for. */
  probe(): Promise<ProbeReport>;
  /** What TrueNAS does, or may do, to a burn-in of this drive, by the last probe: a sentence each. */
  disturbances(drive: DriveIdentity): readonly string[];
  makeJobId(): string;
  /** Drive part of a topic for a serial. */
  topicDrive(serial: string): string;
  /** Jobs were admitted or cancelled: free slots, wake followers. */
  changed(serials: readonly string[]): void;
}

/** What was stored is true whatever becomes of what follows from it; the next tidy-up will find it. */
export function tellChanged({ base, changed }: RequestParts, serials: readonly string[]): void {
  attempt(base, 'after a request', () => changed(serials));
}
