import type { HostLook } from '../core/remote-run';
import type { Answer, DriveView, JobView, LinkState, NasView } from '../core/views';
import type { DriveProbe } from '../nas/drive-probe';
import type { RemoteRuns } from '../nas/remote-runs';
import type { Notifier } from '../notify/notifier';
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
import { Deliveries } from './deliveries';
import type { EngineBase } from './engine-base';
import { Followers } from './followers';
import { Gates } from './gates';
import { Housekeeper } from './housekeeper';
import { Inventory } from './inventory';
import { Janitor } from './janitor';
import { takeLap } from './laps';
import { Poller } from './poller';
import { reconcile } from './reconcile';
import { Reports } from './reports';
import { takeRequest } from './requests';
import { openStageRunners, type StageRunners } from './stages/open-stage-runners';
import { readAdmittedJob, Stations } from './stations';

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
  /** Closes what was opened for the engine, in order. */
  closeParts(): Promise<void>;
}

/** Joins the parts of one engine. Nothing starts before the flows are deployed or something is attached. */
export function createBurnin(parts: BurninParts): Burnin {
  return new Engine(parts);
}

class Engine implements Burnin {
  readonly nas: string;
  readonly #parts: BurninParts;
  readonly #base: EngineBase;
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

  constructor(parts: BurninParts) {
    const { base } = parts;
    this.nas = base.nas;
    this.#parts = parts;
    this.#base = base;
    this.#look = batched(() => parts.runs.look());
    this.#beat = openBeat(base.clock, parts.lookEveryMs);
    this.#gates = new Gates(base);
    this.#stations = new Stations(base);
    this.#inventory = new Inventory(base, (jobId) => this.#followers.progressOf(jobId));
    this.#followers = this.#openFollowers();
    this.#janitor = new Janitor(base, parts.runs);
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
    parts.link.onChange(() => this.#tellNas());
  }

  #openFollowers(): Followers {
    return new Followers({
      base: this.#base,
      beat: this.#beat,
      stations: this.#stations,
      runners: this.#openRunners(),
      touch: (serial) => this.#inventory.touch(serial),
      ended: (job, stage, isSentOn) => {
        if (isSentOn && job.state === 'running') this.#gates.noteSent(job.id, stage.position + 1);
        else this.#gates.forgetTicket(job.id);
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
      lastPollAt: this.#poller.lastGoodAt,
      isStale: this.#poller.isStale(),
      alerts: this.#listAlerts(queued + running > 0),
    };
  }

  #listAlerts(hasJobs: boolean): readonly string[] {
    const { link, base } = this.#parts;
    return [
      ...(link.state === 'refused' ? [link.message] : []),
      ...this.#poller.troubles,
      ...this.#janitor.alerts,
      ...this.#gates.listWaiting(),
      ...(hasJobs && !this.#gates.hasAny() ? ['Jobs are waiting, but no drive-lock node is deployed.'] : []),
      ...base.store.corruptRows().map((row) => row.message),
    ];
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
    const arrival = this.#stations.arrive(stationId, ticket);
    if (arrival.kind === 'run') {
      const job = readAdmittedJob(this.#base, ticket);
      this.#gates.forgetTicket(job.id);
      this.#changed([job.drive.serial]);
    }
    return arrival;
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
    return this.view();
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
      this.#reports.giveDue();
    } catch (error) {
      this.#base.log('error', `reconcile: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.#beat.kick();
    for (const serial of serials) this.#inventory.touch(serial);
    this.#tellNas();
  }

  #reconcile(): void {
    reconcile({
      base: this.#base,
      gates: this.#gates,
      followers: this.#followers,
      maxParallel: this.#parts.maxParallel,
      mayBegin: () => !this.#poller.isStale() && this.#isCool(),
      touch: (serial) => this.#inventory.touch(serial),
    });
  }

  #isCool(): boolean {
    const hottest = this.#inventory.hottestC();
    return hottest === null || hottest < this.#parts.maxStartTemperatureC;
  }

  #tellNas(): void {
    if (!this.#isClosed) this.#base.bus.emit('nas', this.view());
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#poller.close();
    this.#deliveries.close();
    await this.#followers.close();
    await this.#parts.closeParts();
  }
}
