import { RefusedError } from '../core/refusal';
import type { HostLook } from '../core/remote-run';
import type { Answer, DriveView, JobView, NasView } from '../core/views';
import { batched } from './batched';
import { openBeat } from './beat';
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
import { Deliveries } from './deliveries';
import type { EngineBase } from './engine-base';
import { Followers } from './followers';
import { Gates } from './gates';
import { Housekeeper } from './housekeeper';
import { Inventory } from './inventory';
import { Janitor } from './janitor';
import { isTooHot, listAlerts } from './list-alerts';
import { takeLap } from './laps';
import { Poller } from './poller';
import { reconcile } from './reconcile';
import { Reports } from './reports';
import { takeRequest } from './requests';
import { openStageRunners, type StageRunners } from './stages/open-stage-runners';
import { readAdmittedJob, Stations } from './stations';
import { Troubles } from './troubles';

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
  readonly #troubles: Troubles;
  readonly #gates: Gates;
  readonly #stations: Stations;
  readonly #inventory: Inventory;
  readonly #followers: Followers;
  readonly #poller: Poller;
  readonly #reports: Reports;
  readonly #deliveries: Deliveries;
  readonly #janitor: Janitor;
  readonly #housekeeper: Housekeeper;
  readonly #look: () => Promise<HostLook>;
  readonly #beat;
  #isClosed = false;
  #lastView: NasView;

  constructor(parts: BurninParts) {
    const { base } = parts;
    this.nas = base.nas;
    this.#parts = parts;
    this.#base = base;
    this.#look = batched(() => parts.runs.look());
    this.#beat = openBeat(base.clock, parts.lookEveryMs);
    this.#troubles = new Troubles(base);
    this.#gates = new Gates(base);
    this.#stations = new Stations(base);
    this.#inventory = new Inventory(base, this.#troubles, (jobId) => this.#followers.progressOf(jobId));
    this.#followers = this.#openFollowers();
    this.#janitor = new Janitor(base, parts.runs, this.#troubles);
    this.#housekeeper = new Housekeeper(base);
    this.#poller = this.#openPoller();
    this.#reports = new Reports({
      base,
      jobView: (job) => this.#inventory.jobView(job),
      channels: parts.notifiers.map((notifier) => notifier.channel),
      queued: () => this.#deliveries.kick(),
    });
    this.#deliveries = new Deliveries({
      base,
      notifiers: parts.notifiers,
      build: (job) => this.#reports.build(job),
    });
    this.#lastView = this.view();
    parts.link.onChange(() => void this.#tellNas());
  }

  #openFollowers(): Followers {
    return new Followers({
      base: this.#base,
      beat: this.#beat,
      stations: this.#stations,
      runners: this.#openRunners(),
      troubles: this.#troubles,
      tickets: this.#gates,
      touch: (serial) => this.#touch(serial),
      ended: (job, isSentOn) => {
        if (!isSentOn) this.#gates.forgetTicket(job.id);
        this.#changed([job.drive.serial]);
      },
    });
  }

  #openRunners(): StageRunners {
    const { base, runs, probe, deviceTypes, makeId } = this.#parts;
    return openStageRunners({
      base,
      runs,
      probe,
      look: this.#look,
      deviceTypes,
      makeRunId: makeId,
      setHealth: (serial, isHealthy) => this.#inventory.setHealth(serial, isHealthy),
      physicalSectorBytes: (serial) => this.#inventory.physicalSectorBytes(serial),
    });
  }

  #openPoller(): Poller {
    return new Poller({
      base: this.#base,
      probe: () => this.#parts.probe.probe(),
      look: this.#look,
      took: (report, look) => {
        this.#inventory.take(report);
        this.#janitor.take(look);
        this.#housekeeper.tidy();
      },
      polled: () => this.#changed([]),
    });
  }

  view(): NasView {
    const { base, link, maxParallel } = this.#parts;
    const { running, queued } = base.store.jobs.countLive(base.nas);
    return {
      nas: base.nas,
      running,
      queued,
      freeSlots: Math.max(0, maxParallel - running),
      link: link.state,
      linkMessage: link.message,
      unfit: [],
      activities: [],
      truenas: null,
      lastPollAt: this.#poller.lastGoodAt,
      isStale: this.#poller.isStale(),
      alerts: listAlerts({
        parts: this.#parts,
        poller: this.#poller,
        janitor: this.#janitor,
        gates: this.#gates,
        followers: this.#followers,
        deliveries: this.#deliveries,
        troubles: this.#troubles,
        hottest: this.#inventory.hottest(),
      }),
    };
  }

  drives(): readonly DriveView[] {
    return this.#inventory.list();
  }

  job(id: string): JobView | null {
    const job = this.#base.store.jobs.get(id);
    return job === null ? null : this.#inventory.jobView(job);
  }

  request(incoming: IncomingRequest): Promise<readonly Answer[]> {
    return takeRequest(
      {
        base: this.#base,
        gates: this.#gates,
        probe: this.#poller.poll,
        makeJobId: this.#parts.makeId,
        topicDrive: this.#parts.topicDrive,
        changed: (serials) => this.#changed(serials),
      },
      incoming,
    );
  }

  attachGate(gate: Gate): () => void {
    return this.#gates.attach(gate);
  }

  attachStation(station: Station): () => void {
    return this.#stations.attach(station);
  }

  attachReporter(reporter: Reporter): () => void {
    return this.#reports.attach(reporter);
  }

  attachPoller(intervalMs: number): () => void {
    return this.#poller.attach(intervalMs);
  }

  arrive(stationId: string, ticket: unknown): Arrival {
    const job = readAdmittedJob(this.#base, ticket);
    try {
      const arrival = this.#stations.arrive(stationId, job);
      if (arrival.kind === 'run') {
        this.#gates.forgetTicket(job.id);
        this.#changed([job.drive.serial]);
      }
      return arrival;
    } catch (error) {
      // The store could not take it: the ticket is off the wires, so the gate has to send it again.
      if (!(error instanceof RefusedError)) this.#gates.forgetTicket(job.id);
      throw error;
    }
  }

  arriveAtReport(ticket: unknown): ReportArrival {
    const job = readAdmittedJob(this.#base, ticket);
    if (job.state === 'running') return { kind: 'again' };
    this.#reports.giveDue();
    return { kind: 'closed' };
  }

  lap(ticket: unknown): void {
    const serial = takeLap(this.#base, this.#gates, ticket);
    if (serial !== null) this.#changed([serial]);
  }

  async poll(): Promise<NasView> {
    await this.#poller.poll().catch(() => undefined);
    return this.#tellNas();
  }

  deployed(): void {
    this.#gates.forgetAllTickets();
    this.#poller.start();
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
      this.#troubles.clear(unwell);
    } catch (error) {
      this.#troubles.note(unwell, error);
    }
    this.#reports.giveDue();
    this.#beat.kick();
    for (const serial of serials) this.#touch(serial);
    this.#tellNas();
  }

  #touch(serial: string): void {
    this.#troubles.guard(`The state of drive ${serial} cannot be told`, () => this.#inventory.touch(serial));
  }

  #reconcile(): void {
    reconcile({
      base: this.#base,
      gates: this.#gates,
      followers: this.#followers,
      maxParallel: this.#parts.maxParallel,
      mayBegin: () =>
        !this.#poller.isStale() && !isTooHot(this.#inventory.hottest(), this.#parts.maxStartTemperatureC),
      troubles: this.#troubles,
      touch: (serial) => this.#touch(serial),
    });
  }

  /** Never throws, as it is called from everywhere; without a readable store the last view has to do. */
  #tellNas(): NasView {
    if (this.#isClosed) return this.#lastView;
    this.#lastView = this.#troubles.guard(unwell, () => this.view()) ?? this.#lastView;
    this.#base.bus.emit('nas', this.#lastView);
    return this.#lastView;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#poller.close();
    this.#deliveries.close();
    this.#followers.detach();
    // A follower may be in the middle of a long request to the NAS; the end of the connection ends that.
    try {
      await this.#parts.closeLinks().finally(() => this.#followers.settled());
    } finally {
      // What cannot be closed well must not keep the database from the next engine.
      this.#parts.closeStore();
    }
  }
}
