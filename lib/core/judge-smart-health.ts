import type { Evidence } from './job';
import type { SmartFacts } from './smart';

/** Bits of smartctl's exit status that tell of the drive as it is now. Bits 5 and 6 are history, 0 to 2 are not about it. */
const failingBit = 8;
const belowThresholdBit = 16;
const failedSelfTestBit = 128;

/** 255 is "could not do it" (seen from SCSI devices), not all bits at once. */
function hasBit(facts: SmartFacts, bit: number): boolean {
  return facts.exitStatus !== 255 && (facts.exitStatus & bit) !== 0;
}

/** The drive's own overall verdict. */
export function judgeHealth(facts: SmartFacts): Evidence {
  const key = 'smart_health';
  if (facts.isPassed === false || hasBit(facts, failingBit)) {
    return { key, state: 'contrary', text: 'SMART overall health is failing' };
  }
  if (facts.isPassed === null) {
    return { key, state: 'gap', text: 'SMART overall health is not reported by the drive' };
  }
  return { key, state: 'found', text: 'SMART overall health passed' };
}

/** Nothing, or the lack of a health verdict that was there before the burn-in. */
export function judgeHealthLoss(before: SmartFacts, after: SmartFacts): readonly Evidence[] {
  if (before.isPassed === null || after.isPassed !== null) return [];
  const text = 'SMART overall health was reported before the burn-in and is not reported after it';
  return [{ key: 'smart_health_kept', state: 'missing', text }];
}

/** Attributes by which the drive itself announces its failure. */
export function judgePrefail(facts: SmartFacts): Evidence {
  const key = 'smart_prefail';
  return hasBit(facts, belowThresholdBit)
    ? { key, state: 'contrary', text: 'A SMART attribute that announces failure is below its threshold' }
    : { key, state: 'found', text: 'No SMART attribute that announces failure is below its threshold' };
}

/** The self-test log: a failure in it counts until the drive itself takes it as outdated. */
export function judgeSelfTest(facts: SmartFacts): Evidence {
  const key = 'smart_self_test_log';
  const newest = facts.newestSelfTest;
  if (newest?.outcome === 'failed') {
    return { key, state: 'contrary', text: `The newest self-test failed: ${newest.text}` };
  }
  if (hasBit(facts, failedSelfTestBit)) {
    return { key, state: 'contrary', text: 'The self-test log holds a failed self-test' };
  }
  if (newest === null) return { key, state: 'gap', text: 'The drive reports no self-test log' };
  return { key, state: 'found', text: `No failure in the self-test log: ${newest.text}` };
}
