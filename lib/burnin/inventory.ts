import { buildSmartSummary } from '../core/build-smart-summary';
import type { DriveFacts, PoolActivity, ProbeReport, SafetyLock, UnfitDevice } from '../core/drive';
import { isClosed, type Job } from '../core/job';
import { isSameDrive } from '../core/judge-grant';
import { isToldApartByWwn } from '../core/judge-override';
import { readStoredSmart } from '../core/read-stored-smart';
import type { DriveView, JobView, Progress, SmartSummary } from '../core/views';
import type { EngineBase } from './engine-base';
import type { Grants } from './grants';
import type { SmartState } from './smart-clock';
import type { Troubles } from './troubles';

interface Seen {
  readonly drive: DriveFacts;
  readonly locks: readonly SafetyLock[];
  readonly isToldApartByWwn: boolean;
}

interface Known extends Seen {
  readonly isPresent: boolean;
  readonly seenAt: number;
}

/** SMART data that a job has read. */
interface JobSmart {
  /** Milliseconds since the epoch, null where no job has read any. */
  readonly readAt: number | null;
  readonly isHealthy: boolean | null;
  readonly smart: SmartSummary | null;
}

export interface InventoryParts {
  readonly base: EngineBase;
  readonly troubles: Troubles;
  readonly grants: Grants;
  progressOf(jobId: string): Progress | null;
  /** The newest reading of the clock of SMART data. */
  smartOf?(serial: string): SmartState | null;
}

/** A pulled drive and its last result are shown for this long. */
const keepAbsentMs = 30 * 86_400_000;

/** What a drive sensor can mean; a broken one says 128 or -55. */
function isCredible(temperatureC: number | null): boolean {
  return temperatureC !== null && temperatureC > -20 && temperatureC < 100;
}

/** The drives of one NAS as last seen, joined with their jobs. Starts with what the store remembers. */
export class Inventory {
  readonly #base: EngineBase;
  readonly #troubles: Troubles;
  readonly #grants: Grants;
  readonly #known = new Map<string, Known>();
  readonly #health = new Map<string, JobSmart>();
  readonly #progressOf: (jobId: string) => Progress | null;
  readonly #smartOf: (serial: string) => SmartState | null;

  #unfit: readonly UnfitDevice[] = [];
  #activities: readonly PoolActivity[] = [];

  constructor({ base, troubles, grants, progressOf, smartOf = () => null }: InventoryParts) {
    this.#base = base;
    this.#troubles = troubles;
    this.#grants = grants;
    this.#progressOf = progressOf;
    this.#smartOf = smartOf;
    for (const { drive, seenAt } of base.store.drives.list(base.nas)) {
      // Nothing is free before a probe has said so.
      const locks: SafetyLock[] = [{ kind: 'unproven', detail: 'since the NAS has not been probed yet' }];
      const unseen = { isToldApartByWwn: false, isPresent: false };
      this.#known.set(drive.serial, { drive, locks, ...unseen, seenAt });
    }
  }

  /** Devices of the last good probe that cannot be burned in. */
  get unfit(): readonly UnfitDevice[] {
    return this.#unfit;
  }

  /** Scrubs and resilvers that the last good probe saw. */
  get activities(): readonly PoolActivity[] {
    return this.#activities;
  }

  knows(serial: string): boolean {
    return this.#known.has(serial);
  }

  list(): readonly DriveView[] {
    return [...this.#known.keys()].flatMap((serial) => this.view(serial) ?? []);
  }

  view(serial: string): DriveView | null {
    const known = this.#known.get(serial);
    if (known === undefined) return null;
    const job = this.#lastJob(serial);
    const smart = this.#readSmart(serial, job);
    const grant = this.#grants.view(known.drive);
    return { ...known, job, ...smart, grant, slot: null, badBlocks: readBadBlocks(job) };
  }

  jobView(job: Job): JobView {
    return { job, stages: this.#base.store.stages.list(job.id), progress: this.#progressOf(job.id) };
  }

  physicalSectorBytes(serial: string): number {
    return this.#known.get(serial)?.drive.physicalSectorBytes ?? 4096;
  }

  /** The hottest drive that is there and has a credible reading. */
  hottest(): DriveFacts | null {
    const present = [...this.#known.values()].filter((known) => known.isPresent);
    const measured = present.filter(({ drive }) => isCredible(drive.temperatureC));
    const [hottest] = measured.sort((a, b) => (b.drive.temperatureC ?? 0) - (a.drive.temperatureC ?? 0));
    return hottest?.drive ?? null;
  }

  /** The drives that are there, for whoever asks each of them something. */
  listPresent(): readonly DriveFacts[] {
    return [...this.#known.values()].filter((known) => known.isPresent).map(({ drive }) => drive);
  }

  setHealth(serial: string, isHealthy: boolean | null): void {
    const smart = this.#health.get(serial)?.smart ?? null;
    this.#health.set(serial, { isHealthy, readAt: this.#base.clock.now(), smart });
  }

  /** Tells the bus what is known of a drive; whoever publishes it drops what has not changed. */
  touch(serial: string): void {
    const view = this.view(serial);
    if (view !== null) this.#base.bus.emit('drive', view);
  }

  /** Takes a good probe. Drives that it did not find stay known as absent while they have a job to show. */
  take(report: ProbeReport): void {
    const now = this.#base.clock.now();
    const found = new Map(report.drives.map((probed) => [probed.drive.serial, probed]));
    found.delete('');
    // Of two drives with one serial number, the one that a permission was given for is the one to show.
    for (const { drive } of this.#grants.list()) {
      const meant = report.drives.find((probed) => isSameDrive(probed.drive, drive));
      if (meant !== undefined) found.set(drive.serial, meant);
    }
    this.#unfit = report.unfit;
    this.#activities = report.activities;
    const changed = this.#base.store.inOneWrite(() => {
      const seen = [...found.values()].filter((probed) =>
        this.#takeDrive({ ...probed, isToldApartByWwn: isToldApartByWwn(probed, report.drives) }, now),
      );
      const absent = [...this.#known.keys()].filter((serial) => !found.has(serial));
      return [
        ...seen.map(({ drive }) => drive.serial),
        ...absent.filter((serial) => this.#takeAbsence(serial, now)),
      ];
    });
    for (const serial of changed) {
      if (this.#known.has(serial)) this.touch(serial);
      else this.#base.bus.emit('gone', serial);
    }
  }

  /** True when there is something to tell. */
  #takeDrive(seen: Seen, seenAt: number): boolean {
    const { drive } = seen;
    const previous = this.#known.get(drive.serial);
    const hasChanged = previous === undefined || !isSame(previous, seen);
    this.#known.set(drive.serial, { ...seen, isPresent: true, seenAt });
    if (hasChanged) this.#base.store.drives.upsert(this.#base.nas, drive, seenAt);
    return hasChanged;
  }

  #takeAbsence(serial: string, now: number): boolean {
    const known = this.#known.get(serial);
    if (known === undefined) return false;
    const job = this.#base.store.jobs.lastOf(this.#base.nas, serial);
    if (job === null || (isClosed(job.state) && now - (job.endedAt ?? now) > keepAbsentMs)) {
      this.#known.delete(serial);
      this.#health.delete(serial);
      this.#base.store.drives.forget(this.#base.nas, serial);
      return true;
    }
    this.#known.set(serial, { ...known, isPresent: false });
    return known.isPresent;
  }

  /** The newest reading, whoever took it. */
  #readSmart(serial: string, view: JobView | null): Pick<DriveView, 'isHealthy' | 'smart'> {
    const own = this.#smartOf(serial);
    const { readAt, isHealthy, smart } = this.#readJobSmart(serial, view);
    const isOwnNewer = own !== null && (readAt === null || own.summary.readAt >= readAt);
    return { isHealthy: isOwnNewer ? own.isHealthy : isHealthy, smart: own?.summary ?? smart };
  }

  /** As a job read it since the start, else as the last job's newest snapshot has it. */
  #readJobSmart(serial: string, view: JobView | null): JobSmart {
    const known = this.#health.get(serial);
    if (known !== undefined || view === null) return known ?? { readAt: null, isHealthy: null, smart: null };
    const snapshot = this.#base.store.snapshots.list(view.job.id).at(-1);
    const look = readStoredSmart(snapshot?.json);
    const readAt = snapshot?.at ?? null;
    const read: JobSmart =
      look?.kind === 'read' && readAt !== null
        ? { readAt, isHealthy: look.facts.isPassed, smart: buildSmartSummary(look.facts, readAt) }
        : { readAt: null, isHealthy: null, smart: null };
    this.#health.set(serial, read);
    return read;
  }

  /** A job that cannot be read hides itself, not the drive. */
  #lastJob(serial: string): JobView | null {
    return this.#troubles.guard(`The last job of drive ${serial} cannot be read`, () => {
      const job = this.#base.store.jobs.lastOf(this.#base.nas, serial);
      return job === null ? null : this.jobView(job);
    });
  }
}

function isSame(previous: Known, { drive, locks, isToldApartByWwn: isTold }: Seen) {
  const was = [previous.drive, previous.locks, previous.isToldApartByWwn];
  return previous.isPresent && JSON.stringify(was) === JSON.stringify([drive, locks, isTold]);
}

/** The count of the last surface validation that has one: confirmed numbers, else listed ones, which stay found. */
function readBadBlocks(view: JobView | null): number | null {
  if (view === null) return null;
  if (view.progress !== null && view.progress.badBlocks > 0) return view.progress.badBlocks;
  const memo = view.stages.find((stage) => stage.kind === 'surface_validate')?.memo ?? null;
  if (memo === null) return view.progress?.badBlocks ?? null;
  const lists = [memo['confirmedBadBlocks'], memo['badBlocks']].filter((list) => Array.isArray(list));
  return lists.find((list) => list.length > 0)?.length ?? 0;
}
