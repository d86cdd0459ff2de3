import { UnreachableError } from '../../core/refusal';

/** A limit for something with several steps. */
export interface TruenasDeadline {
  /** Aborts with an UnreachableError when the time is up, and with its reason when the outer signal aborts. */
  readonly signal: AbortSignal;
  /** Has to be called when the limit is of no use any more. */
  end(): void;
}

/** `tell` gives the words at the moment the time is up. */
export function openTruenasDeadline(
  timeoutMs: number,
  outer: AbortSignal,
  tell: () => string = () => `no answer from TrueNAS within ${timeoutMs} ms`,
): TruenasDeadline {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new UnreachableError(tell())), timeoutMs);
  const leave = () => controller.abort(outer.reason);
  const end = () => {
    clearTimeout(timer);
    outer.removeEventListener('abort', leave);
  };
  outer.addEventListener('abort', leave);
  if (outer.aborted) leave();
  return { signal: controller.signal, end };
}
