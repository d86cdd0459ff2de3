import { RefusedError } from '../core/refusal';
import type { NotifySettings } from '../core/settings';
import type { JobReport } from '../core/views';
import { defaultTimeoutMs } from './notifier';
import type { Notifier } from './notifier';
import { decode } from './redact-secrets';
import { runBounded } from './run-bounded';

/** An answer that is not a success. Its text is ours, never the server's. */
class BadAnswer extends Error {}

/**
 * Posts each report as JSON `{ subject, text, report }` to WEBHOOK_URL, null when there is none. User and password of
 * the URL are sent as basic authentication. Redirects are not followed: a report must not end up elsewhere. Errors name
 * the host only, as path and query often are the key. Throws RefusedError for a WEBHOOK_URL that is not a URL.
 */
export function openWebhook(settings: NotifySettings, timeoutMs = defaultTimeoutMs): Notifier | null {
  if (settings.webhookUrl === null) return null;
  const url = URL.parse(settings.webhookUrl);
  if (url === null) throw new RefusedError('malformed', 'WEBHOOK_URL is not a URL');
  const closed = new AbortController();
  return {
    channel: 'webhook',
    send: (report, caller) =>
      runBounded({
        name: `Webhook ${url.host}`,
        timeoutMs,
        caller,
        closed: closed.signal,
        work: (signal) => post(url, report, signal),
        describe: describeFetchError,
      }),
    close: () => closed.abort(),
  };
}

async function post(url: URL, report: JobReport, signal: AbortSignal): Promise<void> {
  const response = await fetch(withoutLogin(url), {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/json', ...buildLogin(url) },
    body: JSON.stringify({ subject: report.subject, text: report.text, report: report.data }),
    signal,
  });
  // Only the status counts; an unread body would keep the connection.
  await response.body?.cancel();
  if (response.status >= 300 && response.status < 400) {
    throw new BadAnswer(
      `answered ${response.status}, a redirect, which is not followed: set the final address`,
    );
  }
  if (!response.ok) throw new BadAnswer(`answered ${response.status}`);
}

function withoutLogin(url: URL): URL {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare;
}

function buildLogin(url: URL): Readonly<Record<string, string>> {
  if (url.username === '' && url.password === '') return {};
  const login = Buffer.from(`${decode(url.username)}:${decode(url.password)}`).toString('base64');
  return { authorization: `Basic ${login}` };
}

/** fetch hides the reason in the cause, whose code (`ECONNREFUSED`, `CERT_HAS_EXPIRED`) is all that is shown. */
function describeFetchError(error: unknown): string {
  if (error instanceof BadAnswer) return error.message;
  const cause = error instanceof Error ? error.cause : null;
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  return typeof code === 'string' ? `the request failed (${code})` : 'the request failed';
}
