/** How often a NAS is probed unless somebody wants it otherwise. */
export const defaultPollIntervalMs = 12_000;

/** Milliseconds between probes from a field in seconds; 12 seconds when it is blank or not between 1 and 3600. */
export function readPollInterval(field: unknown): number {
  const seconds = typeof field === 'string' && field.trim() !== '' ? Number(field) : field;
  if (typeof seconds !== 'number') return defaultPollIntervalMs;
  return seconds >= 1 && seconds <= 3600 ? Math.round(seconds * 1000) : defaultPollIntervalMs;
}
