import { openTruenasSocket } from '../../../dist/lib/nas/truenas/open-truenas-socket.js';
import type { TruenasSocketSettings } from '../../../dist/lib/nas/truenas/open-truenas-socket.js';
import type { TruenasCaller } from '../../../dist/lib/nas/truenas/truenas-caller.js';
import type { TruenasTimings } from '../../../dist/lib/nas/truenas/truenas-timings.js';
import { apiKey, FakeTruenas, makeCertificate } from '../../support/truenas-server.mts';
import type { Certificate } from '../../support/truenas-server.mts';
import { until } from '../../support/until.mts';

/** Short enough for a test; whoever is refused still waits for as long as in earnest. */
export const quickTimings: Partial<TruenasTimings> = {
  detectTimeoutMs: 1000,
  connectTimeoutMs: 2000,
  pingIntervalMs: 50,
  callTimeoutMs: 4000,
  tooManyDelayMs: 20,
  hintDelayMs: 5,
  delays: {
    lost: { firstMs: 20, longestMs: 60 },
    rate_limited: { firstMs: 60_000, longestMs: 300_000 },
    expired: { firstMs: 0, longestMs: 0 },
    untrusted: { firstMs: 60_000, longestMs: 120_000 },
    refused: { firstMs: 900_000, longestMs: 1_800_000 },
  },
};

let certificate: Promise<Certificate> | undefined;

/** Servers and clients of one test, closed together. */
export class Bench {
  readonly #servers: FakeTruenas[] = [];
  readonly #callers: TruenasCaller[] = [];

  /** A server with the certificate of all of them, or one of its own. */
  async serve(way: FakeTruenas['way'], own?: Certificate): Promise<FakeTruenas> {
    const server = new FakeTruenas({ way, certificate: own ?? (await (certificate ??= makeCertificate())) });
    this.#servers.push(server);
    return server.listen();
  }

  open(server: FakeTruenas, more: Partial<TruenasSocketSettings> = {}): TruenasCaller {
    const caller = openTruenasSocket({
      url: server.url,
      apiKey,
      user: null,
      fingerprint: server.certificate.fingerprint,
      ...more,
      timings: { ...quickTimings, ...more.timings },
    });
    this.#callers.push(caller);
    return caller;
  }

  async close(): Promise<void> {
    await Promise.all(this.#callers.splice(0).map((caller) => caller.close()));
    await Promise.all(this.#servers.splice(0).map((server) => server.close()));
  }
}

export function untilLink(caller: TruenasCaller, link: TruenasCaller['view']['link']): Promise<boolean> {
  return until(
    () => `the link to be ${link}: ${JSON.stringify(caller.view)}`,
    () => caller.view.link === link,
  );
}

/** Long enough for many quick tries, had there been any. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 300));
}
