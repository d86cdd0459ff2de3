import type { StageKind, Ticket } from '../core/job';
import type {
  Answer,
  BurninEvent,
  DriveView,
  JobReport,
  JobView,
  NasView,
  StageEnd,
  StageProgress,
  TicketMessage,
} from '../core/views';

/** A request as a door received it. Nothing in it is trusted. */
export interface IncomingRequest {
  readonly verb: string;
  readonly payload: unknown;
  /** Sent as a retained MQTT message: always refused. */
  readonly isRetained: boolean;
  /** Drive part of the topic the request came on (`…/drive/<drive>/set/…`), or null. */
  readonly topicDrive: string | null;
  /** Door, for the audit: `mqtt`, `flow`. */
  readonly origin: string;
  /** Node id of the gate the request came to; null takes the only gate there is. */
  readonly gateId: string | null;
  /** Message properties to give back on every ticket of the job. */
  readonly context: Readonly<Record<string, unknown>>;
}

/** A `drive-lock` node as the engine sees it. */
export interface Gate {
  readonly id: string;
  /** The plan drawn by the wires, for requests that name none. */
  readPlan(): readonly StageKind[];
  send(message: TicketMessage): void;
  answer(answer: Answer): void;
}

/** A `burnin-stage` or `badblocks-run` node as the engine sees it. */
export interface Station {
  readonly id: string;
  readonly kind: StageKind;
  progressed(progress: StageProgress): void;
  ended(end: StageEnd): void;
}

/** A `report` node as the engine sees it. */
export interface Reporter {
  readonly id: string;
  /** A closed job whose report has not been given out yet. Called once per job, also across restarts. */
  report(report: JobReport, message: TicketMessage): void;
}

/** What a station does with an arriving ticket. */
export type Arrival =
  { readonly kind: 'run' } | { readonly kind: 'pass' } | { readonly kind: 'drop'; readonly reason: string };

/** What a report node does with an arriving ticket. */
export type ReportArrival = { readonly kind: 'closed' } | { readonly kind: 'again' };

export interface BurninEvents {
  /** Connection, counts, poll health or alerts changed. */
  nas: [NasView];
  /** A poll is over, well or not; the view as it is then. */
  polled: [NasView];
  /** A drive, its locks, its job or its progress changed. */
  drive: [DriveView];
  /** A drive that had no job is no longer there. */
  gone: [serial: string];
  event: [BurninEvent];
  answer: [Answer];
}

/** The engine of one NAS: outlives its nodes, owned by one `burnin-controller`. */
export interface Burnin {
  readonly nas: string;
  view(): NasView;
  drives(): readonly DriveView[];
  job(id: string): JobView | null;
  /** Never rejects: bad input of any kind becomes answers. One answer a drive. */
  request(request: IncomingRequest): Promise<readonly Answer[]>;
  /** Each `attach…` returns the function that detaches, in no time and without touching any job. */
  attachGate(gate: Gate): () => void;
  attachStation(station: Station): () => void;
  attachReporter(reporter: Reporter): () => void;
  attachPoller(intervalMs: number): () => void;
  /** A ticket reached a station. Throws RefusedError for anything but an admitted job's ticket. */
  arrive(stationId: string, ticket: unknown): Arrival;
  /** A ticket reached a report node. Throws RefusedError for anything but an admitted job's ticket. */
  arriveAtReport(ticket: unknown): ReportArrival;
  /** A ticket came round to the gate: sends it again, or ends a job that made no progress since the last lap. */
  lap(ticket: unknown): void;
  /** Probes now; resolves with the new view also when the probe failed (then stale). Never rejects. */
  poll(): Promise<NasView>;
  /** The flows were deployed: tickets on the wires are gone, so send them again. */
  deployed(): void;
  on<E extends keyof BurninEvents>(event: E, listener: (...args: BurninEvents[E]) => void): () => void;
  /** Ends connections and followers; jobs and runs on the NAS are left alone. */
  close(): Promise<void>;
}

/** True for a value with the shape of a ticket. */
export function isTicket(value: unknown): value is Ticket {
  if (typeof value !== 'object' || value === null) return false;
  const { job, serial } = value as Record<string, unknown>;
  return typeof job === 'string' && typeof serial === 'string';
}
