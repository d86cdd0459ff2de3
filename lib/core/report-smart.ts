import { cleanText } from './clean-text';
import type { SmartFacts, SmartLook } from './smart';
import { smartCounters } from './smart-counters';

/** Whether one of the two SMART readings exists, and why not. */
export type ReportSmartSide =
  { readonly is_read: true; readonly reason: null } | { readonly is_read: false; readonly reason: string };

/** One line of the comparison; null is "not reported". */
export type ReportSmartRow = {
  readonly key: string;
  readonly label: string;
  readonly before: number | string | null;
  readonly after: number | string | null;
};

/** SMART data before and after the burn-in. */
export type ReportSmart = {
  readonly before: ReportSmartSide;
  readonly after: ReportSmartSide;
  /** Only what at least one of the readings reports. */
  readonly rows: readonly ReportSmartRow[];
};

type Looks = { readonly before: SmartLook | null; readonly after: SmartLook | null };

const rows: readonly {
  readonly key: string;
  readonly label: string;
  readonly read: (facts: SmartFacts) => number | string | null;
}[] = [
  { key: 'health', label: 'Overall health', read: (facts) => describeHealth(facts.isPassed) },
  ...smartCounters.map(({ key, evidenceKey, label }) => ({
    key: evidenceKey.replace('smart_', ''),
    label,
    read: (facts: SmartFacts) => facts[key],
  })),
  { key: 'percentage_used', label: 'Endurance used (%)', read: (facts) => facts.percentageUsed },
  { key: 'temperature_c', label: 'Temperature (°C)', read: (facts) => facts.temperatureC },
  { key: 'power_on_hours', label: 'Power-on hours', read: (facts) => facts.powerOnHours },
];

/** The two readings side by side. */
export function buildSmartTable(looks: Looks): ReportSmart {
  const before = looks.before?.kind === 'read' ? looks.before.facts : null;
  const after = looks.after?.kind === 'read' ? looks.after.facts : null;
  const cells = rows.map(({ key, label, read }) => ({
    key,
    label,
    before: before && read(before),
    after: after && read(after),
  }));
  return {
    before: buildSide(looks.before),
    after: buildSide(looks.after),
    rows: cells.filter((row) => row.before !== null || row.after !== null),
  };
}

function buildSide(look: SmartLook | null): ReportSmartSide {
  if (look === null) return { is_read: false, reason: 'no reading was taken' };
  if (look.kind === 'read') return { is_read: true, reason: null };
  return { is_read: false, reason: cleanText(look.reason) };
}

function describeHealth(isPassed: boolean | null): string | null {
  if (isPassed === null) return null;
  return isPassed ? 'passed' : 'failing';
}
