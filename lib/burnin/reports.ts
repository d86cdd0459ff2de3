import { buildReport } from '../core/build-report';
import type { Job } from '../core/job';
import { readStoredSmart } from '../core/read-stored-smart';
import type { JobReport, JobView } from '../core/views';
import type { Reporter } from './burnin';
import { attempt, type EngineBase } from './engine-base';
import { readContext } from './gates';

export interface ReportParts {
  readonly base: EngineBase;
  jobView(job: Job): JobView;
  /** Channels that mail and webhook are sent on, as far as they are set. */
  readonly channels: readonly ('mail' | 'webhook')[];
  /** Deliveries were queued. */
  queued(): void;
}

/** A report node is told of nothing older: one that is added today shall not bring back last year. */
const freshMs = 86_400_000;

/** Gives each closed job's report to the report nodes and to the delivery queue, once each, also across restarts. */
export class Reports {
  readonly #parts: ReportParts;
  readonly #reporters = new Map<string, Reporter>();
  readonly #told = new Map<string, string>();

  constructor(parts: ReportParts) {
    this.#parts = parts;
  }

  attach(reporter: Reporter): () => void {
    this.#reporters.set(reporter.id, reporter);
    return () => {
      if (this.#reporters.get(reporter.id) === reporter) this.#reporters.delete(reporter.id);
    };
  }

  /**
   * Mail and webhook do not wait for a report node; reports for report nodes wait for one. Each job by itself: one that
   * cannot be read must not keep back the others. Never throws.
   */
  giveDue(): void {
    const { base } = this.#parts;
    attempt(base, 'deliveries', () => this.#queueDue());
    if (this.#reporters.size === 0) return;
    attempt(base, 'reports', () => {
      for (const job of base.store.reports.due(base.nas)) this.#tryGive(job);
    });
  }

  #queueDue(): void {
    const { base, channels, queued } = this.#parts;
    const { reports } = base.store;
    const isNew = reports.toQueue(base.nas).map((job) => reports.queue(job.id, channels, base.clock.now()));
    if (isNew.includes(true)) queued();
  }

  /** Due at every tidy-up: what is wrong is said once. */
  #tryGive(job: Job): void {
    try {
      this.#give(job);
    } catch (error) {
      const text = `report of job ${job.id}: ${error instanceof Error ? error.message : String(error)}`;
      if (this.#told.get(job.id) !== text) this.#parts.base.log('error', text);
      this.#told.set(job.id, text);
    }
  }

  build(job: Job): JobReport {
    const { base, jobView } = this.#parts;
    const snapshots = base.store.snapshots.list(job.id);
    const readingOf = (moment: 'before' | 'after') => {
      const snapshot = snapshots.find((item) => item.moment === moment);
      return snapshot === undefined ? null : readStoredSmart(snapshot.json);
    };
    return buildReport({
      view: jobView(job),
      smart: { before: readingOf('before'), after: readingOf('after') },
      logTail: base.store.log.tail(job.id, 100).map((entry) => entry.line),
      now: base.clock.now(),
    });
  }

  #give(job: Job): void {
    const { base } = this.#parts;
    const now = base.clock.now();
    const isFresh = now - (job.endedAt ?? now) <= freshMs;
    const report = isFresh ? this.build(job) : null;
    if (!base.store.reports.markGiven(job.id, now) || report === null) return;
    const message = {
      ticket: { job: job.id, serial: job.drive.serial, stage: null, send: 0 },
      context: readContext(job),
    };
    for (const reporter of this.#reporters.values()) {
      attempt(base, `report node ${reporter.id}`, () => reporter.report(report, message));
    }
  }
}
