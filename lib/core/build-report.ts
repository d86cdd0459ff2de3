import { cleanText } from './clean-text';
import { buildReportData } from './report-data';
import type { ReportData, ReportFacts } from './report-data';
import { buildReportHtml } from './report-html';
import { buildReportText } from './report-text';
import type { JobReport } from './views';

/**
 * The report of one job: subject, data (`ReportData`), plain text and HTML, all from the same data. Serials, models and
 * log lines are foreign text: cleaned of control characters everywhere, and escaped in HTML.
 */
export function buildReport(facts: ReportFacts): JobReport {
  const data = buildReportData(facts);
  const subject = buildSubject(data);
  return {
    subject,
    data,
    text: buildReportText(data, subject),
    html: buildReportHtml(data, subject),
  };
}

function buildSubject(data: ReportData): string {
  const model = data.drive.model ?? '';
  const drive = [model, data.drive.serial].filter((part) => part !== '').map((part) => cleanText(part, 60));
  return `Burn-in ${data.state.toUpperCase()}: ${drive.join(' ')} on ${cleanText(data.nas, 60)}`;
}
