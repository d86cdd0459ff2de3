import type { TLSSocket } from 'node:tls';
import WebSocket from 'ws';

import { judgeTruenasClose, nameSocketError } from '../../core/judge-truenas-link';
import { maxAnswerLength } from '../../core/read-truenas-json';
import type { TruenasStep } from '../../core/truenas-failure';
import type { TruenasTarget } from '../../core/truenas-target';

export interface WebSocketSettings<T> {
  readonly target: TruenasTarget;
  readonly path: string;
  /** Its certificate was accepted. */
  readonly tls: TLSSocket;
  /** Called at the very moment of opening: the first frame, and the end, may follow at once. */
  readonly onOpen: (socket: WebSocket) => T;
}

/** Makes a WebSocket of a TLS connection, and gives back what `onOpen` makes of it. It has an error listener of its own. */
export function openWebSocket<T>(
  { target, path, tls, onOpen }: WebSocketSettings<T>,
  signal: AbortSignal,
): Promise<TruenasStep<T>> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`wss://${target.authority}${path}`, {
      createConnection: () => tls,
      followRedirects: false,
      // A small frame must not unfold into a huge one.
      perMessageDeflate: false,
      // Text may take several bytes a character; the reader has the limit in characters.
      maxPayload: maxAnswerLength * 2,
    });
    let problem: string | null = null;
    const leave = () => {
      problem = 'no answer in time to the WebSocket handshake';
      socket.terminate();
    };
    const end = (step: TruenasStep<T>) => {
      signal.removeEventListener('abort', leave);
      resolve(step);
    };
    socket.on('error', (error) => (problem ??= nameSocketError(error)));
    socket.on('close', (code, reason) => {
      tls.destroy();
      const failure = judgeTruenasClose({
        code,
        reason: reason.toString(),
        error: problem,
        isLoggedIn: false,
      });
      end({ ok: false, failure });
    });
    socket.once('open', () => end({ ok: true, value: onOpen(socket) }));
    signal.addEventListener('abort', leave);
    if (signal.aborted) leave();
  });
}
