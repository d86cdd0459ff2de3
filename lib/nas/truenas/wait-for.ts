/** Waits. Rejects with the signal's reason when that comes first. */
export function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const end = () => signal.removeEventListener('abort', leave);
    const timer = setTimeout(() => {
      end();
      resolve();
    }, ms);
    const leave = () => {
      clearTimeout(timer);
      end();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', leave);
  });
}
