import { z } from 'zod';
import type { RunMemo } from './classify-run';
import type { Evidence, StageMemo, Verdict } from './job';
import { buildConfirmationSpec, planConfirmation, type BlockRange } from './plan-surface';
import type { BadblocksSpec, RunRecord } from './remote-run';

/** What a surface validation remembers across restarts of the controller. */
export interface SurfaceMemo {
  /** The run under way or last ended; null before the first. */
  readonly run: RunMemo | null;
  /** Ids of the runs before that one, judged and no longer wanted. */
  readonly pastRuns: readonly string[];
  /** What the run under way, or the next one, is to do. */
  readonly spec: BadblocksSpec;
  /** The judged whole-drive run, once there is one; what follows only confirms its block numbers. */
  readonly verdict: Verdict | null;
  /** Places still to be confirmed; the first one is the current one. */
  readonly ranges: readonly BlockRange[];
  /** As badblocks listed them in write mode: possibly a request too high. */
  readonly badBlocks: readonly number[];
  /** Exact numbers by a fresh write and a read-only compare; null while not looked for. */
  readonly confirmedBadBlocks: readonly number[] | null;
}

/** These numbers become arguments of a program that writes: what is no count was not written by us. */
const count = z.int().nonnegative();
const range = z.object({ first: count, last: count });
const schema = z.object({
  run: z
    .object({ runId: z.string(), bootId: z.string(), isLaunched: z.boolean(), expiresClockS: count })
    .nullable(),
  pastRuns: z.array(z.string()),
  spec: z.object({
    mode: z.enum(['write', 'compare']),
    blockBytes: count,
    blocksPerRequest: count,
    errorLimit: count,
    patterns: z.array(z.string().regex(/^0x[0-9a-f]{1,8}$/)),
    range: range.nullable(),
  }),
  verdict: z
    .object({
      outcome: z.enum(['passed', 'failed', 'cancelled', 'unknown']),
      reasons: z.array(z.string()),
      evidence: z.array(
        z.object({
          key: z.string(),
          state: z.enum(['found', 'missing', 'contrary', 'gap']),
          text: z.string(),
        }),
      ),
    })
    .nullable(),
  ranges: z.array(range),
  badBlocks: z.array(count),
  confirmedBadBlocks: z.array(count).nullable(),
});

/** Null for a stage that has no memo yet; `unreadable` for anything that this version did not write. */
export function readSurfaceMemo(memo: StageMemo | null): SurfaceMemo | null | 'unreadable' {
  if (memo === null) return null;
  const parsed = schema.safeParse(memo);
  return parsed.success ? parsed.data : 'unreadable';
}

/** The memo as the store keeps it. */
export function buildStageMemo(memo: SurfaceMemo): StageMemo {
  return { ...memo };
}

/** What follows a judged whole-drive run: its verdict, or a look at the true numbers of what it listed. */
export type SurfaceTurn =
  | { readonly kind: 'end'; readonly memo: SurfaceMemo; readonly verdict: Verdict }
  | { readonly kind: 'more'; readonly memo: SurfaceMemo };

/** Takes the verdict over the whole-drive run. Only a present drive with listed blocks is looked at again. */
export function nextAfterMainRun(
  memo: SurfaceMemo,
  run: { readonly verdict: Verdict; readonly record: RunRecord; readonly sizeBytes: number },
): SurfaceTurn {
  const { verdict, record } = run;
  const { badBlocks } = record;
  const ranges = planConfirmation(badBlocks, memo.spec, run.sizeBytes);
  const [first] = ranges;
  if (verdict.outcome !== 'failed' || first === undefined) {
    return { kind: 'end', memo: { ...memo, badBlocks }, verdict };
  }
  const spec = buildConfirmationSpec(memo.spec, 'write', first);
  return { kind: 'more', memo: { ...leaveRun(memo), spec, verdict, ranges, badBlocks } };
}

/** Takes one confirming run: after the write the compare of the same place, after the compare the next place. */
export function nextAfterConfirmation(memo: SurfaceMemo, record: RunRecord | null): SurfaceTurn {
  const [current, next] = memo.ranges;
  if (record?.look.result !== 'exit 0' || current === undefined) return endSurface(memo, false);
  if (memo.spec.mode === 'write') {
    return {
      kind: 'more',
      memo: { ...leaveRun(memo), spec: buildConfirmationSpec(memo.spec, 'compare', current) },
    };
  }
  const confirmedBadBlocks = [...(memo.confirmedBadBlocks ?? []), ...record.badBlocks].sort((a, b) => a - b);
  const confirmed = { ...leaveRun(memo), confirmedBadBlocks, ranges: memo.ranges.slice(1) };
  if (next === undefined) return endSurface(confirmed, true);
  return { kind: 'more', memo: { ...confirmed, spec: buildConfirmationSpec(memo.spec, 'write', next) } };
}

function leaveRun(memo: SurfaceMemo): SurfaceMemo {
  return { ...memo, run: null, pastRuns: [...memo.pastRuns, ...(memo.run === null ? [] : [memo.run.runId])] };
}

/** The verdict of the whole-drive run, with what the confirmation added to it. Also for a confirmation given up. */
export function endSurface(memo: SurfaceMemo, isComplete: boolean): SurfaceTurn & { readonly kind: 'end' } {
  const verdict = memo.verdict ?? {
    outcome: 'unknown',
    reasons: ['The run was never judged.'],
    evidence: [],
  };
  const evidence = [...verdict.evidence, buildConfirmation(memo, isComplete)];
  return { kind: 'end', memo, verdict: { ...verdict, evidence } };
}

function buildConfirmation(memo: SurfaceMemo, isComplete: boolean): Evidence {
  const key = 'bad_blocks_confirmed';
  const blocks = memo.confirmedBadBlocks ?? [];
  if (!isComplete) return { key, state: 'gap', text: `The exact block numbers were not all confirmed.` };
  if (blocks.length === 0) {
    return {
      key,
      state: 'gap',
      text: 'None of the listed blocks failed again when it was written and read once more.',
    };
  }
  const shown = blocks.slice(0, 20).join(', ') + (blocks.length > 20 ? ', …' : '');
  return {
    key,
    state: 'contrary',
    text: `${blocks.length} bad blocks of ${memo.spec.blockBytes} bytes: ${shown}.`,
  };
}
