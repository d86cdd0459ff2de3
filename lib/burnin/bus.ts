/** A typed event bus. A listener that throws is reported and does not stop the others. */
export interface Bus<Events extends Record<keyof Events, unknown[]>> {
  on<E extends keyof Events>(event: E, listener: (...args: Events[E]) => void): () => void;
  emit<E extends keyof Events>(event: E, ...args: Events[E]): void;
}

export function createBus<Events extends Record<keyof Events, unknown[]>>(
  onError: (error: unknown) => void,
): Bus<Events> {
  const listeners: { [E in keyof Events]?: Set<(...args: Events[E]) => void> } = {};
  return {
    on: (event, listener) => {
      const set = (listeners[event] ??= new Set());
      set.add(listener);
      return () => void set.delete(listener);
    },
    emit: (event, ...args) => {
      for (const listener of [...(listeners[event] ?? [])]) {
        try {
          listener(...args);
        } catch (error) {
          onError(error);
        }
      }
    },
  };
}
