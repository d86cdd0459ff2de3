import type { Answer } from '../../lib/core/views';

/** Sorts answers: those to a gate's own requests go back with the message that asked, the others go out alone. */
export interface Answers {
  /** An answer from the engine; held while an own request is under way, because it may be that request's. */
  heard(answer: Answer): void;
  /** Waits for the answers to an own request. */
  own(ask: () => Promise<readonly Answer[]>): Promise<readonly Answer[]>;
}

/** Opens the sorting of answers; `send` gets those that no own request returned. */
export function openAnswers(send: (answer: Answer) => void): Answers {
  let asking = 0;
  let held: Answer[] = [];
  const returned = new Set<string>();
  const release = () => {
    const others = held.filter((answer) => !returned.has(buildKey(answer)));
    held = [];
    returned.clear();
    others.forEach(send);
  };
  return {
    heard: (answer) => (asking > 0 ? void held.push(answer) : send(answer)),
    own: async (ask) => {
      asking += 1;
      try {
        const answers = await ask();
        answers.forEach((answer) => returned.add(buildKey(answer)));
        return answers;
      } finally {
        asking -= 1;
        if (asking === 0) release();
      }
    },
  };
}

function buildKey({ transaction, verb, serial, ok }: Answer): string {
  return JSON.stringify([transaction, verb, serial, ok]);
}
