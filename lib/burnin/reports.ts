import { buildReport } from '../core/build-report';
import type { Job } from '../core/job';
import { readStoredSmart } from '../core/read-stored-smart';
import type { JobReport, JobView } from '../core/views';
import type { Reporter } from './burnin';
import type { EngineBase } from './engine-base';
import { readContext } from './gates';

export interface ReportParts {
  readonly base: EngineBase;
  jobView(job: Job): JobView;
  /** Channels that mail and webhook are sent on, as far as they are set. */
  readonly channels: readonly ('mail' | 'webhook')[];
  /** Deliveries were queued. */
  queued(): void;
}

/** Gives each closed job's report to the report nodes and to the delivery queue, once, also across restarts. */
export class Reports {
  readonly #parts: ReportParts;
  readonly #reporters = new Map<string, Reporter>();

  constructor(parts: ReportParts) {
    this.#parts = parts;
  }

  attach(reporter: Reporter): () => void {
    this.#reporters.set(reporter.id, reporter);
    return () => {
      if (this.#reporters.get(reporter.id) === reporter) this.#reporters.delete(reporter.id);
    };
  }

  /** Without a report node nobody has asked for reports: they stay due. */
  giveDue(): void {
    const { base } = this.#parts;
    if (this.#reporters.size === 0) return;
    for (const job of base.store.reports.due(base.nas)) this.#give(job);
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
    const { base, channels, queued } = this.#parts;
    const report = this.build(job);
    const isFirst = base.store.inOneWrite(() => {
      const isMarked = base.store.reports.markGiven(job.id, base.clock.now());
      if (isMarked && channels.length > 0) base.store.reports.enqueue(job.id, channels, base.clock.now());
      return isMarked;
    });
    if (!isFirst) return;
    const message = {
      ticket: { job: job.id, serial: job.drive.serial, stage: null, send: 0 },
      context: readContext(job),
    };
    for (const reporter of this.#reporters.values()) reporter.report(report, message);
    queued();
  }
}
