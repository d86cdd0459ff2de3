import type { Progress } from './views';

/** One look's figures, before they are compared with earlier ones. */
export interface ProgressSample {
  readonly percent: number;
  readonly phase: Progress['phase'];
  readonly phasePercent: number;
  readonly badBlocks: number;
  /** Bytes moved in this run and the NAS's own monotonic clock; null where bytes mean nothing. */
  readonly moved: { readonly bytes: number; readonly uptimeS: number } | null;
}

/** What is remembered between looks. */
export interface ProgressTrack {
  readonly progress: Progress;
  readonly marks: readonly Mark[];
  /** When a byte was last seen to move, in milliseconds since the epoch. */
  readonly movedAt: number;
}

interface Mark {
  readonly at: number;
  readonly percent: number;
  readonly moved: ProgressSample['moved'];
}

/** Rates are taken over at most this many looks: long enough to be calm, short enough to show a change. */
const maxMarks = 30;

/** Below this share of the work a finish time would be a guess. */
const meaningfulPercent = 0.5;

/**
 * Joins a look with what was known: the percentage never falls, the speed is measured on the NAS's clock (which does
 * not jump), the finish time on the controller's.
 * @param floor percentage already stored for the stage, from before a restart
 */
export function nextProgress(
  previous: ProgressTrack | null,
  sample: ProgressSample,
  now: number,
  floor = 0,
): ProgressTrack {
  const percent = Math.min(100, Math.max(sample.percent, previous?.progress.percent ?? floor));
  const kept = (previous?.marks ?? []).filter((mark) => isSameRun(mark, sample)).slice(1 - maxMarks);
  const mark: Mark = { at: now, percent, moved: sample.moved };
  const marks = [...kept, mark];
  const { phase, phasePercent, badBlocks } = sample;
  const [first = mark] = kept;
  const speedBytesPerS = readSpeed(first, mark);
  const finishAt = readFinish(first, mark);
  const before = kept.at(-1)?.moved?.bytes;
  const isStill = previous !== null && before !== undefined && before === sample.moved?.bytes;
  const movedAt = isStill ? previous.movedAt : now;
  return { progress: { percent, phase, phasePercent, badBlocks, speedBytesPerS, finishAt }, marks, movedAt };
}

/** A second run of the stage, or a rebooted NAS, counts from zero again. */
function isSameRun(mark: Mark, { moved }: ProgressSample): boolean {
  if (mark.moved === null || moved === null) return mark.moved === moved;
  return mark.moved.bytes <= moved.bytes && mark.moved.uptimeS <= moved.uptimeS;
}

function readSpeed(first: Mark, last: Mark): number | null {
  if (first.moved === null || last.moved === null) return null;
  const elapsedS = last.moved.uptimeS - first.moved.uptimeS;
  return elapsedS > 0 ? (last.moved.bytes - first.moved.bytes) / elapsedS : null;
}

function readFinish(first: Mark, last: Mark): number | null {
  const gained = last.percent - first.percent;
  const elapsedMs = last.at - first.at;
  if (last.percent < meaningfulPercent || gained <= 0 || elapsedMs <= 0) return null;
  return Math.round(last.at + ((100 - last.percent) * elapsedMs) / gained);
}
