/** Those who wait for one thing, each with a signal of its own. */
export class WaitingRoom<T> {
  readonly #waiters = new Set<{
    readonly resolve: (value: T) => void;
    readonly reject: (reason: Error) => void;
  }>();

  /** Rejects with the signal's reason when that comes first. */
  wait(signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const leave = () => waiter.reject(signal.reason as Error);
      const end = () => {
        this.#waiters.delete(waiter);
        signal.removeEventListener('abort', leave);
      };
      const waiter = {
        resolve: (value: T) => {
          end();
          resolve(value);
        },
        reject: (reason: Error) => {
          end();
          reject(reason);
        },
      };
      this.#waiters.add(waiter);
      signal.addEventListener('abort', leave);
    });
  }

  /** Gives all of them what they wait for. */
  admit(value: T): void {
    for (const waiter of [...this.#waiters]) waiter.resolve(value);
  }

  /** Sends all of them away. */
  dismiss(reason: Error): void {
    for (const waiter of [...this.#waiters]) waiter.reject(reason);
  }
}
