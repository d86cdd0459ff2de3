import { z } from 'zod';
import type { Connection, Statements } from './connection';
import type { Channel } from './reports';
import { readOptionalRow, type RowKind } from './rows';

/** One day's report on one channel; `day` is a local date. */
export interface DailyKey {
  readonly nas: string;
  readonly channel: Channel;
  readonly day: string;
}

/** How it stands. `nothing`: there was nothing to tell. */
export interface DailyState {
  readonly state: 'due' | 'delivered' | 'nothing' | 'given_up';
  /** Attempts that failed so far. */
  readonly attempts: number;
  /** Milliseconds since the epoch. */
  readonly firstFailedAt: number | null;
}

/** How far a report told: up to an instant, in milliseconds since the epoch, and an event. */
export interface Told {
  readonly until: number;
  readonly seq: number;
}

const thisOne = 'nas = :nas AND channel = :channel AND day = :day';

const sql = {
  find: `SELECT * FROM daily_reports WHERE ${thisOne}`,
  begin: `INSERT INTO daily_reports (nas, channel, day, state, next_attempt_at) VALUES (:nas, :channel, :day, 'due', :now)
    ON CONFLICT (nas, channel, day) DO NOTHING`,
  first: `INSERT INTO daily_reports (nas, channel, day, state, next_attempt_at, told_until, told_seq)
    SELECT :nas, :channel, :day, 'nothing', :until, :until, :seq
    WHERE NOT EXISTS (SELECT 1 FROM daily_reports WHERE nas = :nas AND channel = :channel)`,
  claim: `UPDATE daily_reports SET next_attempt_at = :until
    WHERE ${thisOne} AND state = 'due' AND (next_attempt_at <= :now OR next_attempt_at > :latest)`,
  told: `UPDATE daily_reports SET state = :state, told_until = :until, told_seq = :seq
    WHERE ${thisOne} AND state = 'due'`,
  failed: `UPDATE daily_reports SET attempts = attempts + 1, last_error = :error, next_attempt_at = :nextAttemptAt,
      first_failed_at = coalesce(first_failed_at, :now)
    WHERE ${thisOne} AND state = 'due'`,
  giveUp: `UPDATE daily_reports SET state = 'given_up', attempts = attempts + 1, last_error = :error
    WHERE ${thisOne} AND state = 'due'`,
  lastTold: `SELECT * FROM daily_reports WHERE nas = :nas AND channel = :channel AND told_seq IS NOT NULL
    ORDER BY seq DESC LIMIT 1`,
};

const stateRow: RowKind<DailyState> = {
  table: 'daily_reports',
  key: ['nas', 'channel', 'day'],
  schema: z
    .object({
      state: z.enum(['due', 'delivered', 'nothing', 'given_up']),
      attempts: z.int(),
      first_failed_at: z.int().nullable(),
    })
    .transform((row) => ({
      state: row.state,
      attempts: row.attempts,
      firstFailedAt: row.first_failed_at,
    })),
};

const toldRow: RowKind<Told> = {
  table: 'daily_reports',
  key: ['nas', 'channel', 'day'],
  schema: z
    .object({ told_until: z.int(), told_seq: z.int() })
    .transform((row) => ({ until: row.told_until, seq: row.told_seq })),
};

/** No wait between two attempts is longer; a time further ahead is that of a clock that was set back since. */
const longestWaitMs = 7 * 3_600_000;

/** Daily reports: at most one a day on each channel, whatever restarts and the clock do. */
export class DailyReports {
  readonly #connection: Connection;
  readonly #sql: Statements<keyof typeof sql>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#sql = connection.prepareAll(sql);
  }

  /** Null for a day that has not begun. */
  find({ nas, channel, day }: DailyKey): DailyState | null {
    return readOptionalRow(stateRow, this.#sql.find.get({ nas, channel, day }));
  }

  /**
   * Makes a day's report due, once. The first of a channel is taken as told up to `now`: a channel that is new sends
   * nothing of a time before it.
   */
  begin({ nas, channel, day }: DailyKey, now: number, lastSeq: number): void {
    this.#connection.write(() => {
      this.#sql.first.run({ nas, channel, day, until: now, seq: lastSeq });
      this.#sql.begin.run({ nas, channel, day, now });
    });
  }

  /** True for exactly one caller until `until`, so that a report is sent once; false for one that is not due now. */
  claim({ nas, channel, day }: DailyKey, { now, until }: { readonly now: number; readonly until: number }) {
    return this.#sql.claim.run({ nas, channel, day, now, until, latest: now + longestWaitMs }) > 0;
  }

  /** It was sent, or there was nothing to send. False for one that is not due any more. */
  markTold({ nas, channel, day }: DailyKey, { until, seq }: Told, state: 'delivered' | 'nothing'): boolean {
    return this.#sql.told.run({ nas, channel, day, until, seq, state }) > 0;
  }

  /** Counts the attempt and sets the next one. `error` must be free of secrets. */
  markAttemptFailed(
    { nas, channel, day }: DailyKey,
    failure: { readonly error: string; readonly now: number; readonly nextAttemptAt: number },
  ): boolean {
    return this.#sql.failed.run({ nas, channel, day, ...failure }) > 0;
  }

  /** Ends the attempts with the last error. */
  giveUp({ nas, channel, day }: DailyKey, error: string): boolean {
    return this.#sql.giveUp.run({ nas, channel, day, error }) > 0;
  }

  /** How far the last report told that was sent, or had nothing to tell. */
  lastTold(nas: string, channel: Channel): Told | null {
    return readOptionalRow(toldRow, this.#sql.lastTold.get({ nas, channel }));
  }
}
