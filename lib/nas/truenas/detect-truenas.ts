import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { TLSSocket } from 'node:tls';

import type { DetectionAnswer } from '../../core/judge-truenas-link';
import { judgeTruenasWay, nameSocketError } from '../../core/judge-truenas-link';
import type { TruenasStep } from '../../core/truenas-failure';
import { failStep } from '../../core/truenas-failure';
import type { TruenasTarget } from '../../core/truenas-target';
import { openTrustedTls } from './open-trusted-tls';

/** A longer list of versions is none. */
const maxBodyBytes = 64 * 1024;

/** Asks the host which API it has. Follows no redirect and carries no credential. */
export async function detectTruenas(
  target: TruenasTarget,
  fingerprint: string | null,
  signal: AbortSignal,
): Promise<TruenasStep<'json_rpc' | 'ddp'>> {
  const tls = await openTrustedTls(target, fingerprint, signal);
  if (!tls.ok) return tls;
  try {
    const answer = await ask(target, tls.value, signal);
    return answer.ok ? judgeTruenasWay(answer.value) : answer;
  } finally {
    tls.value.destroy();
  }
}

function ask(
  target: TruenasTarget,
  socket: TLSSocket,
  signal: AbortSignal,
): Promise<TruenasStep<DetectionAnswer>> {
  return new Promise((resolve) => {
    const fail = (error: Error & { code?: unknown }) => {
      const message = signal.aborted ? 'no answer in time to which API it has' : nameSocketError(error);
      resolve(failStep('lost', message));
    };
    const query = request(`https://${target.authority}/api/versions`, {
      createConnection: () => socket,
      headers: { accept: 'application/json', connection: 'close' },
      signal,
    });
    query.on('error', fail);
    // An answer to another question, such as an upgrade that was not asked for, ends in a close alone.
    query.on('close', () => fail(new Error('the connection ended without an answer')));
    query.on('response', (response) => readAnswer(response, resolve, fail));
    query.end();
  });
}

function readAnswer(
  response: IncomingMessage,
  resolve: (answer: TruenasStep<DetectionAnswer>) => void,
  fail: (error: Error) => void,
): void {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  response.on('error', fail);
  response.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBodyBytes) response.destroy(new Error('an answer without end to which API it has'));
    else chunks.push(chunk);
  });
  response.on('end', () =>
    resolve({
      ok: true,
      value: {
        status: response.statusCode ?? 0,
        location: response.headers.location ?? null,
        contentType: response.headers['content-type'] ?? null,
        body: Buffer.concat(chunks).toString('utf8'),
      },
    }),
  );
}
