import { markup } from './markup';
import type { Markup } from './markup';
import type { ReportData, ReportStage } from './report-data';
import { describeCell, describeStageTime, listBadBlockLines, listDriveLines } from './report-lines';
import type { ReportSmart } from './report-smart';
import { describeTime, stateSentences } from './words';

/** Of every report; in the page itself, since nothing may be loaded. */
export const reportStyle = `
body { font: 15px/1.45 system-ui, sans-serif; color: #1b1b1b; background: #fff; max-width: 50rem; margin: 1.5rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; border-left: .5rem solid #777; padding-left: .7rem; }
h1.passed { border-color: #1a7f37; } h1.failed { border-color: #c62828; } h1.unknown, h1.cancelled { border-color: #b26a00; }
h2 { font-size: 1.1rem; margin: 1.6rem 0 .4rem; } h3 { font-size: 1rem; margin: 1rem 0 .2rem; }
table { border-collapse: collapse; } td, th { text-align: left; vertical-align: top; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #ddd; }
td, li, p { overflow-wrap: anywhere; } ul { margin: .2rem 0; padding-left: 1.3rem; }
.missing, .contrary { font-weight: 600; } .changed td { font-weight: 600; }
pre { font-size: 12px; white-space: pre-wrap; overflow-wrap: anywhere; background: #f5f5f5; padding: .6rem; }
@media print { body { margin: 0; max-width: none; font-size: 11pt; } h2, h3 { break-after: avoid; } tr, li { break-inside: avoid; } }
`;

/** The report as one page without scripts or anything from outside; for a browser, a mail client and paper. */
export function buildReportHtml(data: ReportData, subject: string): string {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${subject}</title>
<style>${{ html: reportStyle }}</style>
</head>
<body>
<h1 class="${data.state}">${subject}</h1>
<p>${stateSentences[data.state]}</p>
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
<p>Report made at ${describeTime(data.generated_at)}. All times are UTC.</p>
</body>
</html>
`.html;
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
