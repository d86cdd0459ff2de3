import { EventEmitter } from 'node:events';
import type {
  Arrival,
  Burnin,
  BurninEvents,
  Gate,
  IncomingRequest,
  ReportArrival,
  Reporter,
  Station,
} from '../../dist/lib/burnin/burnin.js';
import type { JobState, Outcome, StageKind, Ticket } from '../../dist/lib/core/job.js';
import { RefusedError } from '../../dist/lib/core/refusal.js';
import type { Answer, DriveView, JobView, NasView } from '../../dist/lib/core/views.js';
import { buildDrive, buildJobView, buildNas } from './views.mts';

interface FakeJob {
  readonly ticket: Ticket;
  readonly gateId: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly plan: readonly StageKind[];
  position: number;
  stationId: string | null;
  state: JobState;
}

/** An engine in memory: admits whatever is asked, runs nothing, and ends stages when the test says so. */
export class FakeBurnin implements Burnin {
  readonly nas = 'demo';
  readonly requests: IncomingRequest[] = [];
  readonly gates = new Map<string, Gate>();
  readonly stations = new Map<string, Station>();
  readonly reporters = new Map<string, Reporter>();
  readonly pollers: number[] = [];
  readonly jobs = new Map<string, FakeJob>();
  deployments = 0;
  polls = 0;
  isClosed = false;
  known: DriveView[] = [];
  #nas = buildNas({});
  readonly #bus = new EventEmitter();

  view = (): NasView => this.#nas;
  drives = (): readonly DriveView[] => this.known;
  job = (): JobView | null => null;

  request(request: IncomingRequest): Promise<readonly Answer[]> {
    this.requests.push(request);
    const { transaction, serial, serials } = request.payload as Record<string, unknown>;
    const named = (serials ?? [serial]) as string[];
    const answers = named.map((name) => this.#answer(request, name, String(transaction)));
    for (const answer of answers) this.gates.get(request.gateId ?? '')?.answer(answer);
    return Promise.resolve(answers);
  }

  #answer(request: IncomingRequest, serial: string, transaction: string): Answer {
    const { verb, context, gateId } = request;
    const refuse = (code: 'retained' | 'unknown_drive', message: string): Answer => {
      return { ok: false, transaction, verb, serial, error: { code, message } };
    };
    if (request.isRetained) return refuse('retained', 'Retained requests are never done.');
    if (verb === 'check') return this.#check(serial, transaction);
    if (verb === 'unlock' || verb === 'lock') {
      return { ok: true, transaction, verb, serial, job: null, message: 'Done.' };
    }
    if (serial.startsWith('/dev')) return refuse('unknown_drive', 'Name a drive by its serial number.');
    const gate = this.gates.get(gateId ?? '');
    if (gate === undefined) throw new Error('the request came to a gate that is not attached');
    const job = `job-of-${serial}`;
    const plan = gate.readPlan();
    const ticket = { job, serial, stage: plan[0] ?? null, send: 1 };
    this.jobs.set(job, {
      ticket,
      gateId: gate.id,
      context,
      plan,
      position: 0,
      stationId: null,
      state: 'running',
    });
    setImmediate(() => gate.send({ ticket, context }));
    return { ok: true, transaction, verb, serial, job, message: 'Queued.' };
  }

  #check(serial: string, transaction: string): Answer {
    const head = { transaction, verb: 'check', serial, notes: [], phrase: null };
    if (!serial.startsWith('/dev')) return { ok: true, ...head, job: null, message: 'Yes.', reasons: [] };
    const error = { code: 'unknown_drive', message: 'Name a drive by its serial number.' } as const;
    return { ok: false, ...head, error, reasons: [error] };
  }

  attachGate = (gate: Gate) => attach(this.gates, gate);
  attachStation = (station: Station) => attach(this.stations, station);
  attachReporter = (reporter: Reporter) => attach(this.reporters, reporter);
  attachPoller = (intervalMs: number) => {
    this.pollers.push(intervalMs);
    return () => void this.pollers.splice(this.pollers.indexOf(intervalMs), 1);
  };

  arrive(stationId: string, ticket: unknown): Arrival {
    const job = this.#read(ticket);
    if (job.stationId !== null) return { kind: 'drop', reason: 'it is running' };
    if (job.plan[job.position] !== this.stations.get(stationId)?.kind) return { kind: 'pass' };
    job.stationId = stationId;
    return { kind: 'run' };
  }

  arriveAtReport(ticket: unknown): ReportArrival {
    return { kind: this.#read(ticket).state === 'running' ? 'again' : 'closed' };
  }

  lap(ticket: unknown): void {
    const job = this.#read(ticket);
    this.gates.get(job.gateId)?.send({ ticket: job.ticket, context: job.context });
  }

  poll(): Promise<NasView> {
    this.polls += 1;
    this.endPoll();
    return Promise.resolve(this.#nas);
  }

  deployed(): void {
    this.deployments += 1;
  }

  on<E extends keyof BurninEvents>(event: E, listener: (...args: BurninEvents[E]) => void): () => void {
    this.#bus.on(event, listener as (...args: unknown[]) => void);
    return () => this.#bus.off(event, listener as (...args: unknown[]) => void);
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }

  /** A poll by the clock is over. */
  endPoll(): void {
    this.#bus.emit('nas', this.#nas);
    this.#bus.emit('polled', this.#nas);
  }

  /** Listeners for drives, drives that are gone, polls and the NAS. */
  listenerCounts(): number[] {
    return ['drive', 'gone', 'polled', 'nas'].map((event) => this.#bus.listenerCount(event));
  }

  #read(ticket: unknown): FakeJob {
    const job = this.jobs.get((ticket as Ticket | undefined)?.job ?? '');
    if (job === undefined) throw new RefusedError('not_admitted', 'Burn-ins start at a drive-lock node.');
    return job;
  }

  /** Changes the summary, as a poll or a lost connection would. */
  setNas(change: Partial<NasView>): void {
    this.#nas = buildNas({ ...this.#nas, ...change });
    this.#bus.emit('nas', this.#nas);
  }

  /** A drive appears or changes. */
  setDrive(serial: string, change: Partial<DriveView> = {}): void {
    const view = buildDrive(serial, change);
    this.known = [...this.known.filter((known) => known.drive.serial !== serial), view];
    this.#bus.emit('drive', view);
  }

  removeDrive(serial: string): void {
    this.known = this.known.filter((known) => known.drive.serial !== serial);
    this.#bus.emit('gone', serial);
  }

  /** The stage that runs for this drive has got so far. */
  progress(serial: string, percent: number): void {
    const { job, station, kind } = this.#running(serial);
    const view = buildJobView({ stationId: station.id, kind, percent });
    this.known = [
      ...this.known.filter((known) => known.drive.serial !== serial),
      buildDrive(serial, { job: view }),
    ];
    if (view.progress === null) throw new Error('no progress');
    station.progressed({
      ticket: { ...job.ticket, stage: kind },
      context: job.context,
      kind,
      progress: view.progress,
    });
  }

  /** The stage that runs for this drive ends. */
  end(serial: string, outcome: Outcome): void {
    const { job, station, kind } = this.#running(serial);
    job.stationId = null;
    job.position += 1;
    if (outcome !== 'passed') job.state = outcome;
    else if (job.position === job.plan.length) job.state = 'passed';
    this.known = this.known.map((known) => (known.drive.serial === serial ? buildDrive(serial) : known));
    const ticket = { ...job.ticket, stage: job.plan[job.position] ?? null };
    const reasons = outcome === 'passed' ? [] : [`${kind} ${outcome}`];
    const { context, state: jobState } = job;
    station.ended({ ticket, context, kind, outcome, reasons, evidence: [], jobState });
    if (jobState !== 'running') this.#report(job);
  }

  #report({ ticket, context, state }: FakeJob): void {
    const report = { subject: `${ticket.serial} ${state}`, data: { state }, text: state, html: state };
    for (const reporter of this.reporters.values()) reporter.report(report, { ticket, context });
  }

  #running(serial: string) {
    const job = this.jobs.get(`job-of-${serial}`);
    const station = this.stations.get(job?.stationId ?? '');
    if (job === undefined || station === undefined) throw new Error(`nothing runs for ${serial}`);
    return { job, station, kind: station.kind };
  }
}

function attach<T extends { id: string }>(map: Map<string, T>, item: T): () => void {
  map.set(item.id, item);
  return () => {
    if (map.get(item.id) === item) map.delete(item.id);
  };
}
