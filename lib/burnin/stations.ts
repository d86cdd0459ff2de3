import type { Job, Stage } from '../core/job';
import { RefusedError } from '../core/refusal';
import type { StageEnd, StageProgress } from '../core/views';
import { isTicket, type Arrival, type Station } from './burnin';
import type { EngineBase } from './engine-base';

/** Stations on the canvas, and what they do with an arriving ticket. */
export class Stations {
  readonly #base: EngineBase;
  readonly #attached = new Map<string, Station>();

  constructor(base: EngineBase) {
    this.#base = base;
  }

  attach(station: Station): () => void {
    this.#attached.set(station.id, station);
    return () => {
      if (this.#attached.get(station.id) === station) this.#attached.delete(station.id);
    };
  }

  /** Is the stage whose turn it is mine and pending? Takes it, passes the ticket on, or drops a second ticket. */
  arrive(stationId: string, job: Job): Arrival {
    const station = this.#attached.get(stationId);
    if (station === undefined)
      throw new RefusedError('not_admitted', 'This station is not connected to its controller.');
    if (job.state !== 'running') return { kind: 'pass' };
    const stages = this.#base.store.stages.list(job.id);
    const turn = stages.find((stage) => stage.state !== 'passed');
    if (turn === undefined) return { kind: 'pass' };
    if (turn.state === 'running') return this.#meetRunning(turn);
    if (turn.kind !== station.kind) return { kind: 'pass' };
    const take = { jobId: job.id, position: turn.position, stationId, now: this.#base.clock.now() };
    if (this.#base.store.stages.take(take)) return { kind: 'run' };
    return { kind: 'drop', reason: `${turn.kind} was taken by another station.` };
  }

  #meetRunning(turn: Stage): Arrival {
    return { kind: 'drop', reason: `${turn.kind} is running already.` };
  }

  progressed(stationId: string | null, progress: StageProgress): void {
    if (stationId !== null) this.#attached.get(stationId)?.progressed(progress);
  }

  /** False when no such station is there to put the ticket on a wire. */
  ended(stationId: string | null, end: StageEnd): boolean {
    const station = stationId === null ? undefined : this.#attached.get(stationId);
    station?.ended(end);
    return station !== undefined;
  }
}

/** The job a ticket stands for. Throws RefusedError for anything that did not come out of a gate of this engine. */
export function readAdmittedJob(base: EngineBase, ticket: unknown): Job {
  if (!isTicket(ticket)) {
    throw new RefusedError(
      'not_admitted',
      'The message carries no ticket. Burn-ins start at a drive-lock node.',
    );
  }
  const job = base.store.jobs.get(ticket.job);
  if (job === null || job.nas !== base.nas || job.drive.serial !== ticket.serial || job.state === 'queued') {
    throw new RefusedError(
      'not_admitted',
      `The ticket of job ${ticket.job.slice(0, 64)} was never let out by a gate.`,
    );
  }
  return job;
}
