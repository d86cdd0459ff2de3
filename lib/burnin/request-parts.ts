import type { ProbeReport } from '../core/drive';
import { attempt, type EngineBase } from './engine-base';
import type { Gates } from './gates';

/** What a request needs of the engine. */
export interface RequestParts {
  readonly base: EngineBase;
  readonly gates: Gates;
  /** A probe that began after it was asked for. */
  probe(): Promise<ProbeReport>;
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
