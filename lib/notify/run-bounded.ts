import { UnreachableError } from '../core/refusal';

/** One delivery and what may end it early. */
interface Delivery {
  /** Starts every error text: channel and host, no credentials. */
  readonly name: string;
  readonly timeoutMs: number;
  /** The caller's wish. */
  readonly caller: AbortSignal;
  /** Aborts when the notifier is closed. */
  readonly closed: AbortSignal;
  /** Must end soon after its signal aborts. */
  readonly work: (signal: AbortSignal) => Promise<void>;
  /** Words for an error of `work`, free of credentials. */
  readonly describe: (error: unknown) => string;
}

/**
 * Does the work of a delivery until it is done, takes too long, or is not wanted any more. Rejects with
 * UnreachableError, without a `cause`: what libraries throw may hold credentials. Rejects with the caller's reason when
 * the caller aborts.
 */
export async function runBounded(delivery: Delivery): Promise<void> {
  const { name, timeoutMs, caller, closed } = delivery;
  const timer = AbortSignal.timeout(timeoutMs);
  caller.throwIfAborted();
  if (closed.aborted) throw new UnreachableError(`${name}: closed`);
  try {
    await delivery.work(AbortSignal.any([timer, caller, closed]));
  } catch (error) {
    caller.throwIfAborted();
    throw new UnreachableError(`${name}: ${describeEnd(delivery, timer, error)}`);
  }
}

function describeEnd(delivery: Delivery, timer: AbortSignal, error: unknown): string {
  if (delivery.closed.aborted) return 'closed';
  if (timer.aborted) return `no answer within ${delivery.timeoutMs / 1000} s`;
  return delivery.describe(error);
}
