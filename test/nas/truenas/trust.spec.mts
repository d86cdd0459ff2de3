import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { apiKey, makeCertificate } from '../../support/truenas-server.mts';
import { until } from '../../support/until.mts';
import { Bench, pause, untilLink } from './bench.mts';

/** A port without TLS that keeps whatever is said to it. */
async function openListener() {
  const heard: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on('data', (chunk) => heard.push(chunk)).on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, heard, count: () => heard.length, close: () => server.close() };
}

describe('The TrueNAS socket and whom it trusts', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('refuses a self-signed certificate that is not pinned, and shows its fingerprint', async () => {
    const server = await bench.serve('json_rpc');
    const caller = bench.open(server, { fingerprint: null });
    await untilLink(caller, 'refused');
    assert.match(caller.view.message, new RegExp(`FINGERPRINT to ${server.certificate.fingerprint}$`));
    assert.deepEqual(server.bytes, []);
    await assert.rejects(caller.call('disk.query', []), { name: 'UnreachableError', message: /not pinned/ });
  });

  for (const way of ['json_rpc', 'ddp'] as const) {
    it(`sends nothing at all to another certificate than the pinned one (${way})`, async () => {
      const server = await bench.serve(way, await makeCertificate());
      const caller = bench.open(server, { fingerprint: 'A'.repeat(64) });
      await untilLink(caller, 'refused');
      assert.match(caller.view.message, /is not the pinned one, A{64}/);
      assert.equal(server.connections, 1);
      assert.deepEqual(server.bytes, []);
    });

    it(`sends no key to a server whose certificate changed behind the detection (${way})`, async () => {
      const server = await bench.serve(way);
      const other = await makeCertificate();
      server.versions = (_, response) => {
        server.present(other);
        if (way === 'ddp') response.writeHead(404).end();
        else response.end('["v25.10.0"]');
      };
      const caller = bench.open(server);
      await untilLink(caller, 'refused');
      assert.match(caller.view.message, new RegExp(`certificate ${other.fingerprint} is not the pinned one`));
      assert.equal(server.connections, 2);
      assert.match(Buffer.concat(server.bytes).toString('latin1'), /^GET \/api\/versions [^]*\r\n\r\n$/);
      assert.equal(server.sawKey, false);
      assert.equal(server.clients.size, 0);
    });

    it(`carries no credential while it asks which API there is (${way})`, async () => {
      const server = await bench.serve(way);
      server.versions = () => undefined;
      const caller = bench.open(server, { user: 'burnin', timings: { detectTimeoutMs: 200 } });
      await until('a second question', () => server.requests.length > 1);
      assert.match(caller.view.message, /no answer in time/);
      assert.equal(server.sawKey, false);
      const said = Buffer.concat(server.bytes).toString('latin1');
      assert.match(said, /^GET \/api\/versions HTTP\/1\.1/);
      assert.doesNotMatch(said, /authorization|cookie|burnin/i);
    });
  }

  it('takes a certificate of a known authority without a pin', async () => {
    const own = await makeCertificate();
    const server = await bench.serve('json_rpc', own);
    const usual = getCACertificates('default');
    setDefaultCACertificates([...usual, own.cert]);
    try {
      const caller = bench.open(server, { fingerprint: null });
      assert.equal(await caller.call('system.version', []), 'TrueNAS-25.10.6');
    } finally {
      setDefaultCACertificates(usual);
    }
  });

  it('refuses a certificate of a known authority for another name', async () => {
    const own = await makeCertificate('other.example', '192.0.2.1');
    const server = await bench.serve('json_rpc', own);
    const usual = getCACertificates('default');
    setDefaultCACertificates([...usual, own.cert]);
    try {
      const caller = bench.open(server, { fingerprint: null });
      await untilLink(caller, 'refused');
      assert.match(caller.view.message, /ERR_TLS_CERT_ALTNAME_INVALID/);
      assert.deepEqual(server.bytes, []);
    } finally {
      setDefaultCACertificates(usual);
    }
  });

  for (const scheme of ['http', 'ws'] as const) {
    it(`never even connects by ${scheme}://`, async () => {
      const listener = await openListener();
      const server = await bench.serve('json_rpc');
      const caller = bench.open(server, { url: `${scheme}://127.0.0.1:${listener.port}` });
      assert.equal(caller.view.link, 'refused');
      assert.match(caller.view.message, /never sent without TLS/);
      await assert.rejects(caller.call('disk.query', []), { name: 'UnreachableError' });
      await pause();
      assert.equal(listener.count(), 0);
      listener.close();
    });
  }

  it('does not fall back to plaintext on a port without TLS', async () => {
    const listener = await openListener();
    const server = await bench.serve('json_rpc');
    bench.open(server, { url: `https://127.0.0.1:${listener.port}`, timings: { detectTimeoutMs: 100 } });
    await until('two tries', () => listener.count() >= 2);
    // Each of them a TLS handshake and nothing else.
    for (const chunk of listener.heard) assert.equal(chunk[0], 0x16);
    assert.ok(!Buffer.concat(listener.heard).includes(apiKey.slice(2, 20)));
    listener.close();
  });

  it('follows no redirect of the detection', async () => {
    const listener = await openListener();
    const server = await bench.serve('json_rpc');
    const location = `http://127.0.0.1:${listener.port}/api/versions`;
    server.versions = (_, response) => response.writeHead(302, { location }).end();
    const caller = bench.open(server);
    await until('two questions', () => server.requests.length > 1);
    assert.match(caller.view.message, /does not tell which API/);
    assert.equal(listener.count(), 0);
    assert.equal(server.logins, 0);
    listener.close();
  });
});
