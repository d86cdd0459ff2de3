import type { Job } from '../core/job';
import type { TruenasNas } from '../nas/truenas/open-truenas-nas';
import { batched } from './batched';
import { describeError, recordEvent, type EngineBase } from './engine-base';

export interface ResultNotesParts {
  readonly base: EngineBase;
  readonly middleware: Pick<TruenasNas, 'writeDescription'>;
}

/** A result that could not be noted within this is not noted later, as a person may have written there since. */
const holdsMs = 86_400_000;

/**
 * Notes the results of burn-ins in the drives' descriptions on TrueNAS, where an operator looks for a drive. Rests on the
 * stored jobs alone, so that a restart between the end of a job and its note loses none.
 */
export class ResultNotes {
  readonly #parts: ResultNotesParts;
  /** Jobs whose result was noted or will not be. */
  readonly #done = new Set<string>();
  #warned = '';
  /** Notes what is due. Never rejects. */
  readonly write: () => Promise<void>;

  constructor(parts: ResultNotesParts) {
    this.#parts = parts;
    this.write = batched(() => this.#write());
  }

  async #write(): Promise<void> {
    try {
      // One drive that cannot be written to must not keep the others from it.
      for (const job of this.#listDue()) await this.#note(job).catch((error: unknown) => this.#warn(error));
    } catch (error) {
      this.#warn(error);
    }
  }

  /** Tried again after the next reading of the inventory. */
  #warn(error: unknown): void {
    const text = `the result of a burn-in could not be noted on TrueNAS: ${describeError(error)}`;
    if (text !== this.#warned) this.#parts.base.log('warn', text);
    this.#warned = text;
  }

  #listDue(): readonly Job[] {
    const { store, clock, nas } = this.#parts.base;
    const since = clock.now() - holdsMs;
    return store.drives
      .list(nas)
      .flatMap(({ drive }) => store.jobs.lastOf(nas, drive.serial) ?? [])
      .filter(({ id, endedAt }) => endedAt !== null && endedAt > since && !this.#done.has(id));
  }

  async #note(job: Job): Promise<void> {
    const { base, middleware } = this.#parts;
    const answer = await middleware.writeDescription(job.drive, {
      result: job.state,
      atMs: job.endedAt ?? base.clock.now(),
    });
    this.#done.add(job.id);
    if (answer.kind === 'refused') {
      const { serial } = job.drive;
      const message = `The result could not be noted on TrueNAS: ${answer.reason}`;
      recordEvent(base, { type: 'description_refused', serial, job: job.id, message });
    }
  }
}
