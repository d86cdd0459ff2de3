import { RefusedError } from '../core/refusal';
import type { Answer, DriveView, JobView, NasView } from '../core/views';
import { buildNasView, listQueueHolds } from './build-nas-view';
import type {
  Arrival,
  Burnin,
  BurninEvents,
  Gate,
  IncomingRequest,
  ReportArrival,
  Reporter,
  Station,
} from './burnin';
import type { BurninParts } from './burnin-parts';
import { DailyReport } from './daily-report';
import type { EngineBase } from './engine-base';
import { openEngineParts, type EngineParts } from './engine-parts';
import { takeLap } from './laps';
import { reconcile } from './reconcile';
import { takeRequest } from './requests';
import { readAdmittedJob } from './stations';
import { readLocalOffset } from './system-clock';

/** Joins the parts of one engine. Nothing starts before the flows are deployed or something is attached. */
export function createBurnin(parts: BurninParts): Burnin {
  return new Engine(parts);
}

/** The trouble of an engine that cannot do its own work, mostly for want of its store. */
const unwell = 'The engine cannot work';

class Engine implements Burnin {
  readonly nas: string;
  readonly #parts: BurninParts;
  readonly #base: EngineBase;
  readonly #own: EngineParts;
  readonly #daily: DailyReport;
  #isClosed = false;
  #lastView: NasView;

  constructor(parts: BurninParts) {
    const { base } = parts;
    this.nas = base.nas;
    this.#parts = parts;
    this.#base = base;
    this.#own = openEngineParts(parts, {
      touch: (serial) => this.#touch(serial),
      changed: (serials) => this.#changed(serials),
      polled: () => this.#tellPolled(),
    });
    this.#daily = new DailyReport({
      base,
      notifiers: parts.notifiers,
      time: parts.dailyReport,
      offsetAt: readLocalOffset,
      view: () => ({ nas: this.view(), drives: this.drives() }),
      jobView: (job) => this.#own.inventory.jobView(job),
    });
    this.#lastView = this.view();
    parts.link.onChange(() => void this.#tellNas());
  }

  view(): NasView {
    return buildNasView(this.#parts, this.#own);
  }

  drives(): readonly DriveView[] {
    return this.#own.inventory.list();
  }

  job(id: string): JobView | null {
    const job = this.#base.store.jobs.get(id);
    return job === null ? null : this.#own.inventory.jobView(job);
  }

  request(incoming: IncomingRequest): Promise<readonly Answer[]> {
    return takeRequest(
      {
        base: this.#base,
        gates: this.#own.gates,
        grants: this.#own.grants,
        tries: this.#own.tries,
        maxParallel: this.#parts.maxParallel,
        holds: () => listQueueHolds(this.#parts, this.#own),
        knows: (serial) => this.#own.inventory.knows(serial),
        probe: this.#own.poller.pollDeeply,
        disturbances: (drive) => this.#own.truth.disturbances(drive),
        makeJobId: this.#parts.makeId,
        topicDrive: this.#parts.topicDrive,
        changed: (serials) => this.#changed(serials),
      },
      incoming,
    );
  }

  attachGate(gate: Gate): () => void {
    return this.#own.gates.attach(gate);
  }

  attachStation(station: Station): () => void {
    return this.#own.stations.attach(station);
  }

  attachReporter(reporter: Reporter): () => void {
    return this.#own.reports.attach(reporter);
  }

  attachPoller(intervalMs: number): () => void {
    return this.#own.poller.attach(intervalMs);
  }

  arrive(stationId: string, ticket: unknown): Arrival {
    const job = readAdmittedJob(this.#base, ticket);
    try {
      const arrival = this.#own.stations.arrive(stationId, job);
      if (arrival.kind === 'run') {
        this.#own.gates.forgetTicket(job.id);
        this.#changed([job.drive.serial]);
      }
      return arrival;
    } catch (error) {
      // The store could not take it: the ticket is off the wires, so the gate has to send it again.
      if (!(error instanceof RefusedError)) this.#own.gates.forgetTicket(job.id);
      throw error;
    }
  }

  arriveAtReport(ticket: unknown): ReportArrival {
    const job = readAdmittedJob(this.#base, ticket);
    if (job.state === 'running') return { kind: 'again' };
    this.#own.reports.giveDue();
    return { kind: 'closed' };
  }

  lap(ticket: unknown): void {
    const serial = takeLap(this.#base, this.#own.gates, ticket);
    if (serial !== null) this.#changed([serial]);
  }

  async poll(): Promise<NasView> {
    await this.#own.poller.poll().catch(() => undefined);
    return this.#tellNas();
  }

  deployed(): void {
    this.#own.gates.forgetAllTickets();
    this.#own.poller.start();
    this.#changed([]);
  }

  on<E extends keyof BurninEvents>(event: E, listener: (...args: BurninEvents[E]) => void): () => void {
    return this.#base.bus.on(event, listener);
  }

  /** Something changed: mend what follows from it, wake the followers, tell everybody. */
  #changed(serials: readonly string[]): void {
    if (this.#isClosed) return;
    try {
      this.#reconcile();
      this.#own.troubles.clear(unwell);
    } catch (error) {
      this.#own.troubles.note(unwell, error);
    }
    this.#own.reports.giveDue();
    this.#own.beat.kick();
    for (const serial of serials) this.#touch(serial);
    this.#tellNas();
  }

  #touch(serial: string): void {
    this.#own.troubles.guard(`The state of drive ${serial} cannot be told`, () =>
      this.#own.inventory.touch(serial),
    );
  }

  #reconcile(): void {
    reconcile({
      base: this.#base,
      gates: this.#own.gates,
      followers: this.#own.followers,
      maxParallel: this.#parts.maxParallel,
      mayBegin: () => listQueueHolds(this.#parts, this.#own).length === 0,
      troubles: this.#own.troubles,
      touch: (serial) => this.#touch(serial),
    });
  }

  /** Never throws, as it is called from everywhere; without a readable store the last view has to do. */
  #tellNas(): NasView {
    if (this.#isClosed) return this.#lastView;
    this.#lastView = this.#own.troubles.guard(unwell, () => this.view()) ?? this.#lastView;
    this.#base.bus.emit('nas', this.#lastView);
    return this.#lastView;
  }

  #tellPolled(): void {
    if (this.#isClosed) return;
    this.#daily.start();
    this.#base.bus.emit('polled', this.#lastView);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#own.poller.close();
    this.#own.smartClock.close();
    this.#own.truth.close();
    this.#own.grants.close();
    this.#daily.close();
    this.#own.deliveries.close();
    this.#own.followers.detach();
    // A follower may be in the middle of a long request to the NAS; the end of the connection ends that.
    try {
      await this.#parts.closeLinks().finally(() => this.#own.followers.settled());
    } finally {
      // What cannot be closed well must not keep the database from the next engine.
      this.#parts.closeStore();
    }
  }
}
