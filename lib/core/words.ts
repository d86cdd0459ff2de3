import type { JobState, StageKind } from './job';

/** Stages as people call them. */
export const stageNames: Readonly<Record<StageKind, string>> = {
  precheck: 'Pre-check',
  short_smart: 'Short SMART self-test',
  long_smart: 'Long SMART self-test',
  surface_validate: 'Surface validation',
  io_validate: 'I/O validation',
  final_check: 'Final check',
};

/** One sentence on what a job's state means for the person who owns the drive. */
export const stateSentences: Readonly<Record<JobState, string>> = {
  queued: 'The burn-in has not started yet.',
  running: 'The burn-in is not finished.',
  passed: 'The drive passed its burn-in.',
  failed: 'The drive failed its burn-in. Do not put it into service.',
  cancelled: 'The burn-in was cancelled. It proves nothing about the drive.',
  unknown: 'The evidence for a pass is not complete. Treat the drive as not tested.',
};

const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** A span of time in its two largest units: `4 days 3 hours`, `1 minute 5 seconds`. */
export function describeDuration(ms: number): string {
  let left = Math.round(Math.max(0, ms) / 1000);
  const first = units.findIndex(([, seconds]) => left >= seconds);
  if (first < 0) return 'less than a second';
  const parts: string[] = [];
  for (const [name, seconds] of units.slice(first, first + 2)) {
    const count = Math.floor(left / seconds);
    left -= count * seconds;
    if (count > 0) parts.push(`${count} ${name}${count === 1 ? '' : 's'}`);
  }
  return parts.join(' ');
}

/** Milliseconds since the epoch as ISO 8601 in UTC, null for null and for what is not a date. */
export function describeInstant(ms: number | null): string | null {
  const date = new Date(ms ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** An ISO instant for reading: `2026-11-22 03:38 UTC`. */
export function describeTime(instant: string | null): string {
  return instant === null ? 'not known' : `${instant.slice(0, 16).replace('T', ' ')} UTC`;
}

const sizes = [
  ['PB', 1e15],
  ['TB', 1e12],
  ['GB', 1e9],
  ['MB', 1e6],
  ['kB', 1e3],
] as const;

/** A drive's size as its label says it, in powers of 1000: `16.0 TB`. */
export function describeSize(bytes: number): string {
  const size = sizes.find(([, scale]) => bytes >= scale * 0.99995);
  return size === undefined ? `${bytes} bytes` : `${(bytes / size[1]).toFixed(1)} ${size[0]}`;
}
