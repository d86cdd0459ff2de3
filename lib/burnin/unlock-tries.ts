import type { Clock } from '../core/clock';

/** So many wrong phrases for one drive … */
const maxWrong = 5;
/** … within this time close its lock to phrases for as long again. */
const windowMs = 600_000;

interface Tries {
  readonly wrongAt: readonly number[];
  readonly blockedAt: number | null;
}

/** Counts wrong phrases, so that nobody finds the right one by trying. In memory: a restart forgets all of them. */
export class UnlockTries {
  readonly #clock: Clock;
  readonly #tries = new Map<string, Tries>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True while no phrase is listened to for this drive, not even the right one. */
  isBlocked(serial: string): boolean {
    return this.#read(serial).blockedAt !== null;
  }

  /** Answers how many tries are left. */
  noteWrong(serial: string): number {
    const now = this.#clock.now();
    const wrongAt = [...this.#read(serial).wrongAt, now];
    const left = maxWrong - wrongAt.length;
    this.#tries.set(serial, left > 0 ? { wrongAt, blockedAt: null } : { wrongAt: [], blockedAt: now });
    return Math.max(0, left);
  }

  forget(serial: string): void {
    this.#tries.delete(serial);
  }

  /** What is still of account. A clock that was set back makes nothing older, and nothing last longer than from now. */
  #read(serial: string): Tries {
    const now = this.#clock.now();
    const tries = this.#tries.get(serial) ?? { wrongAt: [], blockedAt: null };
    const isRecent = (at: number) => now - at < windowMs;
    const blockedAt = tries.blockedAt === null ? null : Math.min(tries.blockedAt, now);
    const next = {
      wrongAt: tries.wrongAt.map((at) => Math.min(at, now)).filter(isRecent),
      blockedAt: blockedAt !== null && isRecent(blockedAt) ? blockedAt : null,
    };
    if (next.wrongAt.length === 0 && next.blockedAt === null) this.#tries.delete(serial);
    else this.#tries.set(serial, next);
    return next;
  }
}
