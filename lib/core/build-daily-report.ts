import { cleanText, wrapText } from './clean-text';
import { buildDailyData, dailyLists, isQuiet } from './daily-data';
import type {
  DailyData,
  DailyDrives,
  DailyEnd,
  DailyFacts,
  DailyList,
  DailyLive,
  DailyOverride,
} from './daily-data';
import { markup } from './markup';
import { buildList } from './report-html';
import { buildPage } from './report-page';
import { buildItems, buildSection, textWidth } from './report-text';
import type { JobReport } from './views';
import { describeTime } from './words';

/** A heading and what stands under it, the same in text and HTML. */
interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

const titles: Readonly<Record<DailyList, string>> = {
  failed: 'Failed',
  overrides: 'Overridden safety locks',
  unknown: 'Unknown',
  cancelled: 'Cancelled',
  passed: 'Passed',
  running: 'Running',
  queued: 'Queued',
  alerts: 'Alerts',
};

/**
 * The report of one day of one NAS: subject, data (`DailyData`), plain text and HTML, all from the same data. Foreign text
 * is cleaned of control characters everywhere, and escaped in HTML. Null for a quiet day, which is not worth a mail.
 */
export function buildDailyReport(facts: DailyFacts): JobReport | null {
  const data = buildDailyData(facts);
  if (isQuiet(data)) return null;
  const subject = buildSubject(data);
  const sections = listSections(data);
  return {
    subject,
    data,
    text: buildText(data, subject, sections),
    html: buildHtml(data, subject, sections),
  };
}

function buildSubject({ counts, nas }: DailyData): string {
  const words = (list: DailyList) => (counts[list] === 1 ? list.replace(/s$/, '') : list);
  const parts = dailyLists.filter((list) => counts[list] > 0).map((list) => `${counts[list]} ${words(list)}`);
  return `Burn-in, daily report: ${parts.join(', ')} on ${cleanText(nas, 60)}`;
}

function listSections(data: DailyData): readonly Section[] {
  const lines: Readonly<Record<DailyList, readonly string[]>> = {
    failed: data.failed.map(describeEnd),
    overrides: data.overrides.map(describeOverride),
    unknown: data.unknown.map(describeEnd),
    cancelled: data.cancelled.map(describeEnd),
    passed: data.passed.map(describeEnd),
    running: data.running.map(describeRunning),
    queued: data.queued.map(describeQueued),
    alerts: data.alerts,
  };
  const sections = dailyLists.map((list) => {
    const rest = data.counts[list] - lines[list].length;
    const more = list === 'overrides' ? `${rest} earlier refused unlocks` : `${rest} more`;
    return { title: titles[list], lines: [...lines[list], ...(rest > 0 ? [`And ${more}`] : [])] };
  });
  return [...sections, { title: 'Drives', lines: [describeDrives(data.drives)] }];
}

function describeEnd(end: DailyEnd): string {
  const why = end.reasons.length === 0 ? '' : `: ${end.reasons.join('; ')}`;
  return `${describeHead(end)}${why} (ended ${describeTime(end.ended_at)}, ${describePeople(end)})`;
}

function describeRunning(live: DailyLive): string {
  const stage = live.stage ?? 'between two stages';
  return `${describeHead(live)}: ${stage}, ${live.percent} % of the job (since ${describeTime(live.since)}, ${describePeople(live)})`;
}

function describeQueued(live: DailyLive): string {
  return `${describeHead(live)} (since ${describeTime(live.since)}, ${describePeople(live)})`;
}

function describeHead({ serial, model }: DailyEnd | DailyLive): string {
  return model === null ? serial : `${serial}, ${model}`;
}

function describePeople({ operator, overridden_by: by }: DailyEnd | DailyLive): string {
  return by === null ? `by ${operator}` : `by ${operator}, safety locks overridden by ${by}`;
}

function describeOverride({ at, serial, message }: DailyOverride): string {
  return `${describeTime(at)}${serial === null ? '' : `, drive ${serial}`}: ${message}`;
}

function describeDrives(drives: DailyDrives | null): string {
  if (drives === null) return 'Not known: the NAS has not been seen since the start of the controller';
  const { present, locked, unfit, seen_at: at } = drives;
  return `${present} there, ${locked} of them with safety locks; ${unfit} more cannot be burned in (${describeTime(at)})`;
}

function buildIntro({ nas, since }: DailyData): string {
  return `NAS ${nas} since ${describeTime(since)}`;
}

function buildText(data: DailyData, subject: string, sections: readonly Section[]): string {
  const lines = [
    ...wrapText(subject, textWidth),
    '='.repeat(Math.min(textWidth, Array.from(subject).length)),
    ...wrapText(buildIntro(data), textWidth),
    ...sections.flatMap((section) => buildSection(section.title, buildItems(section.lines))),
    '',
    `Report made at ${describeTime(data.generated_at)}. All times are UTC.`,
  ];
  return `${lines.join('\n')}\n`;
}

function buildHtml(data: DailyData, subject: string, sections: readonly Section[]): string {
  const body = markup`<p>${buildIntro(data)}</p>
${sections.flatMap(({ title, lines }) => buildList(title, lines))}
<p>Report made at ${describeTime(data.generated_at)}. All times are UTC.</p>`;
  return buildPage(subject, judgeTone(data), body);
}

/** The colour beside the heading. */
function judgeTone({ counts }: DailyData): string {
  if (counts.failed > 0) return 'failed';
  return counts.unknown + counts.overrides + counts.alerts > 0 ? 'unknown' : 'running';
}
