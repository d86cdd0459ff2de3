import type { Job } from '../core/job';
import { nextDelivery } from '../core/next-delivery';
import type { JobReport } from '../core/views';
import type { Notifier } from '../notify/notifier';
import type { Delivery } from '../store/reports';
import type { EngineBase } from './engine-base';

export interface DeliveryParts {
  readonly base: EngineBase;
  readonly notifiers: readonly Notifier[];
  build(job: Job): JobReport;
}

/** How often the queue is looked at when nothing has just been put into it. */
const idleMs = 30_000;

/**
 * Sends queued reports, one at a time on each channel, apart from everything else: a dead mail server delays neither a
 * job nor a webhook.
 */
export class Deliveries {
  readonly #lines: readonly DeliveryLine[];

  constructor(parts: DeliveryParts) {
    this.#lines = parts.notifiers.map((notifier) => new DeliveryLine(parts, notifier));
  }

  /** Something was queued. */
  kick(): void {
    for (const line of this.#lines) line.kick();
  }

  close(): void {
    for (const line of this.#lines) line.close();
  }
}

/** The deliveries of one channel. */
class DeliveryLine {
  readonly #parts: DeliveryParts;
  readonly #notifier: Notifier;
  readonly #end = new AbortController();
  #timer: AbortController | null = null;
  #isAwake = false;

  constructor(parts: DeliveryParts, notifier: Notifier) {
    this.#parts = parts;
    this.#notifier = notifier;
    void this.#run();
  }

  kick(): void {
    this.#isAwake = true;
    this.#timer?.abort(new Error('woken'));
  }

  close(): void {
    this.#end.abort(new Error('closing'));
    this.#notifier.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      await this.#sendDue(signal).catch((error: unknown) => this.#note(error));
      await this.#pause(signal);
    }
  }

  async #pause(signal: AbortSignal): Promise<void> {
    this.#timer = new AbortController();
    if (this.#isAwake) this.#timer.abort(new Error('woken'));
    const ended = AbortSignal.any([signal, this.#timer.signal]);
    await this.#parts.base.clock.wait(idleMs, ended).catch(() => undefined);
    this.#timer = null;
    this.#isAwake = false;
  }

  async #sendDue(signal: AbortSignal): Promise<void> {
    const { base } = this.#parts;
    const due = base.store.reports.dueDeliveries(base.clock.now());
    for (const delivery of due.filter(({ channel }) => channel === this.#notifier.channel)) {
      if (signal.aborted) return;
      await this.#send(delivery, signal);
    }
  }

  async #send(delivery: Delivery, signal: AbortSignal): Promise<void> {
    const { base, build } = this.#parts;
    const { jobId, channel } = delivery;
    const job = base.store.jobs.get(jobId);
    // Another NAS's controller may share the file.
    if (job?.nas !== base.nas) return;
    try {
      await this.#notifier.send(build(job), signal);
      base.store.reports.markDelivered({ jobId, channel, now: base.clock.now() });
    } catch (error) {
      if (!signal.aborted) this.#noteFailure(delivery, error);
    }
  }

  #noteFailure({ jobId, channel, attempts }: Delivery, error: unknown): void {
    const { store, clock } = this.#parts.base;
    const text = error instanceof Error ? error.message : String(error);
    const next = nextDelivery(attempts + 1);
    this.#parts.base.log('warn', `report of job ${jobId} by ${channel}: ${text}`);
    if (next.kind === 'give_up') store.reports.giveUp({ jobId, channel, error: text, now: clock.now() });
    else
      store.reports.markAttemptFailed({
        jobId,
        channel,
        error: text,
        nextAttemptAt: clock.now() + next.delayMs,
      });
  }

  #note(error: unknown): void {
    this.#parts.base.log('error', `deliveries: ${error instanceof Error ? error.message : String(error)}`);
  }
}
