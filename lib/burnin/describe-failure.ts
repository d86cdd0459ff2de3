import { RefusedError, StoreUnreachableError, UnreachableError, type Refusal } from '../core/refusal';
import { describeError, type EngineBase } from './engine-base';

/** An error as the refusal of a request; one that nobody expected is logged as well. */
export function describeFailure(base: EngineBase, error: unknown): Refusal {
  if (error instanceof RefusedError) return { code: error.code, message: error.message };
  const text = describeError(error);
  if (error instanceof StoreUnreachableError) {
    const message = `The request was not done and nothing was changed: ${text}. Send it again when that is over.`;
    return { code: 'not_ready', message };
  }
  if (error instanceof UnreachableError) {
    return {
      code: 'stale',
      message: `Nothing is known of the drives now: ${text} Try again when the NAS is reachable.`,
    };
  }
  base.log('error', `request failed: ${text}`);
  return { code: 'not_ready', message: `The request could not be taken: ${text}` };
}
