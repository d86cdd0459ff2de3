import type { Release } from './versions';

/** `[Linux, FreeBSD]`; TrueNAS's own numbers are the same everywhere. */
const numbers = {
  ENOENT: [2, 2],
  EAGAIN: [11, 35],
  EACCES: [13, 13],
  EFAULT: [14, 14],
  EBUSY: [16, 16],
  EINVAL: [22, 22],
  ETOOMANYREFS: [109, 59],
  ENOMETHOD: [201, 201],
  ENOTAUTHENTICATED: [207, 207],
} as const;
export type ErrorName = keyof typeof numbers;

/** `[attribute, message, errno]` of one parameter. */
export type Complaint = readonly [attribute: string | null, message: string, errno: number];

interface ErrorFacts {
  readonly name: ErrorName;
  readonly reason: string;
  /** Class of the exception in the middleware. */
  readonly kind: 'CallError' | 'ValidationErrors' | 'MatchNotFound' | 'AttributeError' | 'Error';
  readonly complaints: readonly Complaint[] | null;
}

/** The middleware's "no" to a call. */
export class MiddlewareError extends Error {
  readonly facts: ErrorFacts;

  constructor(facts: ErrorFacts) {
    super(facts.reason);
    this.facts = facts;
  }
}

export function callError(name: ErrorName, text: string): MiddlewareError {
  return new MiddlewareError({ name, reason: `[${name}] ${text}`, kind: 'CallError', complaints: null });
}

/** A failure that nobody in the middleware had thought of: it arrives as EINVAL with the bare words of the exception. */
export function crash(kind: 'AttributeError' | 'Error', text: string): MiddlewareError {
  return new MiddlewareError({ name: 'EINVAL', reason: text, kind, complaints: null });
}

export function invalid(...complaints: readonly Complaint[]): MiddlewareError {
  const lines = complaints.map(
    ([attribute, message, errno]) => `[${nameOf(errno)}] ${attribute ?? 'None'}: ${message}`,
  );
  return new MiddlewareError({
    name: 'EINVAL',
    reason: lines.join('\n'),
    kind: 'ValidationErrors',
    complaints,
  });
}

export function complain(attribute: string, message: string): Complaint {
  return [attribute, message, numbers.EINVAL[0]];
}

/** `get: true` that finds nothing. */
export function noMatch(): MiddlewareError {
  return new MiddlewareError({ name: 'EINVAL', reason: '', kind: 'MatchNotFound', complaints: null });
}

/** What `*.get_instance` says of a thing that is not there. */
export function noInstance(text: string): MiddlewareError {
  return invalid([null, text, numbers.ENOENT[0]]);
}

/** The number that the server's own system has for it. */
export function errnoOf(name: ErrorName, release: Release): number {
  return numbers[name][release.isCore ? 1 : 0];
}

/** Frames are gone in 26. */
export function buildTrace({ facts }: MiddlewareError, release: Release): object {
  const { kind, reason } = facts;
  return {
    class: kind,
    ...(release.key === '26' ? {} : { frames: [] }),
    formatted: `Traceback (most recent call last):\n  File "/usr/lib/python3/dist-packages/middlewared/main.py", line 1, in call\n${kind}: ${reason}\n`,
    repr: `${kind}(${JSON.stringify(reason)})`,
  };
}

function nameOf(errno: number): string {
  return Object.entries(numbers).find(([, [linux]]) => linux === errno)?.[0] ?? 'EINVAL';
}
