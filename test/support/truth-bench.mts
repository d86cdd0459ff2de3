import { createBus } from '../../dist/lib/burnin/bus.js';
import type { BurninEvents } from '../../dist/lib/burnin/burnin.js';
import { NasTruth } from '../../dist/lib/burnin/nas-truth.js';
import type { DriveIdentity, ProbeReport, SafetyLock } from '../../dist/lib/core/drive.js';
import { StillClock } from '../mqtt/clocks.mts';
import { nas, TemporaryStores } from '../store/temporary-store.mts';
import { FakeHost } from './fake-host.mts';
import { FakeMiddleware } from './fake-middleware.mts';

/** What is known of a NAS in memory with one drive, A, on a clock that stands still until it is moved. */
export class TruthBench {
  readonly host = new FakeHost();
  readonly drive: DriveIdentity = this.host.addDrive('A');
  readonly middleware = new FakeMiddleware(this.host.drives);
  readonly clock = new StillClock(1_800_000_000_000);
  /** The host shows that it has a middleware. */
  hasMiddleware = true;
  /** Inventories that were taken, and changes that were told. */
  took = 0;
  changes = 0;
  truth: NasTruth;
  readonly #stores = new TemporaryStores();

  constructor() {
    this.truth = this.#open({ isWatched: false });
  }

  /** Another one on the same NAS. */
  reopen({ isWatched }: { readonly isWatched: boolean } = { isWatched: false }): void {
    this.truth.close();
    this.truth = this.#open({ isWatched });
  }

  #open({ isWatched }: { readonly isWatched: boolean }): NasTruth {
    const bus = createBus<BurninEvents>(() => undefined);
    const base = { nas, store: this.#stores.open(), clock: this.clock, bus, log: () => undefined };
    const probe = async () => ({ ...(await this.host.probe()), hasMiddleware: this.hasMiddleware });
    return new NasTruth({
      base,
      probe: isWatched ? null : { probe },
      middleware: this.middleware,
      took: () => void (this.took += 1),
      changed: () => void (this.changes += 1),
    });
  }

  /** Lets everything happen that waits for no time to pass. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1_000) {
      this.clock.move(Math.min(left, 1_000));
      await this.settle();
    }
  }

  close(): void {
    this.truth.close();
    this.#stores.remove();
  }
}

export function locksOf({ drives }: ProbeReport, serial = 'A'): readonly SafetyLock[] {
  const probed = drives.find(({ drive }) => drive.serial === serial);
  if (probed === undefined) throw new Error(`no drive ${serial}`);
  return probed.locks;
}

/** Kind and detail of each lock of A. */
export function wordsOf(report: ProbeReport): readonly string[] {
  return locksOf(report).map(({ kind, detail }) => `${kind} ${detail}`);
}
