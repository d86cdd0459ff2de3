import { padText, wrapText } from './clean-text';
import type { ReportData, ReportStage } from './report-data';
import { describeCell, describeStageTime, listBadBlockLines, listDriveLines } from './report-lines';
import type { ReportSmart } from './report-smart';
import { describeTime, stateSentences } from './words';

/** Columns of every report. */
export const textWidth = 78;

/** The report for a mail client that shows plain text: at most 78 columns, no control characters but line breaks. */
export function buildReportText(data: ReportData, subject: string): string {
  const lines = [
    ...wrapText(subject, textWidth),
    '='.repeat(Math.min(textWidth, Array.from(subject).length)),
    ...wrapText(stateSentences[data.state], textWidth),
    ...buildSection('Reasons', buildItems(data.reasons)),
    ...buildSection('Gaps', buildItems(data.gaps)),
    ...buildSection(
      'Drive and job',
      listDriveLines(data).flatMap(([label, value]) => wrapText(value, textWidth, `  ${padText(label, 14)}`)),
    ),
    ...buildSection('Stages', data.stages.flatMap(buildStage)),
    ...buildSection('Bad blocks', buildItems(listBadBlockLines(data))),
    ...buildSection('SMART before and after', data.smart === null ? [] : buildTable(data.smart)),
    ...buildSection(
      'Events',
      data.events.flatMap((event) => wrapText(event.message, textWidth, `  ${describeTime(event.at)}  `)),
    ),
    ...buildSection(
      'End of the log',
      data.log_tail.flatMap((line) => wrapText(line, textWidth, '  | ')),
    ),
    '',
    `Report made at ${describeTime(data.generated_at)}. All times are UTC.`,
  ];
  return `${lines.join('\n')}\n`;
}

/** A heading and its lines, nothing where there are none. */
export function buildSection(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, '-'.repeat(title.length), ...lines];
}

/** Each text as an item of a list. */
export function buildItems(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => wrapText(text, textWidth, '  * '));
}

function buildStage(stage: ReportStage, index: number): readonly string[] {
  return [
    ...wrapText(`${stage.name}: ${stage.state}, ${describeStageTime(stage)}`, textWidth, `  ${index + 1}. `),
    ...stage.reasons.flatMap((reason) => wrapText(reason, textWidth, '     because: ')),
    ...stage.evidence.flatMap((item) =>
      wrapText(item.text, textWidth, `     ${padText(`[${item.state}]`, 11)}`),
    ),
  ];
}

function buildTable(smart: ReportSmart): readonly string[] {
  if (smart.rows.length === 0) return ['  No values: see the gaps above.'];
  const row = (cells: readonly [string, string, string]) =>
    `  ${padText(cells[0], 46)}${padText(cells[1], 15)}${cells[2]}`.trimEnd();
  return [
    row(['', 'before', 'after']),
    ...smart.rows.map(({ label, before, after }) => row([label, describeCell(before), describeCell(after)])),
  ];
}
