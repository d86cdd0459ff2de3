import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { connect } from 'node:tls';

import { judgeTruenasCertificate } from '../../core/judge-truenas-certificate';
import { nameSocketError } from '../../core/judge-truenas-link';
import type { TruenasStep } from '../../core/truenas-failure';
import { failStep } from '../../core/truenas-failure';
import type { TruenasTarget } from '../../core/truenas-target';

/**
 * Opens a TLS connection and judges the certificate. Nothing of ours is ever written to a host whose certificate is not
 * accepted: the caller gets the socket afterwards, or not at all.
 */
export function openTrustedTls(
  { host, port }: TruenasTarget,
  fingerprint: string | null,
  signal: AbortSignal,
): Promise<TruenasStep<TLSSocket>> {
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port,
      // An address cannot be a server name.
      ...(isIP(host) === 0 ? { servername: host } : {}),
      // Judged here, and shown when refused; Node would only say that it is not authorized.
      rejectUnauthorized: false,
      ALPNProtocols: ['http/1.1'],
    });
    const finish = (step: TruenasStep<TLSSocket>) => {
      signal.removeEventListener('abort', leave);
      if (!step.ok) socket.destroy();
      resolve(step);
    };
    const leave = () => finish(failStep('lost', 'no answer in time'));
    socket.on('error', (error: Error) => finish(failStep('lost', nameSocketError(error))));
    socket.on('close', () => finish(failStep('lost', 'the connection ended during the TLS handshake')));
    socket.once('secureConnect', () => finish(judge(socket, fingerprint)));
    signal.addEventListener('abort', leave);
    if (signal.aborted) leave();
  });
}

function judge(socket: TLSSocket, pinned: string | null): TruenasStep<TLSSocket> {
  const fingerprint = socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '') ?? 'none';
  const verdict = judgeTruenasCertificate({ fingerprint, doubt: readDoubt(socket) }, pinned);
  return verdict.kind === 'trusted' ? { ok: true, value: socket } : failStep('untrusted', verdict.message);
}

/** Node keeps an Error here, or only its code. */
function readDoubt({ authorized, authorizationError }: TLSSocket): string | null {
  if (authorized) return null;
  const error: unknown = authorizationError;
  return error instanceof Error ? nameSocketError({ message: error.message }) : String(error);
}
