import type { ClientChannel } from 'ssh2';
import type { RawOutput } from '../core/compose-command';
import { UnreachableError } from '../core/refusal';
import type { OutputCollector } from './collect-output';
import { collectOutput } from './collect-output';

export interface Conversation {
  /** Text for standard input, which is then closed. */
  readonly input: string;
  /** Line on both outputs that completes the answer of a supervisor; null waits for the channel's end. */
  readonly answerMark: string | null;
  /** Limit for each output. */
  readonly maxOutputBytes: number;
  /** Any of them gives the conversation up; its reason is what the promise rejects with. */
  readonly signals: readonly AbortSignal[];
}

/**
 * Sends the input and collects both outputs to their end. An end without exit status and without signal is a lost
 * command, not an answer. Rejects with UnreachableError or a signal's reason; the channel is then closed.
 */
export function converse(channel: ClientChannel, conversation: Conversation): Promise<RawOutput> {
  return new Promise((resolve, reject) => {
    new Exchange(channel, conversation, { resolve, reject }).start();
  });
}

interface Ending {
  readonly resolve: (output: RawOutput) => void;
  readonly reject: (reason: Error) => void;
}

class Exchange {
  readonly #channel: ClientChannel;
  readonly #conversation: Conversation;
  readonly #ending: Ending;
  readonly #stdout: OutputCollector;
  readonly #stderr: OutputCollector;
  #exitCode: number | null | undefined;
  #isClosed = false;
  #isSettled = false;

  constructor(channel: ClientChannel, conversation: Conversation, ending: Ending) {
    const { answerMark } = conversation;
    this.#channel = channel;
    this.#conversation = conversation;
    this.#ending = ending;
    this.#stdout = collectOutput(channel, answerMark, this.#check);
    this.#stderr = collectOutput(channel.stderr, answerMark, this.#check);
    channel.on('exit', (code: number | null) => {
      this.#exitCode = code;
      this.#check();
    });
    channel.on('close', () => {
      this.#isClosed = true;
      this.#check();
    });
  }

  start(): void {
    const { signals, input } = this.#conversation;
    for (const signal of signals) signal.addEventListener('abort', this.#abort);
    if (signals.some(({ aborted }) => aborted)) this.#abort();
    else this.#channel.end(input);
  }

  readonly #abort = () => {
    const aborted = this.#conversation.signals.find((signal) => signal.aborted);
    if (this.#settle()) this.#ending.reject(aborted?.reason as Error);
  };

  readonly #check = () => {
    const outputs = [this.#stdout, this.#stderr];
    const { maxOutputBytes } = this.#conversation;
    if (outputs.some(({ sizeBytes }) => sizeBytes > maxOutputBytes)) {
      this.#fail(`the answer of the NAS is longer than ${maxOutputBytes} bytes`);
      return;
    }
    const isAnswered = this.#exitCode !== undefined && outputs.every(({ isMarked }) => isMarked);
    const isOver = this.#isClosed && outputs.every(({ isEnded }) => isEnded);
    if (isAnswered || isOver) this.#finish();
  };

  #finish(): void {
    const exitCode = this.#exitCode;
    if (exitCode === undefined) {
      this.#fail('the command on the NAS was lost');
      return;
    }
    const [stdout, stderr] = [this.#stdout.text(), this.#stderr.text()];
    if (this.#settle()) this.#ending.resolve({ exitCode, stdout, stderr });
  }

  #fail(message: string): void {
    if (this.#settle()) this.#ending.reject(new UnreachableError(message));
  }

  /** False when it had been settled before. */
  #settle(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    for (const signal of this.#conversation.signals) signal.removeEventListener('abort', this.#abort);
    this.#stdout.drop();
    this.#stderr.drop();
    if (!this.#isClosed) this.#channel.close();
    return true;
  }
}
