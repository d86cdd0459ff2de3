import { createTransport } from 'nodemailer';
import addressparser from 'nodemailer/lib/addressparser';
import { cleanText } from '../core/clean-text';
import { RefusedError } from '../core/refusal';
import type { NotifySettings } from '../core/settings';
import { defaultTimeoutMs } from './notifier';
import type { Notifier } from './notifier';
import { redactSecrets } from './redact-secrets';
import { runBounded } from './run-bounded';

/**
 * Mail by the server of SMTP_URL, null when there is none or nobody to send to. Every report is a connection of its
 * own. Throws RefusedError for an SMTP_URL that is not a URL.
 */
export function openMailer(settings: NotifySettings, timeoutMs = defaultTimeoutMs): Notifier | null {
  const { smtpUrl, mailTo } = settings;
  if (smtpUrl === null || mailTo === null) return null;
  const url = URL.parse(smtpUrl);
  if (url === null) throw new RefusedError('malformed', 'SMTP_URL is not a URL');
  const transport = openTransport(smtpUrl, timeoutMs);
  const closed = new AbortController();
  return {
    channel: 'mail',
    send: (report, caller) =>
      runBounded({
        name: `Mail by ${url.host}`,
        timeoutMs,
        caller,
        closed: closed.signal,
        work: async (signal) => {
          await transport.sendMail({
            from: settings.mailFrom ?? addressparser(mailTo, { flatten: true })[0],
            to: mailTo,
            subject: cleanText(report.subject, 250),
            text: report.text,
            html: report.html,
            headers: { 'Auto-Submitted': 'auto-generated' },
            signal,
          });
        },
        describe: (error) => describeMailError(error, url),
      }),
    close: () => {
      closed.abort();
      transport.close();
    },
  };
}

/** The library's own bounds only back up the one over the whole attempt, which says what happened in our words. */
function openTransport(url: string, attemptMs: number) {
  const timeoutMs = attemptMs + 5000;
  return createTransport({
    url,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    socketCloseTimeout: 1000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/** A server's words on a refused login are left out: some repeat what they were given. */
function describeMailError(error: unknown, url: URL): string {
  if (!(error instanceof Error)) return 'the mail could not be sent';
  if ('code' in error && error.code === 'EAUTH') return 'the server refused the login';
  return cleanText(redactSecrets(error.message, url), 300);
}
