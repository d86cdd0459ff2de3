import type { SmartFacts } from './smart';
import type { SmartSummary } from './views';

/** The figures of a reading that are shown beside a drive. `readAt`: milliseconds since the epoch. */
export function buildSmartSummary(facts: SmartFacts, readAt: number): SmartSummary {
  return {
    readAt,
    powerOnHours: facts.powerOnHours,
    reallocated: facts.reallocated ?? facts.grownDefects,
    pending: facts.pending,
  };
}
