import type { PoolCondition, ScanKind } from './pools';
import type { SelfTest } from './self-tests';

/** What may happen to a NAS, on demand. */
export interface RehearsalControls {
  /** A new NAS of the same version with the same keys: every run, every bad block and every change of a drive is gone. */
  reset(): Promise<void>;
  /** A power cut: connections, commands and writers end at once, `/run` is empty, and the boot id is another one. */
  reboot(): Promise<void>;
  /** Lets so much time pass on the NAS that every writer is at its end within a moment. */
  completeAll(): void;
  /** Lets the NAS's time, and with it every writer, go this many times slower than it was opened with; 1 is as it was. */
  slowDown(factor: number): void;
  /** Cuts SSH and API off for so many milliseconds: connections die without a word, and so do new ones. */
  cut(durationMs: number): void;
  /** Two drives change names, as they may on any boot; the first two free ones unless told. */
  renumber(serials?: readonly [string, string]): void;
  /** The drive has bad spots all over from now on, and its SMART status says so. */
  failDrive(serial: string): void;
  /** The drive is gone, as if pulled out of its bay. */
  pull(serial: string): void;
  /** Puts a pulled drive back; it gets the first free name. */
  insert(serial: string): void;
  /** Pulls one drive and puts another in its bay, which gets the same name. Throws when the two are of different kinds. */
  hotSwap(out: string, into: string): void;
  /** A scan of an imported pool, at 37.5 % until it is ended. */
  startScrub(pool?: string, kind?: ScanKind): void;
  endScrub(pool?: string): void;
  /** Somebody else's self-test, with 60 % remaining until it is ended or the NAS reboots. */
  startSelfTest(serial: string, kind?: SelfTest['kind']): void;
  endSelfTest(serial: string, outcome?: 'passed' | 'failed' | 'aborted'): void;
  /** What has become of `tank` or `archive`. */
  setPool(pool: string, condition: PoolCondition): void;
  /** Somebody takes the API key away. */
  revokeKey(): void;
}
