import type { Evidence } from './job';
import type { SmartCounter } from './smart-counters';

/** One counter at a single moment, where anything but zero is a fault. */
export function judgeStartCounter(counter: SmartCounter, count: number | null): Evidence {
  const { evidenceKey: key, label } = counter;
  if (count === null) return { key, state: 'gap', text: `${label}: not reported by the drive` };
  return count === 0
    ? { key, state: 'found', text: `${label}: 0` }
    : { key, state: 'contrary', text: `${label}: ${count}, must be 0` };
}

/** One counter over the whole burn-in. A count on one side only proves no absence of a rise, unless it is zero. */
export function judgeFinalCounter(
  counter: SmartCounter,
  before: number | null,
  after: number | null,
): Evidence {
  const { evidenceKey: key, label } = counter;
  if (before === null && after === null) return judgeStartCounter(counter, null);
  const text = `${label}: ${before ?? 'not reported'} before, ${after ?? 'not reported'} after`;
  if (counter.isZeroAtEnd && after !== null && after > 0) {
    return { key, state: 'contrary', text: `${text}, must be 0` };
  }
  if (after === 0) return { key, state: 'found', text };
  if (before === null || after === null) {
    return { key, state: counter.onRise === 'fail' ? 'missing' : 'gap', text };
  }
  if (after <= before) return { key, state: 'found', text };
  return counter.onRise === 'fail'
    ? { key, state: 'contrary', text: `${text}, a rise of ${after - before}` }
    : { key, state: 'found', text: `Warning: ${text}; look at cable and backplane` };
}
