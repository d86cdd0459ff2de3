// A client in a process of its own, whose memory is measured: asks a NAS that means ill until it has had enough.
import { openTruenasSocket } from '../../dist/lib/nas/truenas/open-truenas-socket.js';
import { apiKey } from '../support/truenas-server.mts';

const [url = '', fingerprint = ''] = process.argv.slice(2);
const lost = { firstMs: 20, longestMs: 60 };
const caller = openTruenasSocket({
  url,
  apiKey,
  user: null,
  fingerprint,
  timings: {
    detectTimeoutMs: 1000,
    connectTimeoutMs: 2000,
    pingIntervalMs: 60_000,
    delays: { lost, rate_limited: lost, expired: lost, untrusted: lost, refused: lost },
  },
});
const ends: string[] = [];
for (let count = 0; count < 2; count += 1) {
  await caller.call('disk.query', [], { timeoutMs: 700, isRepeatable: true }).then(
    () => ends.push('answered'),
    (error: unknown) => ends.push(error instanceof Error ? error.name : 'nothing'),
  );
}
await caller.close();
process.stdout.write(JSON.stringify({ ends, mostKiB: process.resourceUsage().maxRSS }));
