import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createBus } from '../../dist/lib/burnin/bus.js';
import type { Burnin, BurninEvents, IncomingRequest } from '../../dist/lib/burnin/burnin.js';
import type { Middleware } from '../../dist/lib/burnin/middleware.js';
import { createBurnin } from '../../dist/lib/burnin/create-burnin.js';
import type { Clock } from '../../dist/lib/core/clock.js';
import type { DailyTime } from '../../dist/lib/core/next-daily.js';
import { systemClock } from '../../dist/lib/burnin/system-clock.js';
import type { JobReport, StageEnd, TicketMessage } from '../../dist/lib/core/views.js';
import type { StageKind, Ticket } from '../../dist/lib/core/job.js';
import type { Notifier } from '../../dist/lib/notify/notifier.js';
import { openStore } from '../../dist/lib/store/open-store.js';
import { FakeHost } from './fake-host.mts';

/** One engine on a real store file and a NAS in memory; `restart` is what a crash and a new process are to it. */
export class Bench {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'burnin-engine-'));
  readonly host = new FakeHost();
  readonly logs: string[] = [];
  readonly notifiers: Notifier[] = [];
  /** When the daily report is due; counts from the next restart on. */
  dailyReport: DailyTime | null = null;
  maxParallel = 2;
  /** How long a write waits for another process's. Counts from the next restart on. */
  busyTimeoutMs = 10_000;
  /** How far the controller's clock has jumped ahead. */
  aheadMs = 0;
  /** No wait takes longer, so that half a minute can be a moment. */
  longestWaitMs = Infinity;
  readonly #clock: Clock = {
    now: () => Date.now() + this.aheadMs,
    wait: (ms, signal) => systemClock.wait(Math.min(ms, this.longestWaitMs), signal),
  };
  /** Taken by the next engine that is opened. */
  middleware: Middleware | null = null;
  /** Likewise. */
  mayWriteDescription = true;
  burnin: Burnin;
  #ids = 0;
  #transactions = 0;

  constructor() {
    this.burnin = this.open();
  }

  open(): Burnin {
    const log = (level: string, text: string) => void this.logs.push(`${level}: ${text}`);
    const store = openStore(this.file, { busyTimeoutMs: this.busyTimeoutMs });
    const bus = createBus<BurninEvents>((error) => this.logs.push(`listener: ${String(error)}`));
    const prefix = `${Date.now().toString(36)}-${(Bench.#opened += 1)}`;
    return createBurnin({
      base: { nas: 'bench', store, clock: this.#clock, bus, log },
      runs: this.host,
      probe: this.host,
      isWatchOnly: false,
      middleware: this.middleware,
      mayWriteDescription: this.mayWriteDescription,
      link: { state: 'connected', message: '', onChange: () => () => undefined },
      notifiers: this.notifiers,
      dailyReport: this.dailyReport,
      deviceTypes: ['disk'],
      maxParallel: this.maxParallel,
      lookEveryMs: 5,
      maxStartTemperatureC: 60,
      makeId: () => `${prefix}-${(this.#ids += 1)}`,
      topicDrive: (serial) => serial,
      closeLinks: () => Promise.resolve(),
      closeStore: () => store.close(),
    });
  }

  static #opened = 0;

  get file(): string {
    return path.join(this.dir, 'test.db');
  }

  async restart(): Promise<void> {
    await this.burnin.close();
    this.burnin = this.open();
  }

  async close(): Promise<void> {
    // What is on the wires of a line arrives before the end.
    await new Promise((resolve) => setImmediate(resolve));
    await this.burnin.close();
    rmSync(this.dir, { recursive: true });
  }

  start(serials: string | string[], changes: Partial<IncomingRequest> = {}, stages?: StageKind[]) {
    return this.request('start', { ...this.#name(serials), ...(stages && { stages }) }, changes);
  }

  cancel(serials: string | string[]) {
    return this.request('cancel', this.#name(serials));
  }

  request(verb: string, payload: object, changes: Partial<IncomingRequest> = {}) {
    const transaction = `t${(this.#transactions += 1)}`;
    const full = { transaction, operator: 'ann', ...payload };
    const door = { isRetained: false, topicDrive: null, origin: 'test', gateId: null, context: {} };
    return this.burnin.request({ verb, payload: full, ...door, ...changes });
  }

  #name(serials: string | string[]) {
    return typeof serials === 'string' ? { serial: serials } : { serials };
  }
}

/** A line of stations, wired gate → … → report, and back to the gate. Messages travel as on wires: later. */
export class Line {
  readonly ends: StageEnd[] = [];
  readonly tickets: TicketMessage[] = [];
  readonly reports: JobReport[] = [];
  readonly drops: string[] = [];
  readonly #burnin: Burnin;
  readonly #stations: readonly { id: string; kind: StageKind }[];
  /** Report nodes at the end, all wired back to the gate. */
  readonly #copies: number;
  readonly #detach: (() => void)[];
  #isDeployed = true;

  constructor(
    burnin: Burnin,
    kinds: readonly StageKind[] = ['precheck', 'surface_validate', 'final_check'],
    { copies = 1 } = {},
  ) {
    this.#burnin = burnin;
    this.#copies = copies;
    this.#stations = kinds.map((kind, index) => ({ id: `station-${index}`, kind }));
    this.#detach = [
      burnin.attachGate({
        id: 'gate',
        readPlan: () => kinds,
        send: (message) => {
          this.tickets.push(message);
          this.#carry(message.ticket, 0);
        },
        answer: () => undefined,
      }),
      ...this.#stations.map((station, index) =>
        burnin.attachStation({
          ...station,
          progressed: () => undefined,
          ended: (end) => {
            this.ends.push(end);
            this.#carry(end.ticket, index + 1);
          },
        }),
      ),
      burnin.attachReporter({ id: 'report', report: (report) => this.reports.push(report) }),
    ];
    burnin.deployed();
  }

  /** What a deploy does to nodes: they are closed, and what was on the wires is gone. */
  detach(): void {
    this.#isDeployed = false;
    for (const detach of this.#detach) detach();
  }

  #carry(ticket: Ticket, from: number): void {
    setImmediate(() => {
      if (!this.#isDeployed) return;
      for (const station of this.#stations.slice(from)) {
        const arrival = this.#burnin.arrive(station.id, ticket);
        if (arrival.kind === 'drop') this.drops.push(arrival.reason);
        if (arrival.kind !== 'pass') return;
      }
      for (let copy = 0; copy < this.#copies; copy += 1) {
        if (this.#burnin.arriveAtReport(ticket).kind === 'again') this.#burnin.lap(ticket);
      }
    });
  }
}

/** Waits until a condition holds; fails with its description after a bound. */
export async function until(what: string, condition: () => boolean, boundMs = 5_000): Promise<void> {
  const end = Date.now() + boundMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
