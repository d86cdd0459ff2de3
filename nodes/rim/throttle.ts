/** Lets the first value of a key through at once, then the newest one per interval. */
export interface Throttle<K, V> {
  offer(key: K, value: V): void;
  /** Forgets what waits for the key. */
  drop(key: K): void;
  /** Forgets everything; what is offered later goes nowhere. */
  close(): void;
}

/** Opens a throttle. Its timers do not keep the process alive. */
export function openThrottle<K, V>(options: {
  intervalMs: number;
  emit: (value: V) => void;
}): Throttle<K, V> {
  const timers = new Map<K, NodeJS.Timeout>();
  const waiting = new Map<K, V>();
  let isOpen = true;
  const emit = (key: K, value: V) => {
    timers.set(key, setTimeout(() => next(key), options.intervalMs).unref());
    options.emit(value);
  };
  const next = (key: K) => {
    timers.delete(key);
    const value = waiting.get(key);
    if (waiting.delete(key)) emit(key, value as V);
  };
  return {
    offer: (key, value) => {
      if (timers.has(key)) waiting.set(key, value);
      else if (isOpen) emit(key, value);
    },
    drop: (key) => void waiting.delete(key),
    close: () => {
      isOpen = false;
      timers.forEach((timer) => clearTimeout(timer));
      timers.clear();
      waiting.clear();
    },
  };
}

/** Status and progress messages of a node come at most this often. */
export const messageIntervalMs = 1000;
