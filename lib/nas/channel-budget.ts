/** Gives back what was taken; calling it twice counts once. */
export type Release = () => void;

/** So many at once, the rest in the order they came. */
export interface ChannelBudget {
  /** Resolves when a place is free. Rejects with the signal's reason when that comes first. */
  take(signal: AbortSignal): Promise<Release>;
  /** Places taken now. */
  readonly taken: number;
}

/** `places` is at least 1. */
export function buildChannelBudget(places: number): ChannelBudget {
  let taken = 0;
  const queue = new Set<() => void>();
  const next = () => {
    const [first] = queue;
    if (first === undefined || taken >= places) return;
    queue.delete(first);
    first();
  };
  const occupy = (): Release => {
    let isHeld = true;
    taken += 1;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      taken -= 1;
      next();
    };
  };
  const take = (signal: AbortSignal) =>
    new Promise<Release>((resolve, reject) => {
      signal.throwIfAborted();
      const start = () => {
        signal.removeEventListener('abort', leave);
        resolve(occupy());
      };
      const leave = () => {
        queue.delete(start);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', leave);
      queue.add(start);
      next();
    });
  return {
    take,
    get taken() {
      return taken;
    },
  };
}
