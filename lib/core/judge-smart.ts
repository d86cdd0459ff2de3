import { judgeFinalCounter, judgeStartCounter } from './judge-smart-counter';
import { judgeHealth, judgeHealthLoss, judgePrefail, judgeSelfTest } from './judge-smart-health';
import type { Evidence, Verdict } from './job';
import type { SmartFacts, SmartLook } from './smart';
import { listCounters } from './smart-counters';

/**
 * Judges a drive before anything is written to it: failing health, a failed self-test, or any sign of used-up or
 * unreadable sectors ends the job. A drive without SMART passes with the gap stated.
 */
export function judgePrecheck(look: SmartLook): Verdict {
  if (look.kind === 'read') return buildVerdict(judgeAlone(look.facts, 'isZeroAtStart'));
  return buildVerdict([judgeAbsence(look, '')]);
}

/**
 * Judges a drive after its burn-in against the reading taken before it: any rise in a counter of damage fails, and so
 * does what may never be there. `before` is null when no reading was kept. A reading on one side only proves nothing:
 * the outcome is `unknown`, unless the newer one already shows a failure.
 */
export function judgeFinal(readings: {
  readonly before: SmartLook | null;
  readonly after: SmartLook;
}): Verdict {
  const { after } = readings;
  const before = readings.before ?? { kind: 'unreadable' as const, reason: 'no reading was kept' };
  if (before.kind === 'read' && after.kind === 'read') {
    return buildVerdict(judgeChange(before.facts, after.facts));
  }
  if (before.kind === 'not_available' && after.kind === 'not_available') {
    return buildVerdict([judgeAbsence(after, '')]);
  }
  const absences = [
    ...(before.kind === 'read' ? [] : [toMissing(judgeAbsence(before, ' before the burn-in'))]),
    ...(after.kind === 'read'
      ? judgeAlone(after.facts, 'isZeroAtEnd')
      : [toMissing(judgeAbsence(after, ' after the burn-in'))]),
  ];
  return buildVerdict(absences);
}

/** What one reading alone can say, by the rules for the start or for the end of a burn-in. */
function judgeAlone(facts: SmartFacts, rule: 'isZeroAtStart' | 'isZeroAtEnd'): readonly Evidence[] {
  const counters = listCounters(facts).filter((counter) => counter[rule]);
  return [
    ...judgeAnyTime(facts),
    ...counters.map((counter) => judgeStartCounter(counter, facts[counter.key])),
  ];
}

function judgeChange(before: SmartFacts, after: SmartFacts): readonly Evidence[] {
  if (before.serial !== after.serial || before.protocol !== after.protocol) {
    const text = `The two SMART readings are not of one drive: ${nameDrive(before)} before, ${nameDrive(after)} after`;
    return [{ key: 'smart_identity', state: 'missing', text }];
  }
  const counters = listCounters(before, after);
  return [
    ...judgeAnyTime(after),
    ...judgeHealthLoss(before, after),
    ...counters.map((counter) => judgeFinalCounter(counter, before[counter.key], after[counter.key])),
  ];
}

function judgeAnyTime(facts: SmartFacts): readonly Evidence[] {
  return [judgeHealth(facts), judgePrefail(facts), judgeSelfTest(facts)];
}

function nameDrive(facts: SmartFacts): string {
  return `${facts.protocol ?? 'unknown protocol'} ${facts.serial ?? 'without serial'}`;
}

type Absence = Exclude<SmartLook, { readonly kind: 'read' }>;

function judgeAbsence(look: Absence, when: string): Evidence {
  const key = 'smart_available';
  switch (look.kind) {
    case 'not_available':
      return { key, state: 'gap', text: `SMART not available${when}: ${look.reason}` };
    case 'no_such_drive':
      return { key, state: 'missing', text: `The drive was not found for SMART${when}: ${look.reason}` };
    case 'unreadable':
      return { key, state: 'missing', text: `SMART could not be read${when}: ${look.reason}` };
  }
}

function toMissing(evidence: Evidence): Evidence {
  return { ...evidence, state: 'missing' };
}

/** Contrary evidence decides over missing evidence, and either over everything that was found in order. */
function buildVerdict(evidence: readonly Evidence[]): Verdict {
  const textsOf = (state: Evidence['state']) =>
    evidence.filter((item) => item.state === state).map((item) => item.text);
  const contrary = textsOf('contrary');
  if (contrary.length > 0) return { outcome: 'failed', reasons: contrary, evidence };
  const missing = textsOf('missing');
  return { outcome: missing.length > 0 ? 'unknown' : 'passed', reasons: missing, evidence };
}
