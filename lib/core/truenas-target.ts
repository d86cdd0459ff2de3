import type { Reading } from './read-host-answer';

/** Where a middleware is reached, always over TLS. */
export interface TruenasTarget {
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
  /** As it stands in a URL: `nas.example`, `nas.example:8443`, `[fd00::2]`. */
  readonly authority: string;
}

/**
 * Reads `https://` or `wss://` with a host; path and user are left away. Everything else is a problem: a key shown on a
 * connection without TLS is revoked by TrueNAS, and known to whoever listens.
 */
export function readTruenasTarget(text: string): Reading<TruenasTarget> {
  const url = URL.parse(text);
  if (url === null) return { ok: false, problem: 'the address of TrueNAS is not a URL' };
  if (url.protocol !== 'https:' && url.protocol !== 'wss:') {
    return {
      ok: false,
      problem:
        'the address of TrueNAS must begin with https:// or wss://: the API key is never sent without TLS',
    };
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { ok: true, value: { host, port: Number(url.port || '443'), authority: url.host } };
}
