import { buildDailyReport } from '../core/build-daily-report';
import { type DailyFacts, overrideTypes } from '../core/daily-data';
import type { Job } from '../core/job';
import { type DailyTime, judgeDaily, nextDailyAttempt, type OffsetAt } from '../core/next-daily';
import type { JobView } from '../core/views';
import type { Notifier } from '../notify/notifier';
import type { DailyKey, DailyState, Told } from '../store/daily-reports';
import { describeError, type EngineBase } from './engine-base';

export interface DailyReportParts {
  readonly base: EngineBase;
  readonly notifiers: readonly Notifier[];
  /** Null for no daily report. */
  readonly time: DailyTime | null;
  readonly offsetAt: OffsetAt;
  /** What is known of the NAS now. */
  view(): Pick<DailyFacts, 'nas' | 'drives'>;
  jobView(job: Job): JobView;
}

/** How often it is looked whether a report is due; a wall clock may be set, so no wait is trusted to end in time. */
const lookEveryMs = 30_000;

/** Longer than any attempt takes: after this, whoever claimed the report has died. */
const claimMs = 120_000;

const dayMs = 86_400_000;

/** Also where a clock that knows no date says that the last report was in 1970. */
const longestSpanMs = 90 * dayMs;

/** Sends one summary a day, on each channel by itself: a dead mail server delays neither a webhook nor anything else. */
export class DailyReport {
  readonly #lines: readonly DailyLine[];
  readonly #end = new AbortController();
  #isStarted = false;

  constructor(parts: DailyReportParts) {
    const { time, notifiers } = parts;
    this.#lines = time === null ? [] : notifiers.map((notifier) => new DailyLine(parts, notifier, time));
  }

  /** From now on, what is due is sent: the state of the NAS is known as well as it can be. Later calls do nothing. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    for (const line of this.#lines) void line.run(this.#end.signal);
  }

  /** The notifiers are left open. */
  close(): void {
    this.#end.abort(new Error('closing'));
  }
}

/** The daily reports of one channel. */
class DailyLine {
  readonly #parts: DailyReportParts;
  readonly #notifier: Notifier;
  readonly #time: DailyTime;
  /** What was sent and could not be marked so yet: only that is tried again. */
  #unstored: (() => void) | null = null;
  #told = '';

  constructor(parts: DailyReportParts, notifier: Notifier, time: DailyTime) {
    this.#parts = parts;
    this.#notifier = notifier;
    this.#time = time;
  }

  /** Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#look(signal).catch((error: unknown) => this.#note(signal, error));
      await this.#parts.base.clock.wait(lookEveryMs, signal).catch(() => undefined);
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    this.#unstored?.();
    this.#unstored = null;
    const { base, offsetAt } = this.#parts;
    const { dailyReports, events } = base.store;
    const now = base.clock.now();
    const due = judgeDaily(this.#time, now, offsetAt);
    if (due === null) return;
    const key = { nas: base.nas, channel: this.#notifier.channel, day: due.day };
    if (dailyReports.find(key) === null) dailyReports.begin(key, now, events.lastSeq());
    const state = dailyReports.find(key);
    if (state?.state !== 'due' || !dailyReports.claim(key, { now, until: now + claimMs })) return;
    await this.#tell(key, state, signal);
  }

  async #tell(key: DailyKey, state: DailyState, signal: AbortSignal): Promise<void> {
    const { dailyReports, events } = this.#parts.base.store;
    const told = { until: this.#parts.base.clock.now(), seq: events.lastSeq() };
    const report = buildDailyReport(this.#readFacts(told));
    if (report === null) {
      dailyReports.markTold(key, told, 'nothing');
      return;
    }
    try {
      await this.#notifier.send(report, signal);
    } catch (error) {
      if (!signal.aborted) this.#noteFailure(key, state, error);
      return;
    }
    this.#unstored = () => void dailyReports.markTold(key, told, 'delivered');
    this.#unstored();
    this.#unstored = null;
  }

  /** The last 24 hours, and everything since the last report that was sent, as far as events are kept. */
  #readFacts({ until: now }: Told): DailyFacts {
    const { base, view } = this.#parts;
    const { nas, store } = base;
    const before = store.dailyReports.lastTold(nas, this.#notifier.channel);
    const since = Math.max(now - longestSpanMs, Math.min(now - dayMs, before?.until ?? now));
    const afterSeq = before?.seq ?? Number.MAX_SAFE_INTEGER;
    return {
      ...view(),
      ended: store.jobs.listEnded({ nas, from: since, to: now }),
      live: store.jobs.listLive(nas).map((job) => this.#readJob(job)),
      overrides: store.events.listSince({ types: overrideTypes, afterSeq, from: since, to: now }),
      since,
      now,
    };
  }

  /** Stages that cannot be read hide themselves, not the report. */
  #readJob(job: Job): JobView {
    try {
      return this.#parts.jobView(job);
    } catch {
      return { job, stages: [], progress: null };
    }
  }

  #noteFailure(key: DailyKey, { attempts, firstFailedAt }: DailyState, error: unknown): void {
    const { base } = this.#parts;
    const { dailyReports } = base.store;
    const text = describeError(error);
    const now = base.clock.now();
    const next = nextDailyAttempt(attempts + 1, now - (firstFailedAt ?? now));
    const end =
      next.kind === 'give_up' ? `. ${next.reason}: given up, the next one tells of this day too` : '';
    base.log('warn', `daily report of ${key.day} by ${key.channel}: ${text}${end}`);
    if (next.kind === 'give_up') dailyReports.giveUp(key, text);
    else dailyReports.markAttemptFailed(key, { error: text, now, nextAttemptAt: now + next.delayMs });
  }

  /** Said once, not at every look. */
  #note(signal: AbortSignal, error: unknown): void {
    if (signal.aborted) return;
    const text = describeError(error);
    if (text !== this.#told) this.#parts.base.log('error', `daily report: ${text}`);
    this.#told = text;
  }
}
