import { cleanText } from './clean-text';
import type { TruenasFailure, TruenasStep } from './truenas-failure';
import { failStep } from './truenas-failure';

const causes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused: is the web interface of TrueNAS on this port?',
  ECONNRESET: 'connection reset by TrueNAS',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name could not be looked up',
  EPIPE: 'connection lost',
  EPROTO: 'there is no TLS on this port',
  ETIMEDOUT: 'no answer from the host',
};

/** Words for an error of a socket; `code` is the system's or OpenSSL's. */
export function nameSocketError({ message, code }: { message: string; code?: unknown }): string {
  const name = typeof code === 'string' ? code : '';
  const cause = Object.entries(causes).find(([known]) => known === name);
  if (cause !== undefined) return cause[1];
  if (name.startsWith('ERR_SSL_')) return 'TLS was not agreed upon: is this the port of https?';
  return cleanText(message, 200);
}

/** What `GET /api/versions` was answered with. */
export interface DetectionAnswer {
  readonly status: number;
  readonly location: string | null;
  readonly contentType: string | null;
  readonly body: string;
}

/**
 * Judges which dialect the host speaks, by its answer to `GET /api/versions` without a login. 25.04 and later list their
 * versions; CORE and 24.10 do not know the address and send to the screen. Every other answer is no reason to guess: a
 * middleware that is still starting says 502.
 */
export function judgeTruenasWay(answer: DetectionAnswer): TruenasStep<'json_rpc' | 'ddp'> {
  const { status, location, contentType, body } = answer;
  const isPage = /^\s*text\/html\b/i.test(contentType ?? '');
  if (status === 200 && listsVersions(body)) return { ok: true, value: 'json_rpc' };
  if (status === 404 || (status === 200 && isPage)) return { ok: true, value: 'ddp' };
  if ([301, 302, 307, 308].includes(status) && leadsToScreen(location)) return { ok: true, value: 'ddp' };
  return failStep('lost', `does not tell which API it has (HTTP status ${status} for /api/versions)`);
}

function listsVersions(body: string): boolean {
  try {
    const json: unknown = JSON.parse(body);
    return Array.isArray(json) && json.length > 0 && json.every((item) => typeof item === 'string');
  } catch {
    return false;
  }
}

function leadsToScreen(location: string | null): boolean {
  const url = location === null ? null : URL.parse(location, 'https://nas');
  return url !== null && /^\/ui(\/|$)/.test(url.pathname);
}

/** How a socket ended. */
export interface TruenasClose {
  /** WebSocket close code; 1006 when the connection just ended. */
  readonly code: number;
  readonly reason: string;
  /** Words for the socket's own error, null without one. */
  readonly error: string | null;
  readonly isLoggedIn: boolean;
}

/** Judges what the end of a socket means. */
export function judgeTruenasClose({ code, reason, error, isLoggedIn }: TruenasClose): TruenasFailure {
  const said = reason === '' ? '' : `: ${cleanText(reason, 200)}`;
  if (code === 1008) {
    const advice = 'add its address to the allowed IP addresses in System, Advanced, Access';
    return {
      kind: 'refused',
      message: `TrueNAS lets this machine not use its API (close code 1008${said}): ${advice}`,
    };
  }
  if (error !== null) return { kind: 'lost', message: error };
  if (code === 1003 || code === 1007 || code === 1009) {
    return { kind: 'lost', message: `TrueNAS did not accept a message (close code ${code}${said})` };
  }
  if (isLoggedIn)
    return { kind: 'lost', message: `TrueNAS closed the connection (close code ${code}${said})` };
  return {
    kind: 'lost',
    message: `TrueNAS closed the connection before the login (close code ${code}${said}): it may not know who is calling, or is still starting`,
  };
}
