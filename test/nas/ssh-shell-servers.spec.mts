import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { ServerChannel, Session } from 'ssh2';
import ssh2 from 'ssh2';
import { UnreachableError } from '../../dist/lib/core/refusal.js';
import { openSshShell } from '../../dist/lib/nas/open-ssh-shell.js';
import { readHostKey } from '../../dist/lib/nas/pin-host-key.js';
import type { Shell } from '../../dist/lib/nas/shell.js';
import { quickTimings } from '../support/ssh-shell.mts';

type Answer = (channel: ServerChannel, command: string) => void;

const { private: privateKey, public: publicKey } = ssh2.utils.generateKeyPairSync('ed25519');
const blob = Buffer.from(publicKey.split(' ')[1] ?? '', 'base64');

/** Answers of servers that are not sshd, or not well. */
describe('the SSH shell and an odd server', () => {
  const server = new ssh2.Server({ hostKeys: [privateKey] });
  let shell: Shell;
  let answer: Answer | null = null;

  const serve = (session: Session) => {
    session.on('exec', (accept, reject, { command }) => {
      if (answer === null) reject();
      else answer(accept(), command);
    });
  };
  before(async () => {
    server.on('connection', (client) => {
      client.on('error', () => undefined);
      client.on('authentication', (context) => context.accept());
      client.on('session', (accept) => {
        serve(accept());
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { fingerprint: hostKey } = readHostKey(blob);
    const login = { user: 'root', keyFile: null, password: 'x' };
    shell = openSshShell({ host: '127.0.0.1', port, hostKey, timings: quickTimings, ...login });
  });
  afterEach(() => {
    answer = null;
  });
  after(async () => {
    await shell.close();
    server.close();
  });
  const run = (isSupervisor = false) => shell.run({ script: 'true', timeoutMs: 3000, isSupervisor });
  const isUnreachable = (words: RegExp) => (error: unknown) =>
    error instanceof UnreachableError && words.test(error.message);

  it('never takes a channel that closes without exit status for success', async () => {
    answer = (channel, command) => {
      const nonce = /burnin-\w+/.exec(command)?.[0] ?? '';
      channel.stderr.write(`${nonce}-root\n${nonce}-started\n`);
      channel.write('answer\n');
      channel.close();
    };
    await assert.rejects(run(), isUnreachable(/was lost/));
  });

  it('misses nothing of an answer that comes in one packet with the opening', async () => {
    answer = (channel, command) => {
      const nonce = /burnin-\w+/.exec(command)?.[0] ?? '';
      channel.stderr.write(`${nonce}-root\n${nonce}-started\n`);
      channel.write('answer\n');
      channel.exit(0);
      channel.end();
    };
    assert.deepEqual(await run(), { exitCode: 0, stdout: 'answer\n', stderr: '' });
  });

  it('never takes exit 0 for success when nothing shows that the script ran', async () => {
    answer = (channel) => {
      channel.exit(0);
      channel.end();
    };
    await assert.rejects(run(), isUnreachable(/did not run the command/));
    await assert.rejects(run(true), isUnreachable(/did not run the command/));
  });

  it('says so when no command may be run', async () => {
    await assert.rejects(run(), isUnreachable(/does not let this login run commands: Unable to exec/));
  });
});
