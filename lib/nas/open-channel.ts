import { setTimeout as pause } from 'node:timers/promises';
import type { ClientChannel } from 'ssh2';
import { nextRetryDelayMs } from '../core/reconnect-delay';
import type { SshConnection } from './ssh-connection';

export type ChannelOpening =
  | { readonly kind: 'open'; readonly channel: ClientChannel }
  /** The connection ended before the channel was there: nothing of the request was sent. */
  | { readonly kind: 'gone' }
  /** The server has no session left for us at the moment. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'refused'; readonly message: string };

export interface ChannelRequest {
  readonly command: string;
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
 * Opens a channel for a command and tries again while the server is busy: sshd frees a session some time after the client
 * has seen it close. Rejects with the signal's reason alone.
 */
export async function openChannel(
  connection: SshConnection,
  request: ChannelRequest,
): Promise<ChannelOpening> {
  for (let failures = 1; ; failures += 1) {
    const opening = await tryOpen(connection, request);
    if (opening.kind !== 'busy' || request.isHopeless(failures)) return opening;
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

function tryOpen(connection: SshConnection, { command, signal }: ChannelRequest): Promise<ChannelOpening> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener('abort', abort);
    connection.exec(command, (error, channel) => {
      signal.removeEventListener('abort', abort);
      if (channel !== undefined && signal.aborted) discardChannel(channel);
      else if (channel !== undefined) resolve({ kind: 'open', channel });
      else if (!connection.isOpen) resolve({ kind: 'gone' });
      else if (busyReasons.includes(error?.reason)) resolve({ kind: 'busy' });
      else resolve({ kind: 'refused', message: error?.message ?? 'no channel' });
    });
  });
}

/** Closes a channel that nobody waits for; unread output would hold the whole connection up. */
function discardChannel(channel: ClientChannel): void {
  channel.on('error', () => undefined);
  channel.resume();
  channel.stderr.resume();
  channel.close();
}
