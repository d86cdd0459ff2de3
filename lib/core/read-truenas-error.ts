import { cleanText } from './clean-text';
import { itemsAt, numberAt, textAt, valueAt } from './read-json';
import { TruenasError } from './truenas-error';
import type { TruenasErrorReason } from './truenas-error';

/** What both dialects tell of a failed call, brought to one form. */
interface Fault {
  /** JSON-RPC's code, null in the other dialect. */
  readonly code: number | null;
  readonly errno: number | null;
  /** `EACCES`, from its own field or from the brackets in front of the reason. */
  readonly errname: string | null;
  readonly isValidation: boolean;
  readonly className: string | null;
  readonly extra: readonly unknown[];
  readonly words: string;
}

/** Names are the same everywhere, numbers are not: 11 is EAGAIN on Linux and EDEADLK on FreeBSD, where EAGAIN is 35. */
const reasonsByName: Readonly<Record<string, TruenasErrorReason>> = {
  ENOMETHOD: 'no_method',
  EACCES: 'not_authorized',
  EPERM: 'not_authorized',
  ENOTAUTHENTICATED: 'not_authorized',
  ENOENT: 'not_found',
  EBUSY: 'busy',
  ETOOMANYREFS: 'too_many',
};

/** Those that mean one thing only, wherever they come from. */
const reasonsByNumber: Readonly<Record<number, TruenasErrorReason>> = {
  1: 'not_authorized',
  2: 'not_found',
  13: 'not_authorized',
  16: 'busy',
  // ETOOMANYREFS of FreeBSD and of Linux.
  59: 'too_many',
  109: 'too_many',
  201: 'no_method',
  207: 'not_authorized',
};

const reasonsByCode: Readonly<Record<number, TruenasErrorReason>> = {
  [-32700]: 'invalid',
  [-32600]: 'invalid',
  [-32601]: 'no_method',
  [-32602]: 'invalid',
  [-32000]: 'too_many',
};

/** Reads the `error` of a JSON-RPC answer, whatever it is. */
export function readRpcError(error: unknown): TruenasError {
  const reason = textAt(error, 'data', 'reason');
  const code = numberAt(error, 'code');
  return buildError({
    code,
    errno: numberAt(error, 'data', 'error'),
    errname: textAt(error, 'data', 'errname') ?? readErrname(reason),
    isValidation: code === -32602,
    className: textAt(error, 'data', 'trace', 'class'),
    extra: itemsAt(error, 'data', 'extra'),
    words: reason ?? textAt(error, 'message') ?? 'no reason was given',
  });
}

/** Reads the `error` of a DDP result, whatever it is. */
export function readDdpError(error: unknown): TruenasError {
  const reason = textAt(error, 'reason');
  return buildError({
    code: null,
    errno: numberAt(error, 'error'),
    errname: textAt(error, 'errname') ?? readErrname(reason),
    isValidation: textAt(error, 'type') === 'VALIDATION',
    className: textAt(error, 'trace', 'class'),
    extra: itemsAt(error, 'extra'),
    words: reason ?? 'no reason was given',
  });
}

/**
 * Reads what midclt prints on standard error, brought to one line: the reason first, then a trace, which ends in the class
 * of the exception and the reason again.
 */
export function readMidcltError(text: string): TruenasError {
  const reason = text.replace(/Traceback \(most recent call last\).*$/s, '').trim();
  const errname = readErrname(/\[E[A-Z]{2,30}\]/.exec(text)?.[0] ?? null);
  const isAbsent = /Method (?:'[^']*' not found|does not exist)|Service '[^']*' not found/.test(text);
  return buildError({
    code: isAbsent ? -32601 : null,
    errno: null,
    errname,
    isValidation: /\bValidationErrors?\b|Invalid params/.test(text),
    className: /\bMatchNotFound\b/.test(text) ? 'MatchNotFound' : null,
    extra: [],
    words: reason === '' ? text.trim() || 'no reason was given' : reason,
  });
}

function readErrname(reason: string | null): string | null {
  return /^\[(E[A-Z]{2,30})\]/.exec(reason ?? '')?.[1] ?? null;
}

/** More would not fit into a message, and a hostile NAS may send a million. */
const mostDetails = 20;

function buildError(fault: Fault): TruenasError {
  const details = fault.extra
    .slice(0, mostDetails)
    .map((item) => [textAt(item, 0), textAt(item, 1)].filter((part) => part !== null).join(': '))
    .filter((detail) => detail !== '' && !fault.words.includes(detail));
  const words = details.length === 0 ? fault.words : `${fault.words} (${details.join('; ')})`;
  return new TruenasError(readReason(fault), cleanText(words, 500), fault.errno);
}

function readReason({ code, errno, errname, isValidation, className, extra }: Fault): TruenasErrorReason {
  const hasGone = extra.length > 0 && extra.every((item) => valueAt(item, 2) === 2);
  if (className === 'MatchNotFound' || hasGone) return 'not_found';
  const named = errname === null ? undefined : lookUp(reasonsByName, errname);
  if (named !== undefined) return named;
  // The number of several validation errors is EAGAIN and that of one its own: neither tells anything.
  if (isValidation) return errno === 2 ? 'not_found' : 'invalid';
  // A name that is known to mean something else must not be read by its number.
  const numbered = errno === null || errname !== null ? undefined : lookUp(reasonsByNumber, errno);
  return numbered ?? (code === null ? undefined : lookUp(reasonsByCode, code)) ?? 'failed';
}

function lookUp<T>(table: Readonly<Record<string | number, T>>, key: string | number): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
