import { cleanText } from '../../core/clean-text';
import { readMidcltAnswers } from '../../core/read-midclt-answer';
import type { TruenasAnswer } from '../../core/read-midclt-answer';
import { UnreachableError } from '../../core/refusal';
import { TruenasError } from '../../core/truenas-error';
import type { TruenasVersion } from '../../core/truenas-version';
import { readTruenasVersion } from '../../core/truenas-version';
import type { LinkState, TruenasView } from '../../core/views';
import { quoteArgument, runHostCall } from '../host-script';
import type { Shell } from '../shell';
import type { TruenasCaller, TruenasCallOptions } from './truenas-caller';

/** A call of the middleware. */
export interface MidcltCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** The middleware by the way of a shell on the NAS, without an API key. */
export interface MidcltCaller extends TruenasCaller {
  /**
   * Several calls in one round trip, answered in their order. One that failed does not spoil the others: its answer holds
   * what `call` would reject with. Rejects with UnreachableError when there is no answer at all.
   */
  callMany(calls: readonly MidcltCall[], options?: TruenasCallOptions): Promise<readonly MidcltAnswer[]>;
}

export type MidcltAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: TruenasError | UnreachableError };

/** sudo with sub-command logging kills a program with a longer argument. */
const maxArgumentBytes = 4000;

const defaultTimeoutMs = 60_000;

const missing = 'midclt is missing on this host: it is not TrueNAS, or the login may not run it';

/** Asks the middleware of the NAS behind `shell`, which stays open when this is closed. */
export function openMidcltCaller(shell: Shell): MidcltCaller {
  return new Midclt(shell);
}

class Midclt implements MidcltCaller {
  readonly #shell: Shell;
  readonly #listeners = new Set<() => void>();
  readonly #leaveShell: () => void;
  #isMissing = false;
  #isClosed = false;
  #versionText: string | null = null;
  /** The NAS may have been updated while there was no connection. */
  #isVersionOld = true;
  #shown: TruenasView;

  constructor(shell: Shell) {
    this.#shell = shell;
    this.#shown = this.view;
    this.#leaveShell = shell.onChange(() => {
      if (shell.state !== 'connected') this.#isVersionOld = true;
      this.#tellChange();
    });
  }

  get view(): TruenasView {
    const { state, message } = this.#shell;
    const isMissing = this.#isMissing && state === 'connected';
    const link: LinkState = this.#isClosed ? 'disconnected' : isMissing ? 'refused' : state;
    const words = this.#isClosed ? 'closed' : isMissing ? missing : message;
    return { way: 'midclt', version: this.#versionText, link, message: words };
  }

  get version(): TruenasVersion | null {
    return this.#versionText === null ? null : readTruenasVersion(this.#versionText);
  }

  onHint(): () => void {
    return () => undefined;
  }

  onChange(listener: () => void): () => void {
    const own = () => listener();
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  async call(method: string, params: readonly unknown[], options: TruenasCallOptions = {}): Promise<unknown> {
    const [answer] = await this.callMany([{ method, params }], options);
    if (answer === undefined) throw new UnreachableError(`no answer to ${method}`);
    if (answer.ok) return answer.value;
    throw answer.error;
  }

  async callMany(
    calls: readonly MidcltCall[],
    { timeoutMs = defaultTimeoutMs }: TruenasCallOptions = {},
  ): Promise<readonly MidcltAnswer[]> {
    if (this.#isClosed) throw new UnreachableError('the way to TrueNAS has been closed');
    if (calls.length === 0) return [];
    const isVersionAsked = this.#isVersionOld;
    const all = isVersionAsked ? [{ method: 'system.version', params: [] }, ...calls] : calls;
    const answers = await runHostCall(this.#shell, {
      parts: ['host', 'truenas-midclt'],
      call: 'call_midclt',
      args: [String(Math.max(1, Math.floor(timeoutMs / 1000))), ...all.map(quoteCall)],
      timeoutMs,
      read: (records) => readMidcltAnswers(records, all.length),
    });
    this.#isMissing = answers === null;
    if (isVersionAsked && answers !== null) this.#learnVersion(answers[0]);
    this.#tellChange();
    if (answers === null)
      return calls.map(() => ({ ok: false, error: new TruenasError('no_method', missing) }));
    return answers.slice(all.length - calls.length).map(toAnswer);
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#leaveShell();
    this.#tellChange();
    this.#listeners.clear();
    return Promise.resolve();
  }

  #learnVersion(answer: TruenasAnswer | undefined): void {
    if (answer?.ok !== true || typeof answer.value !== 'string') return;
    this.#versionText = cleanText(answer.value, 100);
    this.#isVersionOld = false;
  }

  #tellChange(): void {
    const { view } = this;
    const isSame =
      view.link === this.#shown.link &&
      view.message === this.#shown.message &&
      view.version === this.#shown.version;
    this.#shown = view;
    if (!isSame) for (const listener of this.#listeners) listener();
  }
}

function toAnswer(answer: TruenasAnswer): MidcltAnswer {
  if (answer.ok) return answer;
  return { ok: false, error: answer.error ?? new UnreachableError(answer.message) };
}

function quoteCall({ method, params }: MidcltCall): string {
  const words = [method, ...params.map(formatParam)];
  for (const word of words) {
    if (Buffer.byteLength(word) > maxArgumentBytes)
      throw new TruenasError('invalid', 'an argument is too long for midclt');
  }
  return words.map(quoteArgument).join(' ');
}

/** JSON in which no control character stands as itself: JSON keeps those above U+007E. */
function formatParam(param: unknown): string {
  const json = JSON.stringify([param]).slice(1, -1);
  return json.replaceAll(/[\u007f-\u009f]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}
