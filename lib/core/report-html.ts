import { markup } from './markup';
import type { Markup } from './markup';
import type { ReportData, ReportStage } from './report-data';
import { describeCell, describeStageTime, listBadBlockLines, listDriveLines } from './report-lines';
import { buildPage } from './report-page';
import type { ReportSmart } from './report-smart';
import { describeTime, stateSentences } from './words';

/** The report of a job as one page. */
export function buildReportHtml(data: ReportData, subject: string): string {
  const body = markup`<p>${stateSentences[data.state]}</p>
${buildList('Reasons', data.reasons)}
${buildList('Gaps', data.gaps)}
<h2>Drive and job</h2>
<table>${listDriveLines(data).map(([label, value]) => markup`<tr><th>${label}</th><td>${value}</td></tr>`)}</table>
<h2>Stages</h2>
${data.stages.map(buildStage)}
${buildList('Bad blocks', listBadBlockLines(data))}
${data.smart === null ? [] : buildTable(data.smart)}
${buildList(
  'Events',
  data.events.map((event) => `${describeTime(event.at)}: ${event.message}`),
)}
${data.log_tail.length === 0 ? [] : markup`<h2>End of the log</h2><pre>${data.log_tail.join('\n')}</pre>`}
<p>Report made at ${describeTime(data.generated_at)}. All times are UTC.</p>`;
  return buildPage(subject, data.state, body);
}

/** A heading and a list, nothing where the list is empty. */
export function buildList(title: string, texts: readonly string[]): readonly Markup[] {
  if (texts.length === 0) return [];
  return [markup`<h2>${title}</h2><ul>${texts.map((text) => markup`<li>${text}</li>`)}</ul>`];
}

function buildStage(stage: ReportStage, index: number): Markup {
  const items = [
    ...stage.reasons.map((reason) => markup`<li>because: ${reason}</li>`),
    ...stage.evidence.map((item) => markup`<li class="${item.state}">[${item.state}] ${item.text}</li>`),
  ];
  return markup`<h3>${index + 1}. ${stage.name}: ${stage.state}</h3>
<p>${describeStageTime(stage)}</p><ul>${items}</ul>
`;
}

function buildTable(smart: ReportSmart): Markup {
  if (smart.rows.length === 0)
    return markup`<h2>SMART before and after</h2><p>No values: see the gaps above.</p>`;
  const rows = smart.rows.map(
    ({ label, before, after }) =>
      markup`<tr class="${before === after ? 'same' : 'changed'}"><td>${label}</td><td>${describeCell(before)}</td><td>${describeCell(after)}</td></tr>`,
  );
  return markup`<h2>SMART before and after</h2>
<table><tr><th></th><th>before</th><th>after</th></tr>${rows}</table>`;
}
