import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { listenHttp, listenTcp, type Listening } from '../notify/loopback.mts';
import { openMailInbox, type MailInbox } from '../notify/mail-inbox.mts';
import { useJourney } from '../support/journey.mts';
import { readDatabase } from '../support/read-database.mts';
import { until } from '../support/until.mts';

const MiB = 1024 * 1024;

interface Posted {
  readonly subject: string;
  readonly report: {
    readonly job: string;
    readonly state: string;
    readonly drive: { readonly serial: string };
  };
}

/** A webhook that can be made to keep silent. */
class Hook {
  readonly posted: Posted[] = [];
  readonly waiting: ServerResponse[] = [];
  isSilent = false;
  #server: Listening | null = null;

  async open(): Promise<void> {
    this.#server = await listenHttp((_request, body, response) => {
      if (this.isSilent) {
        this.waiting.push(response);
        return;
      }
      this.posted.push(JSON.parse(body) as Posted);
      response.end();
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server?.port ?? 0}/hook`;
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }
}

describe('reports by mail and webhook', function () {
  this.timeout(90_000);
  const journey = useJourney();
  let hook: Hook;
  let inbox: MailInbox;

  beforeEach(async () => {
    const [newHook, newInbox] = [new Hook(), await openMailInbox()];
    await newHook.open();
    journey.atEnd(() => newHook.close());
    journey.atEnd(() => newInbox.close());
    [hook, inbox] = [newHook, newInbox];
  });

  const mailTo = (port: number) => ({ SMTP_URL: `smtp://127.0.0.1:${port}`, MAIL_TO: 'ops@example.org' });

  it('come once for each job, also when the controller is killed right after the end', async () => {
    const [first, second] = [journey.addDrive(), journey.addDrive()];
    for (const drive of [first, second]) journey.pace(drive, 48 * MiB);
    const { red, user, database } = await journey.openController({
      env: { ...mailTo(inbox.port), WEBHOOK_URL: hook.url },
    });
    const dueDeliveries = () => readDatabase(database, `SELECT * FROM deliveries WHERE state = 'due'`);
    await user.start(first.serial);
    await user.untilEnd(first.serial);
    await until('mail and webhook', () => inbox.mails.length === 1 && hook.posted.length === 1);
    assert.match(
      inbox.mails[0]?.source ?? '',
      new RegExp(`Subject: Burn-in PASSED: ${first.serial} on shelf`),
    );
    assert.equal(hook.posted[0]?.report.drive.serial, first.serial);

    hook.isSilent = true;
    await user.start(second.serial);
    await user.untilEnd(second.serial);
    await until('a report on its way', () => hook.waiting.length === 1);
    await red.kill();
    hook.isSilent = false;
    await red.start();
    await until('the webhook again', () => hook.posted.length === 2);
    await until('the second mail', () => inbox.mails.length === 2);
    assert.equal(hook.posted[1]?.report.drive.serial, second.serial);
    assert.equal(hook.posted[1].report.state, 'passed');

    await until('the record of it', () => dueDeliveries().length === 0);
    await red.kill();
    await red.start();
    await user.start(second.serial);
    await user.cancel(second.serial);
    await until('a third report', () => hook.posted.length >= 3 && inbox.mails.length >= 3);
    assert.deepEqual(
      hook.posted.map(({ report }) => report.state),
      ['passed', 'passed', 'cancelled'],
      'nothing was sent twice',
    );
    assert.equal(inbox.mails.length, 3);
  });

  it('by mail that cannot be sent keep no job and no webhook waiting', async () => {
    const greeted: unknown[] = [];
    const deaf = await listenTcp((socket) => greeted.push(socket));
    journey.atEnd(() => deaf.close());
    const drives = [journey.addDrive(), journey.addDrive()];
    for (const drive of drives) journey.pace(drive, 48 * MiB);
    const { user } = await journey.openController({
      env: { ...mailTo(deaf.port), WEBHOOK_URL: hook.url, BURNIN_MAX_PARALLEL: '1' },
    });
    const [first, second] = drives.map(({ serial }) => serial) as [string, string];
    await user.start(first, second);
    await user.untilEnd(first);
    await until('the dead mail server to be asked', () => greeted.length === 1);
    const end = await user.untilEnd(second);
    assert.equal(end.state, 'passed', String(end.reason));
    await until('both webhooks', () => hook.posted.length === 2);
    assert.equal(greeted.length, 1, 'all that time the first mail was still waiting');
  });
});
