/** A state as payloads write it: `unknown` is `indeterminate`, since Home Assistant keeps the first word for itself. */
export type Published<S extends string> = Exclude<S, 'unknown'> | 'indeterminate';

/** Writes the state of a job or a stage as payloads do. */
export function buildPublishedState<S extends string>(state: S): Published<S> {
  return state === 'unknown' ? 'indeterminate' : (state as Exclude<S, 'unknown'>);
}

/**
 * Writes milliseconds since the epoch as ISO 8601 with zone, as Home Assistant demands. Null for null and for anything
 * that is not a point in time.
 */
export function buildTimestamp(at: number | null): string | null {
  if (at === null) return null;
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
