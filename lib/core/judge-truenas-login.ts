import { itemsAt, textAt } from './read-json';
import type { TruenasError } from './truenas-error';
import type { TruenasFailure } from './truenas-failure';
import type { TruenasTarget } from './truenas-target';
import { readTruenasTarget } from './truenas-target';

export type LoginVerdict =
  | { readonly kind: 'in' }
  /** This is the standby of a pair; the other controller is here. */
  | { readonly kind: 'redirect'; readonly target: TruenasTarget }
  | { readonly kind: 'failed'; readonly failure: TruenasFailure };

const refusals: Readonly<Record<string, string>> = {
  AUTH_ERR: 'the API key or its user name is wrong, or the key was deleted or revoked',
  EXPIRED:
    'the API key or its user has expired, or the key was just revoked because it came over a connection that is not TLS up to TrueNAS itself (a proxy in between?): make a new key',
  DENIED: 'the user of the API key has no privilege to use the API',
  OTP_REQUIRED: 'TrueNAS wants a second factor, which an API key cannot give',
  SCRAM_RESPONSE: 'TrueNAS answered with a way to log in that was not asked for',
};

/** Judges the answer to `auth.login_ex` or `auth.login_with_api_key`, whatever it is. Only a clear yes is one. */
export function judgeTruenasLogin(answer: unknown): LoginVerdict {
  if (answer === true) return { kind: 'in' };
  if (answer === false)
    return refuse('the API key is wrong, expired or revoked (with its user name set, TrueNAS says which)');
  const type = textAt(answer, 'response_type');
  if (type === 'SUCCESS') return { kind: 'in' };
  if (type === 'REDIRECT') return judgeRedirect(itemsAt(answer, 'urls'));
  const known = type !== null && Object.hasOwn(refusals, type) ? refusals[type] : undefined;
  return refuse(known ?? 'TrueNAS answered the login in a way that is not known');
}

function judgeRedirect(urls: readonly unknown[]): LoginVerdict {
  for (const url of urls) {
    const target = readTruenasTarget(typeof url === 'string' ? url : '');
    if (target.ok) return { kind: 'redirect', target: target.value };
  }
  const message = 'this is the standby controller, and it names no other one with https:// or wss://';
  return { kind: 'failed', failure: { kind: 'lost', message } };
}

/** Judges an error instead of an answer. */
export function judgeTruenasLoginError({ reason, errno, message }: TruenasError): LoginVerdict {
  // EOPNOTSUPP of Linux and of FreeBSD.
  if (errno === 95 || errno === 45) return refuse(`TrueNAS takes no API keys as it is set up: ${message}`);
  switch (reason) {
    case 'busy':
    case 'too_many':
      return { kind: 'failed', failure: { kind: 'rate_limited', message: `too many logins: ${message}` } };
    case 'failed':
      return { kind: 'failed', failure: { kind: 'lost', message: `the login failed: ${message}` } };
    default:
      return refuse(message);
  }
}

function refuse(words: string): LoginVerdict {
  return { kind: 'failed', failure: { kind: 'refused', message: `login refused: ${words}` } };
}
