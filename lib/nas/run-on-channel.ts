import { setTimeout as pause } from 'node:timers/promises';
import type { ClientChannel } from 'ssh2';
import type { RawOutput } from '../core/compose-command';
import { nextRetryDelayMs } from '../core/reconnect-delay';
import type { ChannelError, SshConnection } from './ssh-connection';

export type ChannelOutcome =
  | { readonly kind: 'answered'; readonly output: RawOutput }
  /** The connection ended before the channel was there: nothing of the request was sent. */
  | { readonly kind: 'gone' }
  /** The server has no session left for us at the moment. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'refused'; readonly message: string };

export interface ChannelRequest {
  readonly command: string;
  /**
   * Holds the conversation. Called at the very moment the channel opens: its end may be in the packet that is being read,
   * and an event missed then does not come again.
   */
  readonly converse: (channel: ClientChannel) => Promise<RawOutput>;
  /** Its reason is what the promise rejects with. */
  readonly signal: AbortSignal;
  readonly random: () => number;
  /** Asked between tries: true to give up with `busy`. */
  readonly isHopeless: (failures: number) => boolean;
}

/** RFC 4254 §5.1: "connect failed", which is sshd's answer beyond MaxSessions, and "resource shortage". */
const busyReasons: readonly unknown[] = [2, 4];
const busyDelays = { firstMs: 25, longestMs: 1000 };

/**
 * Opens a channel for a command and talks on it. Tries again while the server is busy: sshd frees a session some time
 * after the client has seen it close. Rejects with the signal's reason and with what the conversation rejects with.
 */
export async function runOnChannel(
  connection: SshConnection,
  request: ChannelRequest,
): Promise<ChannelOutcome> {
  for (let failures = 1; ; failures += 1) {
    const outcome = await tryChannel(connection, request);
    if (outcome.kind !== 'busy' || request.isHopeless(failures)) return outcome;
    await wait(nextRetryDelayMs(failures, busyDelays, request.random()), request.signal);
  }
}

/** As `pause`, but rejecting with the signal's own reason. */
async function wait(delayMs: number, signal: AbortSignal): Promise<void> {
  try {
    await pause(delayMs, undefined, { signal });
  } catch {
    signal.throwIfAborted();
  }
}

function tryChannel(connection: SshConnection, request: ChannelRequest): Promise<ChannelOutcome> {
  const { command, signal, converse } = request;
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort);
    if (signal.aborted) {
      abort();
      return;
    }
    connection.exec(command, (error, channel) => {
      signal.removeEventListener('abort', abort);
      if (channel === undefined) resolve(judgeRefusal(connection, error));
      else if (signal.aborted) discardChannel(channel);
      else resolve(converse(channel).then((output) => ({ kind: 'answered', output })));
    });
  });
}

function judgeRefusal(connection: SshConnection, error: ChannelError | undefined): ChannelOutcome {
  if (!connection.isOpen) return { kind: 'gone' };
  if (busyReasons.includes(error?.reason)) return { kind: 'busy' };
  return { kind: 'refused', message: error?.message ?? 'no channel' };
}

/** Closes a channel that nobody waits for; unread output would hold the whole connection up. */
function discardChannel(channel: ClientChannel): void {
  channel.on('error', () => undefined);
  channel.resume();
  channel.stderr.resume();
  channel.close();
}
