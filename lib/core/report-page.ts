import { markup } from './markup';
import type { Markup } from './markup';

/** Of every report; in the page itself, since nothing may be loaded. */
const reportStyle = `
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

/**
 * A report as one page without scripts or anything from outside; for a browser, a mail client and paper. `tone` colours the
 * heading: a state of a job.
 */
export function buildPage(subject: string, tone: string, body: Markup): string {
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
<h1 class="${tone}">${subject}</h1>
${body}
</body>
</html>
`.html;
}
