import assert from 'node:assert/strict';
import { createBus } from '../../dist/lib/burnin/bus.js';
import type { BurninEvents } from '../../dist/lib/burnin/burnin.js';
import { DailyReport } from '../../dist/lib/burnin/daily-report.js';
import type { DailyReportParts } from '../../dist/lib/burnin/daily-report.js';
import type { Clock } from '../../dist/lib/core/clock.js';
import type { DailyData } from '../../dist/lib/core/daily-data.js';
import type { JobReport, NasView } from '../../dist/lib/core/views.js';
import type { Notifier } from '../../dist/lib/notify/notifier.js';
import { nas, TemporaryStores } from '../store/temporary-store.mts';

/** Time that moves only when a test moves it; everybody who waits looks again then. */
export class FakeClock implements Clock {
  #now = Date.parse('2026-11-20T09:00:00Z');
  readonly #waiting = new Set<() => void>();

  now(): number {
    return this.#now;
  }

  wait(_ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) reject(signal.reason as Error);
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
      this.#waiting.add(resolve);
    });
  }

  /** Sets the time, and lets everything that follows from it happen. */
  async set(iso: string): Promise<void> {
    this.#now = Date.parse(iso);
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
    await settle();
  }
}

/** Lets everything that follows from what was done happen: promises alone, as the store is synchronous. */
export const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A channel that keeps what it is given. */
export class Recorder implements Notifier {
  readonly channel: 'mail' | 'webhook';
  readonly sent: JobReport[] = [];
  broken: string | null = null;
  tries = 0;
  hangs = false;

  constructor(channel: 'mail' | 'webhook') {
    this.channel = channel;
  }

  send(report: JobReport, signal: AbortSignal): Promise<void> {
    this.tries += 1;
    if (this.hangs) {
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      );
    }
    if (this.broken !== null) return Promise.reject(new Error(this.broken));
    this.sent.push(report);
    return Promise.resolve();
  }

  close(): void {
    assert.fail('the notifiers belong to somebody else');
  }
}

const nasView: NasView = {
  nas,
  running: 0,
  queued: 0,
  freeSlots: 4,
  link: 'connected',
  linkMessage: '',
  lastPollAt: 1,
  unfit: [],
  activities: [],
  truenas: null,
  isStale: false,
  alerts: [],
};

/** Daily reports on a real store file, with a made-up time and channels. */
export class DailyBench {
  readonly stores = new TemporaryStores();
  readonly clock = new FakeClock();
  readonly mail = new Recorder('mail');
  readonly hook = new Recorder('webhook');
  readonly logs: string[] = [];
  readonly alerts: string[] = [];
  readonly engines: DailyReport[] = [];
  store = this.stores.open();

  /** Made, not started. */
  build(store = this.store, changes: Partial<DailyReportParts> = {}): DailyReport {
    const { clock } = this;
    const bus = createBus<BurninEvents>(() => undefined);
    const daily = new DailyReport({
      base: { nas, store, clock, bus, log: (level, text) => void this.logs.push(`${level}: ${text}`) },
      notifiers: [this.mail, this.hook],
      time: { hour: 8, minute: 0 },
      offsetAt: () => 0,
      view: () => ({ nas: { ...nasView, alerts: this.alerts }, drives: [] }),
      jobView: (job) => ({ job, stages: store.stages.list(job.id), progress: null }),
      ...changes,
    });
    this.engines.push(daily);
    return daily;
  }

  async open(store = this.store): Promise<void> {
    this.build(store).start();
    await settle();
  }

  closeEngines(): void {
    for (const daily of this.engines.splice(0)) daily.close();
  }

  async restart(): Promise<void> {
    this.closeEngines();
    this.store.close();
    this.store = this.stores.open();
    await this.open();
  }

  remove(): void {
    this.closeEngines();
    this.stores.remove();
  }

  note(message: string, type = 'unlocked'): void {
    this.store.events.append({ at: this.clock.now(), type, serial: 'S1', job: null, message });
  }

  raw(sql: string): void {
    this.stores.openRaw().exec(sql);
  }

  /** Reports sent by mail and webhook. */
  counts(): readonly number[] {
    return [this.mail.sent.length, this.hook.sent.length];
  }
}

export function messagesOf(report: JobReport | undefined): readonly string[] | undefined {
  return (report?.data as DailyData | undefined)?.overrides.map(({ message }) => message);
}
