import { cleanText } from '../core/clean-text';
import type { Job } from '../core/job';
import { nextDelivery } from '../core/next-delivery';
import { StoreUnreachableError } from '../core/refusal';
import type { JobReport } from '../core/views';
import type { Notifier } from '../notify/notifier';
import type { Delivery } from '../store/reports';
import { describeError, type EngineBase, recordEvent } from './engine-base';

export interface DeliveryParts {
  readonly base: EngineBase;
  readonly notifiers: readonly Notifier[];
  build(job: Job): JobReport;
}

/** How often the queue is looked at when nothing has just been put into it. */
const idleMs = 30_000;

/** A mail server that is restarted is no news; one that fails for longer is. */
const patienceMs = 3_600_000;

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

  /** One sentence for each channel on which reports have failed to get out for more than an hour. */
  get alerts(): readonly string[] {
    return this.#lines.flatMap((line) => line.readAlert() ?? []);
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
  /** What became of deliveries and could not be stored yet: only that is tried again, nothing is sent twice. */
  readonly #unstored = new Map<string, () => void>();
  #timer: AbortController | null = null;
  #isAwake = false;
  #told = '';

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
      const marking = this.#unstored.get(delivery.jobId);
      if (marking === undefined) await this.#send(delivery, signal);
      else this.#store(delivery, marking);
    }
  }

  /** Never rejects: one report that cannot be built or sent must not keep back the others. */
  async #send(delivery: Delivery, signal: AbortSignal): Promise<void> {
    const { base, build } = this.#parts;
    const { jobId, channel } = delivery;
    try {
      const job = base.store.jobs.get(jobId);
      // Another NAS's controller may share the file.
      if (job?.nas !== base.nas) return;
      await this.#notifier.send(build(job), signal);
    } catch (error) {
      if (!signal.aborted) this.#noteFailure(delivery, error);
      return;
    }
    this.#store(
      delivery,
      () => void base.store.reports.markDelivered({ jobId, channel, now: base.clock.now() }),
    );
  }

  #noteFailure(delivery: Delivery, error: unknown): void {
    // Nothing was sent: the report could not even be read.
    if (error instanceof StoreUnreachableError) {
      this.#note(error);
      return;
    }
    const { base } = this.#parts;
    const { jobId, channel, attempts } = delivery;
    const text = describeError(error);
    base.log('warn', `report of job ${jobId} by ${channel}: ${text}`);
    const next = nextDelivery(attempts + 1);
    const now = base.clock.now();
    this.#store(delivery, () => {
      if (next.kind === 'give_up') this.#giveUp(delivery, `${next.reason}: ${text}`);
      else {
        const nextAttemptAt = now + next.delayMs;
        base.store.reports.markAttemptFailed({ jobId, channel, error: text, now, nextAttemptAt });
      }
    });
  }

  #giveUp({ jobId, channel }: Delivery, error: string): void {
    const { base } = this.#parts;
    base.store.inOneWrite(() => {
      if (!base.store.reports.giveUp({ jobId, channel, error, now: base.clock.now() })) return;
      const message = `The report could not be sent by ${channel} and will not be tried again. ${cleanText(error, 300)}`;
      recordEvent(base, { type: 'report_given_up', serial: this.#readSerial(jobId), job: jobId, message });
    });
  }

  /** Null when the job cannot be read, which may be why its report was given up. */
  #readSerial(jobId: string): string | null {
    try {
      return this.#parts.base.store.jobs.get(jobId)?.drive.serial ?? null;
    } catch {
      return null;
    }
  }

  /** Stores what became of a delivery, now or at a later look at the queue. */
  #store({ jobId }: Delivery, marking: () => void): void {
    try {
      marking();
      this.#unstored.delete(jobId);
    } catch (error) {
      this.#unstored.set(jobId, marking);
      this.#note(error);
    }
  }

  readAlert(): string | null {
    const { store, nas, clock } = this.#parts.base;
    const { channel } = this.#notifier;
    const failing = store.reports.listFailing({ nas, channel, before: clock.now() - patienceMs });
    const [first] = failing;
    if (first === undefined) return null;
    const what =
      failing.length === 1 ? `The report of drive ${first.serial} has` : `${failing.length} reports have`;
    return `${what} not got out by ${channel} for more than an hour: ${cleanText(first.lastError, 200)}`;
  }

  /** Said once, not at every look at the queue. */
  #note(error: unknown): void {
    const text = describeError(error);
    if (text !== this.#told) this.#parts.base.log('error', `deliveries: ${text}`);
    this.#told = text;
  }
}
