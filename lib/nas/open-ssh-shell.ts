import type { RawOutput, ShellMarks } from '../core/compose-command';
import {
  buildAnswerMark,
  buildShellCommand,
  buildShellInput,
  buildShellMarks,
  buildSupervisorCommand,
  buildSupervisorInput,
  readShellOutput,
} from '../core/compose-command';
import { UnreachableError } from '../core/refusal';
import type { SshSettings } from '../core/settings';
import type { LinkState } from '../core/views';
import { buildChannelBudget } from './channel-budget';
import { converse } from './converse';
import { runOnChannel } from './run-on-channel';
import type { Shell, ShellRequest, ShellResult } from './shell';
import type { SshConnection } from './ssh-connection';
import type { SshLink, SshTimings } from './ssh-link';
import { openSshLink } from './ssh-link';

export interface SshShellSettings extends SshSettings {
  /** What is left out keeps its default. */
  readonly timings?: Partial<SshTimings>;
  /** A number from 0 up to 1. Default: `Math.random`. */
  readonly random?: () => number;
  /** Channels at once. sshd allows 10 sessions a connection and frees one later than we see it close. Default: 4. */
  readonly maxChannels?: number;
  /** Limit for each output of a command; a longer answer is no answer. Default: 16 MiB. */
  readonly maxOutputBytes?: number;
}

const defaultTimings: SshTimings = {
  keepaliveIntervalMs: 10_000,
  keepaliveCountMax: 3,
  connectTimeoutMs: 20_000,
  reconnect: { firstMs: 1000, longestMs: 60_000 },
  refused: { firstMs: 60_000, longestMs: 120_000 },
};

/** After so many refused channels, about three seconds, a connection without any channel is taken for used up. */
const hopelessAfter = 8;

/** Opens the one way to a NAS. Connects in the background and comes back by itself; throws nothing. */
export function openSshShell(settings: SshShellSettings): Shell {
  return new SshShell(settings);
}

class SshShell implements Shell {
  readonly #settings: SshShellSettings;
  readonly #link: SshLink;
  readonly #budget;
  readonly #random: () => number;
  readonly #deadlines = new Set<AbortController>();
  #requests = 0;
  #isClosed = false;

  constructor(settings: SshShellSettings) {
    this.#settings = settings;
    this.#random = settings.random ?? Math.random;
    this.#budget = buildChannelBudget(settings.maxChannels ?? 4);
    const timings = { ...defaultTimings, ...settings.timings };
    this.#link = openSshLink({ ssh: settings, timings, random: this.#random });
  }

  get state(): LinkState {
    return this.#link.state;
  }

  get message(): string {
    return this.#link.message;
  }

  onChange(listener: () => void): () => void {
    return this.#link.onChange(listener);
  }

  async run(request: ShellRequest): Promise<ShellResult> {
    if (this.#isClosed) throw new UnreachableError('the connection to the NAS has been closed');
    const { timeoutMs } = request;
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(this.#tellTimeout(timeoutMs)), timeoutMs);
    this.#deadlines.add(deadline);
    try {
      return await this.#answer(request, deadline.signal);
    } finally {
      clearTimeout(timer);
      this.#deadlines.delete(deadline);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const reason = new UnreachableError('the connection to the NAS was closed by the controller');
    for (const deadline of this.#deadlines) deadline.abort(reason);
    await this.#link.close();
  }

  async #answer(request: ShellRequest, signal: AbortSignal): Promise<ShellResult> {
    this.#requests += 1;
    const chance = Math.floor(this.#random() * 2 ** 32).toString(36);
    const marks = buildShellMarks(`${this.#requests.toString(36)}${chance}`);
    const raw = await this.#send(request, marks, signal);
    const reading = readShellOutput(raw, marks, request.isSupervisor === true);
    if (reading.kind !== 'ran') throw new UnreachableError(reading.message);
    return reading.output;
  }

  /** Tries again on the next connection for as long as nothing was sent. */
  async #send(request: ShellRequest, marks: ShellMarks, signal: AbortSignal): Promise<RawOutput> {
    for (;;) {
      const connection = await this.#link.ready(signal);
      const release = await this.#budget.take(signal);
      try {
        const answer = await this.#talk(connection, { request, marks, signal });
        if (answer !== null) return answer;
      } finally {
        release();
      }
    }
  }

  /** Null when the connection ended before anything of the script was sent. */
  async #talk(
    connection: SshConnection,
    { request, marks, signal }: { request: ShellRequest; marks: ShellMarks; signal: AbortSignal },
  ): Promise<RawOutput | null> {
    if (!connection.isOpen) return null;
    const isSupervisor = request.isSupervisor === true;
    const build = isSupervisor ? buildSupervisorInput : buildShellInput;
    const outcome = await runOnChannel(connection, {
      command: isSupervisor ? buildSupervisorCommand(marks) : buildShellCommand(marks),
      signal,
      random: this.#random,
      isHopeless: (failures) => failures >= hopelessAfter && this.#budget.taken === 1,
      converse: (channel) =>
        converse(channel, {
          input: build(request.script, marks),
          answerMark: isSupervisor ? buildAnswerMark(marks) : null,
          maxOutputBytes: this.#settings.maxOutputBytes ?? 16 * 2 ** 20,
          signals: [signal, connection.lost],
        }),
    });
    switch (outcome.kind) {
      case 'answered':
        return outcome.output;
      case 'gone':
        return null;
      case 'busy':
        // Commands that were given up may run on for ever, each in a session of the old connection.
        connection.end('the NAS has no session left on this connection (MaxSessions)');
        return null;
      case 'refused':
        throw new UnreachableError(`the NAS does not let this login run commands: ${outcome.message}`);
    }
  }

  #tellTimeout(timeoutMs: number): UnreachableError {
    const { state, message } = this.#link;
    if (state === 'connected') return new UnreachableError(`no answer from the NAS within ${timeoutMs} ms`);
    return new UnreachableError(`no connection to the NAS within ${timeoutMs} ms: ${message}`);
  }
}
