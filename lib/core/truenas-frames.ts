import type { Reading } from './read-host-answer';
import type { TruenasError } from './truenas-error';
import type { Redact } from './truenas-secrets';

/** What one frame from the middleware says. */
export type TruenasFrame =
  | { readonly kind: 'answer'; readonly id: string; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: string; readonly error: TruenasError }
  /** Something in this collection changed: ask again. What changed is told too badly to be used. */
  | { readonly kind: 'hint'; readonly collection: string }
  /** Understood, and of no concern. */
  | { readonly kind: 'nothing' };

/** One call, with an id that the answer will repeat. */
export interface TruenasCallFrame {
  readonly id: string;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** How the middleware is talked to over a socket. */
export interface TruenasDialect {
  readonly way: 'json_rpc' | 'ddp';
  readonly path: string;
  /** The first frame, answered under this id; null where none is needed. */
  readonly greeting: { readonly id: string; readonly text: string } | null;
  /** Frames are told from each other by the id, which is `count` in the dialect's own form. */
  buildId(count: number): string;
  buildCall(call: TruenasCallFrame): string;
  /** `id` comes from `buildSubscriptionId`. */
  buildSubscription(id: string, collection: string): string;
  buildSubscriptionId(count: number): string;
  /** Never throws: a frame that is not of this dialect is a problem, and has no effect. */
  read(text: string, redact: Redact): Reading<readonly TruenasFrame[]>;
}

/** Limit of the middleware for one frame after login; a longer one closes the socket. */
export const maxCallBytes = 64 * 1024;
