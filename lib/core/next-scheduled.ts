import type { Reading } from './read-host-answer';
import type { TruenasSchedule } from './truenas-inventory';

/** A span of time and the IANA name of the zone whose clock the schedule follows; an unknown name counts as UTC. */
export interface ScheduleSpan {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly timeZone: string;
}

const dayMs = 86_400_000;
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

type Range = readonly [number, number];

/** The numbers of one cron field: `*`, lists, ranges, steps and names. Null where it is not understood. */
function readField(text: string, limits: Range, names: readonly string[] = []): ReadonlySet<number> | null {
  const numbers = new Set<number>();
  for (const part of text.trim().toLowerCase().split(',')) {
    const [words = '', step, ...rest] = part.split('/');
    const range = readRange(words, limits, names);
    const by = step === undefined ? 1 : readNumber(step);
    if (range === null || !(by > 0) || rest.length > 0) return null;
    const [from, to] = range;
    // `5/10` runs to the end, `5` alone does not.
    const last = step !== undefined && /^\d+$/.test(words) ? limits[1] : to;
    for (let number = from; number <= last; number += by) numbers.add(number);
  }
  return numbers;
}

function readRange(words: string, limits: Range, names: readonly string[]): Range | null {
  if (words === '*') return limits;
  const read = (word: string) => {
    const index = names.indexOf(word);
    return index >= 0 ? limits[0] + index : readNumber(word);
  };
  const [first = '', last = first, ...more] = words.split('-');
  const [from, to] = [read(first), read(last)];
  return more.length === 0 && from >= limits[0] && to <= limits[1] && from <= to ? [from, to] : null;
}

function readNumber(word: string): number {
  return /^\d{1,2}$/.test(word) ? Number(word) : NaN;
}

/**
 * The first moment of the span at which the schedule is due, in milliseconds since the epoch, or null for none. A problem
 * when the schedule is not understood.
 */
export function nextScheduled(
  schedule: TruenasSchedule,
  dayRule: 'either' | 'both',
  span: ScheduleSpan,
): Reading<number | null> {
  const minutes = readField(schedule.minute, [0, 59]);
  const hours = readField(schedule.hour, [0, 23]);
  const days = readField(schedule.dom, [1, 31]);
  const inMonths = readField(schedule.month, [1, 12], months);
  // Sunday is 0 and 7.
  const onWeekdays = readField(schedule.dow, [0, 7], weekdays);
  if (minutes === null || hours === null || days === null || inMonths === null || onWeekdays === null) {
    const { minute, hour, dom, month, dow } = schedule;
    return { ok: false, problem: [minute, hour, dom, month, dow].join(' ') };
  }
  const mayStartOn = (date: Date) => {
    const isDay = days.has(date.getUTCDate());
    const isWeekday = onWeekdays.has(date.getUTCDay()) || (date.getUTCDay() === 0 && onWeekdays.has(7));
    const isEither = dayRule === 'either' && !schedule.dom.startsWith('*') && !schedule.dow.startsWith('*');
    return inMonths.has(date.getUTCMonth() + 1) && (isEither ? isDay || isWeekday : isDay && isWeekday);
  };
  const times = sort(hours).flatMap((hour) => sort(minutes).map((minute) => (hour * 60 + minute) * 60_000));
  return { ok: true, value: findFirst(mayStartOn, times, span) };
}

function sort(numbers: ReadonlySet<number>): readonly number[] {
  return [...numbers].sort((a, b) => a - b);
}

/** Walks the days of the zone's own calendar, written as if it were UTC. */
function findFirst(
  mayStartOn: (date: Date) => boolean,
  times: readonly number[],
  { fromMs, untilMs, timeZone }: ScheduleSpan,
): number | null {
  // To make a formatter takes far longer than to use it.
  const formatter = formatterOf(timeZone);
  const offsetAt = (atMs: number) => measureOffset(atMs, formatter);
  const firstDay = Math.floor((fromMs + offsetAt(fromMs)) / dayMs) * dayMs;
  const lastDay = untilMs + offsetAt(untilMs);
  for (let day = firstDay; day <= lastDay; day += dayMs) {
    if (!mayStartOn(new Date(day))) continue;
    for (const time of times) {
      const guess = day + time - offsetAt(day + time);
      const moment = day + time - offsetAt(guess);
      if (moment >= fromMs && moment <= untilMs) return moment;
    }
  }
  return null;
}

/** How far the clock of a zone is ahead of UTC at a moment, in milliseconds. */
export function readOffset(atMs: number, timeZone: string): number {
  return measureOffset(atMs, formatterOf(timeZone));
}

function measureOffset(atMs: number, formatter: Intl.DateTimeFormat): number {
  const parts = formatter.formatToParts(atMs);
  const part = (name: string) => Number(parts.find(({ type }) => type === name)?.value);
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return local - Math.floor(atMs / 1000) * 1000;
}

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const options = {
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  } as const;
  try {
    return new Intl.DateTimeFormat('en-US', { ...options, timeZone });
  } catch {
    return new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC' });
  }
}
