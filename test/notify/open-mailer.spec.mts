import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { SMTPServerOptions } from 'smtp-server';
import { buildReport } from '../../dist/lib/core/build-report.js';
import { UnreachableError } from '../../dist/lib/core/refusal.js';
import { openMailer } from '../../dist/lib/notify/open-mailer.js';
import type { NotifySettings } from '../../lib/core/settings.ts';
import type { Notifier } from '../../lib/notify/notifier.ts';
import { factsOfJob } from '../core/report-samples.mts';
import { findDeadPort, listenTcp, never, sampleReport, settingsWith } from './loopback.mts';
import { openMailInbox } from './mail-inbox.mts';

const closers: (() => Promise<void>)[] = [];

async function listenSmtp(options: SMTPServerOptions = {}) {
  const inbox = await openMailInbox(options);
  closers.push(() => inbox.close());
  return inbox;
}

async function listenDeaf(greeting: string): Promise<number> {
  const server = await listenTcp((socket) => socket.write(greeting));
  closers.push(() => server.close());
  return server.port;
}

function open(port: number, changes: Partial<NotifySettings> = {}, timeoutMs?: number): Notifier {
  const smtpUrl = `smtp://127.0.0.1:${port}`;
  const mailer = openMailer(settingsWith({ smtpUrl, mailTo: 'ops@example.org', ...changes }), timeoutMs);
  assert.ok(mailer);
  closers.push(() => {
    mailer.close();
    return Promise.resolve();
  });
  return mailer;
}

const withLogin = (port: number) => ({ smtpUrl: `smtp://anna:s3cret%2Fx@127.0.0.1:${port}` });

/** The error of one attempt, proved to be of the right class and free of secrets also when logged whole. */
async function failureOf(mailer: Notifier, signal = never): Promise<string> {
  const error: unknown = await mailer.send(sampleReport, signal).then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof UnreachableError, inspect(error));
  const secrets = [/s3cret/, /anna/, ...['s3cret/x', 'anna', '\0anna\0s3cret/x'].map(toBase64)];
  for (const secret of secrets) assert.doesNotMatch(inspect(error, { depth: 9 }), secret);
  return error.message;
}

const toBase64 = (text: string) => new RegExp(Buffer.from(text).toString('base64').replace(/[+/]/g, '.'));

/** Header lines of a mail with folded ones joined. */
function headersOf(source: string): readonly string[] {
  const head = source.slice(0, source.indexOf('\r\n\r\n'));
  return head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
}

describe('the mailer', () => {
  afterEach(async () => {
    await Promise.all(closers.splice(0).map((close) => close()));
  });

  it('is not there without a server or without anybody to send to', () => {
    assert.equal(openMailer(settingsWith({ mailTo: 'ops@example.org' })), null);
    assert.equal(openMailer(settingsWith({ smtpUrl: 'smtp://127.0.0.1' })), null);
  });

  it('refuses an address that is no URL, without repeating it', () => {
    assert.throws(() => openMailer(settingsWith({ smtpUrl: 's3cret', mailTo: 'ops@example.org' })), {
      name: 'RefusedError',
      message: 'SMTP_URL is not a URL',
    });
  });

  it('delivers subject, text and HTML', async () => {
    const { mails, port } = await listenSmtp();
    const mailer = open(port, { mailFrom: 'Burn-in <nas@example.org>' });
    await mailer.send(sampleReport, never);
    assert.equal(mailer.channel, 'mail');
    const [mail] = mails;
    assert.ok(mail);
    assert.equal(mail.from, 'nas@example.org');
    assert.deepEqual(mail.to, ['ops@example.org']);
    const headers = headersOf(mail.source);
    assert.ok(headers.includes('From: "Burn-in" <nas@example.org>'));
    assert.ok(headers.includes('Auto-Submitted: auto-generated'));
    assert.ok(headers.some((header) => /^Content-Type: multipart\/alternative/.test(header)));
    assert.ok(headers.some((header) => /^Subject: =\?UTF-8\?Q\?Burn-in_FAILED/.test(header)));
    assert.match(mail.source, /Content-Type: text\/plain; charset=utf-8/);
    assert.match(mail.source, /It failed =E2=80=93 really\./);
    assert.match(mail.source, /Content-Type: text\/html; charset=utf-8/);
    assert.match(mail.source, /<p>It failed &#8211; really\.<\/p>/);
  });

  it('writes as the first of those it writes to, when no sender is set', async () => {
    const { mails, port } = await listenSmtp();
    const mailTo = '"Ops, night" <ops@example.org>, bob@example.org';
    await open(port, { mailTo }).send(sampleReport, never);
    const [mail] = mails;
    assert.ok(mail);
    assert.equal(mail.from, 'ops@example.org');
    assert.deepEqual(mail.to, ['ops@example.org', 'bob@example.org']);
  });

  it('sends one report after the other', async () => {
    const { mails, port } = await listenSmtp();
    const mailer = open(port);
    await mailer.send(sampleReport, never);
    await mailer.send(sampleReport, never);
    assert.equal(mails.length, 2);
  });

  it('logs in with the user and password of the address', async () => {
    const logins: unknown[] = [];
    const { mails, port } = await listenSmtp({
      authOptional: false,
      onAuth: ({ username, password }, _session, callback) => {
        logins.push([username, password]);
        callback(null, { user: 'anna' });
      },
    });
    await open(port, withLogin(port)).send(sampleReport, never);
    assert.deepEqual(logins, [['anna', 's3cret/x']]);
    assert.equal(mails.length, 1);
  });

  it('says that a login was refused, and nothing of what was tried', async () => {
    const { port } = await listenSmtp({
      onAuth: ({ username, password }, _session, callback) => {
        callback(new Error(`no ${username ?? ''} with ${password ?? ''}`));
      },
    });
    const message = await failureOf(open(port, withLogin(port)));
    assert.equal(message, `Mail by 127.0.0.1:${port}: the server refused the login`);
  });

  it('passes on why a server refused a recipient, with the secrets masked', async () => {
    const { port } = await listenSmtp({
      onAuth: (_login, _session, callback) => callback(null, { user: 'anna' }),
      onRcptTo: (_address, _session, callback) => callback(new Error('no relay for anna with s3cret/x')),
    });
    assert.match(await failureOf(open(port, withLogin(port))), /no relay for \*\*\* with \*\*\*/);
  });

  it('says how a connection failed', async () => {
    const port = await findDeadPort();
    assert.match(await failureOf(open(port, withLogin(port))), /^Mail by 127\.0\.0\.1:\d+: .*ECONNREFUSED/);
  });

  it('gives up a server that accepts and never answers, however far it got', async () => {
    for (const greeting of ['', '220 hello\r\n']) {
      const port = await listenDeaf(greeting);
      const message = await failureOf(open(port, {}, 100));
      assert.equal(message, `Mail by 127.0.0.1:${port}: no answer within 0.1 s`);
    }
  });

  it('gives up a server that keeps talking without an end', async () => {
    const server = await listenTcp((socket) => {
      const timer = setInterval(() => socket.write('220-more to come\r\n'), 10);
      socket.on('close', () => clearInterval(timer));
    });
    closers.push(() => server.close());
    assert.match(await failureOf(open(server.port, {}, 200)), /no answer within 0\.2 s$/);
  });

  it('stops with the reason of the caller', async () => {
    const port = await listenDeaf('220 hello\r\n');
    const caller = new AbortController();
    const reason = new Error('node closes');
    const sending = open(port).send(sampleReport, caller.signal);
    caller.abort(reason);
    await assert.rejects(sending, reason);
    await assert.rejects(open(port).send(sampleReport, caller.signal), reason);
  });

  it('ends what is under way when it is closed, and sends no more', async () => {
    let arrived = () => {};
    const connected = new Promise<void>((resolve) => (arrived = resolve));
    const server = await listenTcp(() => arrived());
    closers.push(() => server.close());
    const mailer = open(server.port);
    const failing = failureOf(mailer);
    await connected;
    mailer.close();
    assert.match(await failing, /: closed$/);
    assert.match(await failureOf(mailer), /: closed$/);
  });

  it('lets nothing of a drive into the headers', async () => {
    const { mails, port } = await listenSmtp();
    const evil = 'S1\r\nBcc: evil@example.org\r\n\r\nbody';
    const facts = factsOfJob({
      state: 'failed',
      model: evil,
      drive: { serial: evil, wwn: evil, sizeBytes: 1 },
    });
    await open(port).send(buildReport(facts), never);
    await open(port).send({ ...sampleReport, subject: evil }, never);
    assert.equal(mails.length, 2);
    for (const mail of mails) {
      assert.deepEqual(mail.to, ['ops@example.org']);
      const names = headersOf(mail.source).map((header) =>
        header.slice(0, header.indexOf(':')).toLowerCase(),
      );
      assert.deepEqual(names.toSorted(), [
        'auto-submitted',
        'content-type',
        'date',
        'from',
        'message-id',
        'mime-version',
        'subject',
        'to',
      ]);
    }
  });
});
