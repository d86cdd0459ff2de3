import type { Job, StageKind, Ticket } from '../core/job';
import { RefusedError } from '../core/refusal';
import type { Answer } from '../core/views';
import type { Gate } from './burnin';
import type { EngineBase } from './engine-base';

interface Sent {
  /** Of the stage it was sent for. */
  readonly position: number;
  readonly at: number;
}

/** A person's own node may hold a ticket on purpose, so this is only told, not acted upon. */
const longOnWireMs = 120_000;

/** Gates on the canvas, and which tickets are on the wires. */
export class Gates {
  readonly #base: EngineBase;
  readonly #attached = new Map<string, Gate>();
  /** Job id → the ticket on its way. A deploy empties the wires, and this with them. */
  readonly #onWire = new Map<string, Sent>();

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

  /** Sends the ticket of a job that is between stages, unless it is on the wires already. False: no gate for it. */
  sendTicket(job: Job): boolean {
    const next = this.#base.store.stages.list(job.id).find((stage) => stage.state === 'pending');
    if (next === undefined || this.#onWire.get(job.id)?.position === next.position) return true;
    const gate =
      this.#attached.get(job.gateId) ??
      (this.#attached.size === 1 ? [...this.#attached.values()][0] : undefined);
    if (gate === undefined) return false;
    this.noteSent(job.id, next.position);
    gate.send({ ticket: buildTicket(job, next.kind), context: readContext(job) });
    return true;
  }

  /** A station has put the ticket for this position on its wire. */
  noteSent(jobId: string, position: number): void {
    this.#onWire.set(jobId, { position, at: this.#base.clock.now() });
  }

  /** The ticket is to be sent again: it came round, or nobody was there to pass it on. */
  forgetTicket(jobId: string): void {
    this.#onWire.delete(jobId);
  }

  /** One sentence for each ticket that no station has taken for a while. */
  listWaiting(): readonly string[] {
    const { store, clock } = this.#base;
    const late = [...this.#onWire].filter(([, sent]) => clock.now() - sent.at > longOnWireMs);
    return late.flatMap(([jobId, sent]) => {
      const serial = store.jobs.get(jobId)?.drive.serial;
      const kind = store.stages.list(jobId)[sent.position]?.kind;
      if (serial === undefined || kind === undefined) return [];
      return `Drive ${serial} waits for ${kind}: its ticket is on the wires, but no station has taken it.`;
    });
  }

  forgetAllTickets(): void {
    this.#onWire.clear();
  }

  answer(gateId: string, answer: Answer): void {
    this.#attached.get(gateId)?.answer(answer);
  }
}

/** The reference that travels the wires. */
export function buildTicket(job: Job, stage: StageKind | null): Ticket {
  return { job: job.id, serial: job.drive.serial, stage };
}

/** The message properties that the requester wants back. */
export function readContext(job: Job): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(job.context);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
