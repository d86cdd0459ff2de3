import type { Job, Stage, StageKind, Ticket } from '../core/job';
import { RefusedError } from '../core/refusal';
import type { Answer } from '../core/views';
import type { Gate } from './burnin';
import type { EngineBase } from './engine-base';

interface Sent {
  /** Of the stage it was sent for; null while it is on no wire. */
  readonly position: number | null;
  readonly at: number;
  readonly send: number;
}

/** A person's own node may hold a ticket on purpose, so this is only told, not acted upon. */
const longOnWireMs = 120_000;

/** Gates on the canvas, and which tickets are on the wires. */
export class Gates {
  readonly #base: EngineBase;
  readonly #attached = new Map<string, Gate>();
  /** Job id → its newest ticket. */
  readonly #sent = new Map<string, Sent>();
  /** Serials of jobs that wait for a gate that is not there. */
  readonly #stranded = new Set<string>();

  constructor(base: EngineBase) {
    this.#base = base;
  }

  attach(gate: Gate): () => void {
    this.#attached.set(gate.id, gate);
    return () => {
      if (this.#attached.get(gate.id) === gate) this.#attached.delete(gate.id);
    };
  }

  /** The gate a request came to; the only one there is for a request from elsewhere. Throws RefusedError. */
  choose(gateId: string | null): Gate {
    const [only, second] = this.#attached.values();
    const gate = gateId === null ? (second === undefined ? only : undefined) : this.#attached.get(gateId);
    if (gate !== undefined) return gate;
    const message =
      second === undefined
        ? 'No drive-lock node is deployed for this NAS, so no burn-in can start. Deploy one.'
        : 'Several drive-lock nodes are deployed for this NAS. Send the request to the one that is meant.';
    throw new RefusedError('no_gate', message);
  }

  hasAny(): boolean {
    return this.#attached.size > 0;
  }

  /** Sends the ticket of a job that is between stages, unless it is on the wires already. */
  sendTicket(job: Job): void {
    const next = this.#base.store.stages.list(job.id).find((stage) => stage.state === 'pending');
    if (next === undefined || this.#sent.get(job.id)?.position === next.position) return;
    const gate =
      this.#attached.get(job.gateId) ??
      (this.#attached.size === 1 ? [...this.#attached.values()][0] : undefined);
    if (gate === undefined) {
      this.#stranded.add(job.drive.serial);
      return;
    }
    this.#stranded.delete(job.drive.serial);
    gate.send({ ticket: this.nextTicket(job, next), context: readContext(job) });
  }

  /** A new ticket, for a stage whose turn it is or for a job that has ended. All earlier ones are void. */
  nextTicket(job: Job, stage: Stage | null): Ticket {
    const send = (this.#sent.get(job.id)?.send ?? 0) + 1;
    if (job.state === 'running') {
      this.#sent.set(job.id, { position: stage?.position ?? null, at: this.#base.clock.now(), send });
    } else this.#sent.delete(job.id);
    return { job: job.id, serial: job.drive.serial, stage: stage?.kind ?? null, send };
  }

  /** The ticket as it is now, for messages that start nothing. */
  presentTicket(job: Job, stage: StageKind | null): Ticket {
    return { job: job.id, serial: job.drive.serial, stage, send: this.#sent.get(job.id)?.send ?? 0 };
  }

  /** Is this the newest ticket of its job? */
  isNewest({ job, send }: Pick<Ticket, 'job' | 'send'>): boolean {
    return this.#sent.get(job)?.send === send;
  }

  /** The ticket is to be sent again: it came round, or nobody was there to pass it on. */
  forgetTicket(jobId: string): void {
    const sent = this.#sent.get(jobId);
    if (sent !== undefined) this.#sent.set(jobId, { ...sent, position: null });
  }

  /** One sentence for each job that waits for a gate or for a station, as of `live`, the jobs that are. */
  listWaiting(live: readonly Job[]): readonly string[] {
    const running = live.filter((job) => job.state === 'running');
    for (const jobId of this.#sent.keys()) {
      if (!running.some(({ id }) => id === jobId)) this.#sent.delete(jobId);
    }
    return running.flatMap((job) => this.#describeWait(job) ?? []);
  }

  #describeWait(job: Job): string | null {
    const { serial } = job.drive;
    if (this.#stranded.has(serial) && !this.#attached.has(job.gateId)) {
      return `Drive ${serial} waits: the drive-lock node that let its job out is gone. Cancel the job, or bring the node back.`;
    }
    const sent = this.#sent.get(job.id);
    if (sent?.position == null || this.#base.clock.now() - sent.at <= longOnWireMs) return null;
    const stage = this.#base.store.stages.list(job.id)[sent.position];
    if (stage?.state !== 'pending') return null;
    return `Drive ${serial} waits for ${stage.kind}: its ticket is on the wires, but no station has taken it. A deploy sends it again.`;
  }

  /** A deploy empties the wires. */
  forgetAllTickets(): void {
    for (const jobId of this.#sent.keys()) this.forgetTicket(jobId);
  }

  answer(gateId: string, answer: Answer): void {
    this.#attached.get(gateId)?.answer(answer);
  }
}

/** The message properties that the requester wants back. */
export function readContext(job: Job): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(job.context);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
