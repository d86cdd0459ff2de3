/** Counts calls in windows of fixed length, as the middleware does for methods that need no login. */
export function buildRateLimit(calls: number, windowMs: number): (what: string) => boolean {
  const seen = new Map<string, { count: number; sinceMs: number }>();
  return (what) => {
    const now = Date.now();
    const entry = seen.get(what);
    if (entry === undefined || now - entry.sinceMs >= windowMs) {
      seen.set(what, { count: 1, sinceMs: now });
      return true;
    }
    entry.count += 1;
    return entry.count <= calls;
  };
}
