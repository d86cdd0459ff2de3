/** A self-test of a drive, over or under way, on the NAS's own clock. */
export interface SelfTest {
  readonly kind: 'SHORT' | 'LONG';
  /** Seconds since the boot in which it was started. */
  readonly startedS: number;
  /** Null for one that goes on until somebody ends it. */
  readonly endsS: number | null;
  /** Null until it is known; one that has come to its end by itself counts as passed. */
  readonly outcome: 'passed' | 'failed' | 'aborted' | 'interrupted' | null;
  /** Of the drive's life, when it was started. */
  readonly lifetimeHours: number;
}

/** What an endless test has left, in percent. */
const endlessLeft = 60;

export function isUnderWay(test: SelfTest, uptimeS: number): boolean {
  return test.outcome === null && (test.endsS === null || uptimeS < test.endsS);
}

/** 0…100 in tens, as drives tell it. */
export function percentLeft(test: SelfTest, uptimeS: number): number {
  if (!isUnderWay(test, uptimeS)) return 0;
  if (test.endsS === null) return endlessLeft;
  const share = (test.endsS - uptimeS) / Math.max(1, test.endsS - test.startedS);
  return Math.min(90, Math.floor(share * 10) * 10);
}

/** The newest test that may still be under way gets its outcome; the others have one. */
export function settleTests(
  tests: readonly SelfTest[],
  outcome: NonNullable<SelfTest['outcome']>,
  uptimeS: number,
): readonly SelfTest[] {
  return tests.map((test) =>
    test.outcome === null ? { ...test, outcome: isUnderWay(test, uptimeS) ? outcome : 'passed' } : test,
  );
}
