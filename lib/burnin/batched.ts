/**
 * Makes many callers share one expensive read. A caller is never given a read that began before it asked: what it
 * asks about may have changed in between (a look that began before a start would call the new run vanished).
 */
export function batched<T>(read: () => Promise<T>): () => Promise<T> {
  let current: Promise<T> | null = null;
  let following: Promise<T> | null = null;

  const begin = (): Promise<T> => {
    const reading = read().finally(() => {
      if (current === reading) current = null;
    });
    current = reading;
    return reading;
  };

  return () => {
    if (current === null) return begin();
    following ??= current
      .then(
        () => undefined,
        () => undefined,
      )
      .then(() => {
        following = null;
        return begin();
      });
    return following;
  };
}
