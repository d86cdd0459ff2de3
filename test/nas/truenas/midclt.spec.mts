import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TruenasError } from '../../../dist/lib/core/truenas-error.js';
import { UnreachableError } from '../../../dist/lib/core/refusal.js';
import { openMidcltCaller } from '../../../dist/lib/nas/truenas/open-midclt-caller.js';
import type { Shell } from '../../../dist/lib/nas/shell.js';
import type { LinkState } from '../../../dist/lib/core/views.js';
import { createLocalHost, createLocalShell, interpreters } from '../../support/local-shell.mts';
import type { LocalHost } from '../../support/local-shell.mts';

const trace = `Traceback (most recent call last):
  File "/usr/lib/python3/dist-packages/middlewared/main.py", line 1, in run
middlewared.service_exception.CallError: [EBUSY] Disk is in use`;

/** As the real one behaves: texts without quotes, reasons and traces on standard error. */
const midclt = `#!/bin/sh
[ "$1" = call ] || exit 99
method=$2
shift 2
printf '%s\\n' "$method" "$@" >>"$BURNIN_ROOT/asked"
case $method in
  system.version) echo "TrueNAS-25.10.6" ;;
  disk.query) printf '%s\\n' '[{"serial": "0012", "note": "a\\nburnin-end\\n", "at": {"$date": 5}, "s": {"$set": []}}]' ;;
  echo) printf '%s\\n' "$1" ;;
  true) echo True ;;
  core.read) cat; echo '"at its end"' ;;
  noisy) echo '{"a":' ; echo '1}'; echo 'a warning' >&2 ;;
  busy) echo '[EBUSY] Disk is in use' >&2; printf '%s\\n' '${trace.replaceAll('\n', "' '")}' >&2; exit 1 ;;
  down) echo 'Failed to run middleware call. Daemon not running?' >&2; exit 1 ;;
  hang) exec sleep 20 ;;
  garbage) echo '{"a": ' ;;
  *) echo 'Method does not exist' >&2; exit 1 ;;
esac
`;

function give(host: LocalHost): LocalHost {
  writeFileSync(join(host.bin, 'midclt'), midclt, { mode: 0o755 });
  return host;
}

describe('midclt over a shell', () => {
  const hosts: LocalHost[] = [];
  const open = (interpreter: (typeof interpreters)[number] = 'dash') => {
    const host = createLocalHost(interpreter);
    hosts.push(host);
    return host;
  };
  afterEach(() => hosts.splice(0).forEach((host) => host.destroy()));

  for (const interpreter of interpreters) {
    it(`asks in one round trip, and one refusal does not spoil the others (${interpreter})`, async () => {
      const caller = openMidcltCaller(give(open(interpreter)).shell);
      const answers = await caller.callMany([
        { method: 'disk.query', params: [] },
        { method: 'busy', params: ['sdc', true, null] },
        { method: 'no.such', params: [] },
        { method: 'down', params: [] },
        { method: 'garbage', params: [] },
        { method: 'noisy', params: [] },
        { method: 'core.read', params: [] },
        { method: 'true', params: [] },
      ]);
      assert.deepEqual(
        answers.map((answer) => (answer.ok ? answer.value : [answer.error.name, answer.error.message])),
        [
          [{ serial: '0012', note: 'a\nburnin-end\n', at: 5, s: [] }],
          ['TruenasError', '[EBUSY] Disk is in use'],
          ['TruenasError', 'Method does not exist'],
          ['UnreachableError', 'the middleware of TrueNAS does not run or does not answer'],
          ['UnreachableError', 'midclt gave no usable answer: the text is not JSON'],
          { a: 1 },
          'at its end',
          true,
        ],
      );
      const reasons = answers.map((answer) =>
        !answer.ok && answer.error instanceof TruenasError ? answer.error.reason : '',
      );
      assert.deepEqual(reasons.slice(1, 3), ['busy', 'no_method']);
      assert.deepEqual(caller.view, {
        way: 'midclt',
        version: 'TrueNAS-25.10.6',
        link: 'connected',
        message: 'this machine',
      });
      assert.equal(caller.version?.major, 25);
    });
  }

  it('hands over any argument as it is', async () => {
    const caller = openMidcltCaller(give(open()).shell);
    for (const param of [
      'it\'s $(id) `id` \\ " *',
      'a\nb\tc\u0007\u007f\u0085',
      { description: 'ü €', list: [['name', '=', 'sdc']] },
      '-q',
      '0012345678',
    ]) {
      assert.deepEqual(await caller.call('echo', [param]), param);
    }
  });

  it('asks for the version once, and again after a time without connection', async () => {
    const host = give(open());
    let state: LinkState = 'connected';
    const listeners: (() => void)[] = [];
    const shell: Shell = {
      ...host.shell,
      get state() {
        return state;
      },
      onChange: (listener) => {
        listeners.push(listener);
        return () => listeners.splice(0);
      },
    };
    const caller = openMidcltCaller(shell);
    const versions: (string | null)[] = [];
    caller.onChange(() => versions.push(`${caller.view.link} ${caller.view.version ?? '-'}`));
    const asked = () => readFileSync(join(host.root, 'asked'), 'utf8').match(/system\.version/g)?.length;
    await caller.call('true', []);
    await caller.call('true', []);
    assert.equal(asked(), 1);
    state = 'disconnected';
    listeners.forEach((listener) => listener());
    state = 'connected';
    listeners.forEach((listener) => listener());
    await caller.call('true', []);
    assert.equal(asked(), 2);
    assert.deepEqual(versions, [
      'connected TrueNAS-25.10.6',
      'disconnected TrueNAS-25.10.6',
      'connected TrueNAS-25.10.6',
    ]);
    await caller.close();
    assert.equal(listeners.length, 0);
    assert.equal(caller.view.link, 'disconnected');
    await assert.rejects(caller.call('true', []), UnreachableError);
    caller.onHint(() => undefined)();
  });

  it('says that midclt is missing, and finds it when it comes', async () => {
    const host = open();
    const caller = openMidcltCaller(host.shell);
    await assert.rejects(caller.call('disk.query', []), {
      name: 'TruenasError',
      reason: 'no_method',
      message: /midclt is missing on this host/,
    });
    assert.equal(caller.view.link, 'refused');
    assert.match(caller.view.message, /midclt is missing/);
    assert.equal(caller.version, null);
    give(host);
    assert.equal(await caller.call('true', []), true);
    assert.equal(caller.view.link, 'connected');
    assert.deepEqual(await caller.callMany([]), []);
  });

  it('sends no argument that sudo with sub-command logging would kill the program for', async () => {
    const host = give(open());
    const caller = openMidcltCaller(host.shell);
    await assert.rejects(caller.call('echo', ['é'.repeat(2000)]), {
      name: 'TruenasError',
      reason: 'invalid',
    });
    assert.ok(!existsSync(join(host.root, 'asked')));
    assert.equal(await caller.call('echo', ['x'.repeat(3900)]), 'x'.repeat(3900));
  });

  it('does not know what came of a call that never ended', async () => {
    const caller = openMidcltCaller(give(open()).shell);
    const [first, second] = await caller
      .callMany(
        [
          { method: 'hang', params: [] },
          { method: 'true', params: [] },
        ],
        { timeoutMs: 1900 },
      )
      .catch(() => []);
    // The limit on the NAS is a second, that of the shell a little more.
    assert.ok(first !== undefined && !first.ok && first.error instanceof UnreachableError);
    assert.match(first.error.message, /no answer in time/);
    assert.deepEqual(second, { ok: true, value: true });
  });

  it('is unreachable when its answer was cut off, wherever that was', async () => {
    const host = give(open());
    let whole = '';
    const seen: Shell = {
      ...host.shell,
      run: async (request) => {
        const result = await host.shell.run(request);
        whole = result.stdout;
        return result;
      },
    };
    await openMidcltCaller(seen).call('disk.query', []);
    assert.match(whole, /burnin-begin\n[^]*burnin-end\n$/);
    for (let length = 0; length < whole.length - 1; length += 5) {
      const result = { exitCode: 0, stdout: whole.slice(0, length), stderr: '' };
      const caller = openMidcltCaller({ ...host.shell, run: () => Promise.resolve(result) });
      await assert.rejects(caller.call('disk.query', []), UnreachableError);
    }
  });

  it('looks for midclt where CORE has it, outside of the path of a login', async () => {
    const host = open();
    const env = { PATH: `${host.bin}:/usr/bin:/bin`, BURNIN_ROOT: host.root };
    const shell = createLocalShell({ command: ['sh', '-s'], env });
    const { stdout } = await shell.run({
      script: readFileSync('lib/nas/host.sh', 'utf8') + '\necho "$PATH"\n',
      timeoutMs: 5000,
    });
    assert.match(stdout, /:\/usr\/local\/bin:/);
  });
});
