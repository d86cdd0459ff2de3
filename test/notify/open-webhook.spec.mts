import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { inspect } from 'node:util';
import { UnreachableError } from '../../dist/lib/core/refusal.js';
import { openWebhook } from '../../dist/lib/notify/open-webhook.js';
import type { Notifier } from '../../lib/notify/notifier.ts';
import { findDeadPort, listenHttp, listenTcp, never, sampleReport, settingsWith } from './loopback.mts';
import type { Listening } from './loopback.mts';

const secretPath = '/hooks/T0KENPATH?token=T0KENQUERY';

function open(url: string, timeoutMs?: number): Notifier {
  const webhook = openWebhook(settingsWith({ webhookUrl: url }), timeoutMs);
  assert.ok(webhook);
  return webhook;
}

/** The error of one attempt, proved to be of the right class and free of secrets also when logged whole. */
async function failureOf(webhook: Notifier, signal = never): Promise<string> {
  const error: unknown = await webhook.send(sampleReport, signal).then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof UnreachableError, inspect(error));
  assert.doesNotMatch(inspect(error, { depth: 9 }), /T0KEN|s3cret|anna/);
  return error.message;
}

describe('the webhook', () => {
  const servers: Listening[] = [];
  const keep = (server: Listening) => {
    servers.push(server);
    return server.port;
  };
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  it('is not there without an address', () => {
    assert.equal(openWebhook(settingsWith({})), null);
  });

  it('refuses an address that is no URL, without repeating it', () => {
    assert.throws(() => openWebhook(settingsWith({ webhookUrl: 's3cret' })), {
      name: 'RefusedError',
      message: 'WEBHOOK_URL is not a URL',
    });
  });

  it('posts the report as JSON, to the very path', async () => {
    const seen: { request: IncomingMessage; body: string }[] = [];
    const port = keep(
      await listenHttp((request, body, response) => {
        seen.push({ request, body });
        response.writeHead(204).end();
      }),
    );
    const webhook = open(`http://127.0.0.1:${port}${secretPath}`);
    await webhook.send(sampleReport, never);
    assert.equal(webhook.channel, 'webhook');
    const [only] = seen;
    assert.ok(only);
    assert.equal(seen.length, 1);
    assert.equal(only.request.method, 'POST');
    assert.equal(only.request.url, secretPath);
    assert.equal(only.request.headers['content-type'], 'application/json');
    assert.equal(only.request.headers.authorization, undefined);
    assert.deepEqual(JSON.parse(only.body), {
      subject: sampleReport.subject,
      text: sampleReport.text,
      report: sampleReport.data,
    });
  });

  it('logs in with the user and password of the address, however they are escaped', async () => {
    const seen: (string | undefined)[] = [];
    const port = keep(
      await listenHttp((request, _body, response) => {
        seen.push(request.headers.authorization);
        response.end('ok');
      }),
    );
    await open(`http://anna:s3cret%40x@127.0.0.1:${port}/`).send(sampleReport, never);
    await open(`http://anna:100%@127.0.0.1:${port}/`).send(sampleReport, never);
    const decoded = seen.map((header) => Buffer.from(header?.slice(6) ?? '', 'base64').toString());
    assert.deepEqual(decoded, ['anna:s3cret@x', 'anna:100%']);
  });

  it('takes any answer but a success for a failure, and shows its number only', async () => {
    for (const status of [400, 401, 404, 429, 500]) {
      const port = keep(
        await listenHttp((request, _body, response) => {
          response.writeHead(status, `you said ${request.url ?? ''}`).end(`T0KEN ${secretPath}`);
        }),
      );
      const message = await failureOf(open(`http://anna:s3cret@127.0.0.1:${port}${secretPath}`));
      assert.equal(message, `Webhook 127.0.0.1:${port}: answered ${status}`);
    }
  });

  it('does not follow a redirect', async () => {
    const reached: string[] = [];
    const elsewhere = keep(
      await listenHttp((request, _body, response) => {
        reached.push(request.url ?? '');
        response.end();
      }),
    );
    for (const status of [301, 302, 303, 307, 308]) {
      const port = keep(
        await listenHttp((_request, _body, response) => {
          response.writeHead(status, { location: `http://localhost:${elsewhere}${secretPath}` }).end();
        }),
      );
      const message = await failureOf(open(`http://127.0.0.1:${port}${secretPath}`));
      assert.match(message, new RegExp(`answered ${status}, a redirect, which is not followed`));
    }
    assert.deepEqual(reached, []);
  });

  it('says how a connection failed', async () => {
    const message = await failureOf(
      open(`http://anna:s3cret@127.0.0.1:${await findDeadPort()}${secretPath}`),
    );
    assert.match(message, /: the request failed \(ECONNREFUSED\)$/);
    const port = keep(await listenTcp((socket) => socket.end('nonsense\r\n\r\n')));
    assert.match(await failureOf(open(`http://127.0.0.1:${port}/`)), /: the request failed$/);
    assert.match(await failureOf(open('http://127.0.0.1:1/')), /: the request failed$/);
  });

  it('gives up a server that accepts and never answers', async () => {
    const port = keep(await listenTcp(() => undefined));
    const message = await failureOf(open(`http://127.0.0.1:${port}${secretPath}`, 100));
    assert.equal(message, `Webhook 127.0.0.1:${port}: no answer within 0.1 s`);
  });

  it('does not wait for the rest of an endless answer', async () => {
    const port = keep(
      await listenHttp((_request, _body, response) => {
        response.writeHead(200);
        response.write('and so on');
      }),
    );
    await open(`http://127.0.0.1:${port}/`).send(sampleReport, never);
  });

  it('stops with the reason of the caller', async () => {
    let arrived = () => {};
    const connected = new Promise<void>((resolve) => (arrived = resolve));
    const port = keep(await listenTcp(() => arrived()));
    const caller = new AbortController();
    const reason = new Error('node closes');
    const sending = open(`http://127.0.0.1:${port}/`).send(sampleReport, caller.signal);
    await connected;
    caller.abort(reason);
    await assert.rejects(sending, reason);
    await assert.rejects(open(`http://127.0.0.1:${port}/`).send(sampleReport, caller.signal), reason);
  });

  it('ends what is under way when it is closed, and sends no more', async () => {
    let arrived = () => {};
    const connected = new Promise<void>((resolve) => (arrived = resolve));
    const port = keep(
      await listenTcp((socket) => {
        void once(socket, 'data').then(arrived, () => undefined);
      }),
    );
    const webhook = open(`http://127.0.0.1:${port}/`);
    const failing = failureOf(webhook);
    await connected;
    webhook.close();
    assert.match(await failing, /: closed$/);
    assert.match(await failureOf(webhook), /: closed$/);
  });
});
