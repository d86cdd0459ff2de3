import { buildTruenasReport, listTruenasSlots } from '../core/build-truenas-report';
import type { DriveIdentity, ProbeReport, SafetyLock } from '../core/drive';
import { estimateRunMs } from '../core/estimate-run';
import { isSameDrive } from '../core/judge-grant';
import { joinTruenas } from '../core/join-truenas';
import { addLocks, listAdded, type AddedLocks } from '../core/added-locks';
import { listDisturbances } from '../core/list-disturbances';
import { UnreachableError } from '../core/refusal';
import type { TruenasInventory } from '../core/truenas-inventory';
import type { TruenasView } from '../core/views';
import type { DriveProbe } from '../nas/drive-probe';
import { describeError, type EngineBase } from './engine-base';
import type { Middleware } from './middleware';
import { TruenasWatch } from './truenas-watch';

export interface NasTruthParts {
  readonly base: EngineBase;
  /** Null for a NAS that is only watched: the middleware is all there is. */
  readonly probe: Pick<DriveProbe, 'probe'> | null;
  /** Null: the middleware is not asked. */
  readonly middleware: Omit<Middleware, 'writeDescription'> | null;
  /** A new inventory was read. */
  took(): void;
  /** The middleware, or what is told of it, is another one now. */
  changed(): void;
}

/** What a pre-flight found is shown for this long beside the cheaper inventory. */
const preflightShownMs = 900_000;

/**
 * What is known of the drives of a NAS: what the host's own probe finds, and what the TrueNAS middleware adds to it. The
 * host is asked at each poll, the middleware once a minute; before a start both are asked afresh. All methods that ask
 * reject with UnreachableError.
 */
export class NasTruth {
  readonly #parts: NasTruthParts;
  readonly #watch: TruenasWatch | null;
  #preflight: TruenasInventory | null = null;
  #added: { readonly at: number; readonly locks: AddedLocks } | null = null;
  #hasMiddleware = false;
  #slots: ReadonlyMap<string, string> = new Map();
  readonly #leave: () => void;

  constructor(parts: NasTruthParts) {
    this.#parts = parts;
    const { base, middleware, took } = parts;
    this.#watch = middleware === null ? null : new TruenasWatch({ base, middleware, took });
    this.#leave = middleware?.onChange(() => parts.changed()) ?? (() => undefined);
  }

  /** The host now, with what the middleware said within the last minutes. */
  async poll(): Promise<ProbeReport> {
    const watch = this.#watch;
    if (watch === null || this.#parts.probe === null) return this.#pollAlone();
    const host = await this.#parts.probe.probe();
    if (!this.#isAsked(host)) return host;
    await watch.awaitFirst();
    const report = joinTruenas(host, watch.current(), 'inventory');
    this.#noteSlots(report, watch.inventory);
    return addLocks(report, this.#shownOfPreflight());
  }

  /** Both asked now, for everything that a drive must pass before it counts as free. */
  async fresh(): Promise<ProbeReport> {
    const { probe, middleware } = this.#parts;
    if (probe === null) return this.#pollAlone();
    const host = await probe.probe();
    if (middleware === null || !this.#isAsked(host)) return host;
    const found = await this.#readPreflight().catch((error: unknown) => ({ failed: describeError(error) }));
    const report = joinTruenas(host, found);
    // Silence takes nothing back that was found.
    if (!('failed' in found))
      this.#added = { at: this.#parts.base.clock.now(), locks: listAdded(host, report) };
    return report;
  }

  /**
   * The locks that the middleware alone knows of a drive, right before a run is started on it; the host looks for its own in
   * the start itself. Rejects where the middleware leaves it open: then the start is tried again.
   */
  async askBeforeRun(drive: DriveIdentity): Promise<readonly SafetyLock[]> {
    const { probe, middleware } = this.#parts;
    if (probe === null || middleware === null) return [];
    const host = await probe.probe();
    if (!this.#isAsked(host)) return [];
    const known = findKnown(host, drive);
    if (known !== null) return [known];
    const locks = listAdded(host, joinTruenas(host, await this.#readPreflight())).of(drive);
    const open = locks.find(({ kind }) => kind === 'unproven');
    if (open !== undefined) throw new UnreachableError(`Not started yet: ${open.detail}.`);
    return locks;
  }

  /** How the middleware answers; null on a host without one. */
  get view(): TruenasView | null {
    const { middleware } = this.#parts;
    return middleware !== null && (this.#hasMiddleware || !middleware.isOptional) ? middleware.view : null;
  }

  /** Bay of the enclosure, where TrueNAS tells it. */
  slotOf(serial: string): string | null {
    return this.#slots.get(serial) ?? null;
  }

  /** What TrueNAS does, or may do, to a burn-in of this drive, as of the last pre-flight: a sentence each. */
  disturbances({ serial, sizeBytes }: DriveIdentity): readonly string[] {
    if (this.#preflight === null) return [];
    return listDisturbances(this.#preflight, serial, this.#parts.base.clock.now(), estimateRunMs(sizeBytes));
  }

  close(): void {
    this.#leave();
    this.#watch?.close();
  }

  /** One of the two is all there is. */
  async #pollAlone(): Promise<ProbeReport> {
    const { probe } = this.#parts;
    if (probe !== null) return probe.probe();
    await this.#watch?.awaitFirst();
    const found = this.#watch?.current() ?? { failed: 'neither SSH nor TrueNAS is set' };
    if ('failed' in found) throw new UnreachableError(`TrueNAS: ${found.failed}`);
    const report = buildTruenasReport(found);
    this.#noteSlots(report, found);
    return report;
  }

  async #readPreflight(): Promise<TruenasInventory> {
    const { middleware } = this.#parts;
    if (middleware === null) throw new UnreachableError('the middleware is not asked');
    this.#preflight = await middleware.readPreflight();
    return this.#preflight;
  }

  #noteSlots(report: ProbeReport, inventory: TruenasInventory | null): void {
    if (inventory !== null) this.#slots = listTruenasSlots(report, inventory);
  }

  #isAsked({ hasMiddleware }: ProbeReport): boolean {
    this.#hasMiddleware = hasMiddleware;
    return hasMiddleware || this.#parts.middleware?.isOptional === false;
  }

  /** Without it a drive would look free again as soon as only the cheaper questions are asked. */
  #shownOfPreflight(): AddedLocks | null {
    const age = Math.abs(this.#parts.base.clock.now() - (this.#added?.at ?? -Infinity));
    return this.#added !== null && age <= preflightShownMs ? this.#added.locks : null;
  }
}

/** What is against a drive that is not there exactly as it was admitted: TrueNAS says nothing of it then. */
function findKnown({ drives }: ProbeReport, drive: DriveIdentity): SafetyLock | null {
  if (drives.some((probed) => isSameDrive(probed.drive, drive))) return null;
  const namesake = drives.find((probed) => probed.drive.serial === drive.serial);
  if (namesake === undefined) return { kind: 'unproven', detail: 'it is not in the NAS now' };
  const { wwn, sizeBytes } = namesake.drive;
  const detail = `it has WWN ${wwn ?? 'none'} and ${sizeBytes} bytes now, not ${drive.wwn ?? 'none'} and ${drive.sizeBytes}`;
  return { kind: 'unproven', detail };
}
