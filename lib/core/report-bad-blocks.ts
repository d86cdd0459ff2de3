import type { StageMemo } from './job';
import { valueAt } from './read-json';

/** Bad blocks of one stage. */
export type ReportBadBlocks = {
  /** How many blocks badblocks reported. */
  readonly reported: number;
  /** How many of them a second read confirmed; null when that was not done. */
  readonly confirmed: number | null;
  /** Block numbers, the first thousand. */
  readonly reported_blocks: readonly number[];
  readonly confirmed_blocks: readonly number[];
};

const maxBlocks = 1000;

/** Reads `badBlocks` and `confirmedBadBlocks` of a stage's memo; null for a stage that keeps none. */
export function buildBadBlocks(memo: StageMemo | null): ReportBadBlocks | null {
  const reported = readBlocks(valueAt(memo, 'badBlocks'));
  if (reported === null) return null;
  const confirmed = readBlocks(valueAt(memo, 'confirmedBadBlocks'));
  return {
    reported: reported.length,
    confirmed: confirmed?.length ?? null,
    reported_blocks: reported.slice(0, maxBlocks),
    confirmed_blocks: confirmed?.slice(0, maxBlocks) ?? [],
  };
}

/**
 * `3 reported, 2 confirmed by a second read: 17, 18`. The confirmed numbers are the true ones; among the reported ones are
 * phantoms.
 */
export function describeBadBlocks(blocks: ReportBadBlocks): string {
  const confirmed =
    blocks.confirmed === null ? 'not read a second time' : `${blocks.confirmed} confirmed by a second read`;
  if (blocks.reported === 0) return 'none reported';
  const hasTrue = blocks.confirmed !== null && blocks.confirmed > 0;
  const [count, numbers] = hasTrue
    ? [blocks.confirmed, blocks.confirmed_blocks]
    : [blocks.reported, blocks.reported_blocks];
  const shown = numbers.slice(0, 20);
  const rest = count - shown.length;
  return `${blocks.reported} reported, ${confirmed}: ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function readBlocks(value: unknown): readonly number[] | null {
  return Array.isArray(value) ? value.filter((item): item is number => typeof item === 'number') : null;
}
