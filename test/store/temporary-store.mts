import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import type { Job, Outcome, StageKind, Verdict } from '../../dist/lib/core/job.js';
import { openStore, type Store } from '../../dist/lib/store/open-store.js';

export const nas = 'nas';
export const plan: readonly StageKind[] = ['precheck', 'surface_validate', 'final_check'];

/** A directory for one test's files and the stores opened on them; `remove` closes and deletes all. */
export class TemporaryStores {
  readonly #directory = mkdtempSync(path.join(os.tmpdir(), 'burnin-store-'));
  readonly #opened: { close(): unknown }[] = [];

  file(name = 'burnin.db'): string {
    return path.join(this.#directory, name);
  }

  open(file = this.file(), busyTimeoutMs = 5_000): Store {
    const store = openStore(file, { busyTimeoutMs });
    this.#opened.push(store);
    return store;
  }

  /** The file as SQLite sees it, for what the store itself would never do. */
  openRaw(file = this.file()): Database.Database {
    const database = new Database(file);
    this.#opened.push(database);
    return database;
  }

  remove(): void {
    for (const opened of this.#opened) opened.close();
    rmSync(this.#directory, { recursive: true });
  }
}

export function buildJob(id: string, serial = `serial-${id}`, change: Partial<Job> = {}): Job {
  return {
    id,
    nas,
    drive: { serial, wwn: '0x5000c500a1b2c3d4', sizeBytes: 18_000_207_937_536 },
    model: 'ST18000NM000J',
    state: 'queued',
    operator: 'anna',
    transaction: `transaction-${id}`,
    gateId: 'gate',
    context: '{"topic":"start"}',
    cancelRequestedBy: null,
    createdAt: 1_000,
    startedAt: null,
    endedAt: null,
    reasons: [],
    grants: [],
    grantedBy: null,
    grantedAt: null,
    grantedBoot: null,
    ...change,
  };
}

export function buildVerdict(outcome: Outcome, reasons: readonly string[] = []): Verdict {
  return {
    outcome,
    reasons,
    evidence: [{ key: 'summary_seen', state: 'found', text: 'the last line of badblocks' }],
  };
}

/** Admits a job and gives it a slot. */
export function startJob(store: Store, id: string, kinds = plan): void {
  store.jobs.admit({ job: buildJob(id), plan: kinds });
  store.jobs.claimSlots({ nas, maxParallel: 1_000, now: 2_000 });
}

/** Takes and passes the stages from `from` up to, not including, `to`. */
export function passStages(store: Store, jobId: string, from: number, to: number): void {
  for (let position = from; position < to; position += 1) {
    store.stages.take({ jobId, position, stationId: 'station', now: 3_000 });
    store.stages.end({ jobId, position, verdict: buildVerdict('passed'), now: 4_000 });
  }
}
