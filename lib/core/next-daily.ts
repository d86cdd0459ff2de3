import { nextDelivery, type NextDelivery } from './next-delivery';
import { describeDuration } from './words';

/** A time of day on the controller's clock. */
export interface DailyTime {
  readonly hour: number;
  readonly minute: number;
}

/** The report of one day. */
export interface DailyDue {
  /** Local date (`2026-11-22`), by which it is known: there is one a day, whatever the clock does. */
  readonly day: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Milliseconds by which local time is ahead of UTC at an instant. */
export type OffsetAt = (ms: number) => number;

const dayMs = 86_400_000;

/** After this, the next day's report is near, and tells what this one would have. */
const patienceMs = 12 * 3_600_000;

/**
 * The last daily report that was due at or before `now`; null when that was 24 hours ago or more, as it can be on a day of
 * 25 hours. A time that a day has twice means the first, one that it does not have means as much later as the clock jumps.
 */
export function judgeDaily(time: DailyTime, now: number, offsetAt: OffsetAt): DailyDue | null {
  const today = Math.floor((now + offsetAt(now)) / dayMs);
  const dues = [today, today - 1].map((day) => buildDue(day, time, offsetAt));
  return dues.find(({ at }) => at <= now && now - at < dayMs) ?? null;
}

function buildDue(dayNumber: number, { hour, minute }: DailyTime, offsetAt: OffsetAt): DailyDue {
  const midnight = dayNumber * dayMs;
  const local = midnight + (hour * 60 + minute) * 60_000;
  // A day off on either side is out of the reach of any change of the offset near this time.
  const [before, after] = [offsetAt(local - dayMs), offsetAt(local + dayMs)];
  const instants = [local - before, local - after].filter((at) => at + offsetAt(at) === local);
  const at = instants.length === 0 ? local - before : Math.min(...instants);
  return { day: new Date(midnight).toISOString().slice(0, 10), at };
}

/** When to try a daily report again after `attempts` failed ones, the first `triedForMs` ago: some hours in all. */
export function nextDailyAttempt(attempts: number, triedForMs: number): NextDelivery {
  const next = nextDelivery(attempts);
  if (next.kind === 'give_up' || triedForMs + next.delayMs <= patienceMs) return next;
  return {
    kind: 'give_up',
    reason: `Not delivered in ${attempts} attempts over ${describeDuration(triedForMs)}`,
  };
}
