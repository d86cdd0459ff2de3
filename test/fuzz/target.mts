import fc from 'fast-check';

/** A parser and what it is fed. */
export interface Target {
  /** The exports that it covers. */
  readonly covers: readonly string[];
  /** Feeds it so many inputs; throws with the smallest one that breaks it. */
  run(count: number): void;
  /** Feeds it one text of the largest size, in whatever form it takes texts. */
  feed(text: string): void;
}

/** How many inputs each parser gets with every test run; the bench takes far more. */
export const runsPerTarget = readRuns(150);

/** `FUZZ_RUNS` of the environment, else so many. */
export function readRuns(usual: number): number {
  return Number(process.env['FUZZ_RUNS'] ?? usual);
}

/**
 * `check` throws what is wrong with an input's result, and lets through whatever the parser itself throws.
 * `fromText` makes an input of a text that means to take long.
 */
export function target<T>(parts: {
  readonly covers: readonly string[];
  readonly input: fc.Arbitrary<T>;
  check(input: T): void;
  fromText(text: string): T;
}): Target {
  const { covers, input, check, fromText } = parts;
  return {
    covers,
    run: (count) => fc.assert(fc.property(input, check), { numRuns: count, ...readSeed() }),
    feed: (text) => check(fromText(text)),
  };
}

/** `FUZZ_SEED` repeats a failure. */
function readSeed(): { seed?: number } {
  const seed = process.env['FUZZ_SEED'];
  return seed === undefined ? {} : { seed: Number(seed) };
}
