import type { CollectionEvent } from './world';

/** What a socket's protocol does with what comes and goes. */
export interface Dialect {
  /** One message, parsed. */
  onMessage(message: unknown): void;
  /** A message that is no JSON at all; the socket is closed when there is a code. */
  onNonsense(): { readonly closeCode: number } | null;
  sendEvent(event: CollectionEvent): void;
}

export type Send = (message: object) => void;

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
