import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { RefusedError, UnreachableError } from '../../dist/lib/core/refusal.js';
import { buildScript, quoteArgument } from '../../dist/lib/nas/host-script.js';
import { openDriveProbe } from '../../dist/lib/nas/open-drive-probe.js';
import { openRemoteRuns } from '../../dist/lib/nas/open-remote-runs.js';
import type { Shell, ShellResult } from '../../dist/lib/nas/shell.js';
import { createLocalHost, createLocalShell } from '../support/local-shell.mts';
import type { LocalHost } from '../support/local-shell.mts';
import { isInstalled } from '../support/need-root.mts';
import { runTool } from '../support/loop-drive.mts';
import { createPaperHost, diskLine } from '../support/paper-host.mts';
import type { PaperFacts } from '../support/paper-host.mts';

const scripts = globSync('lib/nas/*.sh').sort();

/** A shell that gives the same answer to everything. */
function sayAlways(result: Partial<ShellResult>): Shell {
  const { shell } = { shell: createLocalShell({ command: ['sh'], env: {} }) };
  return { ...shell, run: () => Promise.resolve({ exitCode: 0, stdout: '', stderr: '', ...result }) };
}

describe('A script for the NAS', () => {
  const hosts: LocalHost[] = [];
  const openHost = (facts: PaperFacts) => {
    const host = createPaperHost('dash', facts);
    hosts.push(host);
    return host;
  };
  afterEach(() => hosts.splice(0).forEach((host) => host.destroy()));

  it('passes shellcheck and the size rule, each part of it', function () {
    assert.ok(scripts.length >= 8, scripts.join());
    for (const script of scripts) {
      const lines = readFileSync(script, 'utf8').split('\n').length;
      assert.ok(lines <= 301, `${script} has ${lines} lines`);
    }
    if (isInstalled('shellcheck')) runTool('shellcheck', ...scripts);
    else if (process.env.CI !== undefined) throw new Error('CI must not skip this: shellcheck is missing');
    else this.skip();
  });

  it('never forces badblocks, and never lets it talk every second', () => {
    for (const script of scripts) {
      const code = readFileSync(script, 'utf8').replaceAll(/^\s*#.*$/gm, '');
      assert.doesNotMatch(code, /badblocks[^\n]* -[a-z]*[fs]\b/, script);
    }
  });

  it('takes any argument as it is, and no control character at all', () => {
    for (const argument of ["it's", '$(id) `id` "x" \\', '', '-n', '*', "''''", 'ü €']) {
      const said = runTool('sh', '-c', `printf '%s|' ${quoteArgument(argument)} end`);
      assert.equal(said, `${argument}|end|`);
    }
    for (const argument of ['a\nb', 'a\tb', 'a\0b', '\u007f']) {
      assert.throws(() => quoteArgument(argument), /control character/);
    }
  });

  it('does nothing when it was cut off on its way', () => {
    const call = {
      parts: ['host', 'run-files', 'run-settle', 'run-stop'],
      call: 'clear_run',
      args: ['some-run', "it's"],
    };
    const whole = buildScript(call);
    const host = createLocalHost('dash');
    const run = (script: string) => host.shell.run({ script, timeoutMs: 5000 });
    return Promise.all([
      run(whole).then(({ stdout }) => assert.match(stdout, /burnin-begin[^]*burnin-end/)),
      ...[2, 3, 5, 8, 13, 20, 100, 1000, 3000].map(async (cut) => {
        const { stdout } = await run(whole.slice(0, -cut));
        assert.equal(stdout, '', `cut by ${cut}`);
      }),
    ]).finally(() => host.destroy());
  });

  it('hands no program an argument that sudo with sub-command logging kills it for', async () => {
    const host = openHost({ lsblk: [diskLine('sda')] });
    const check = 'for a; do [ "${#a}" -lt 4000 ] || exit 99; done';
    writeFileSync(join(host.bin, 'awk'), `#!/bin/sh\n${check}\nexec /usr/bin/awk "$@"\n`, { mode: 0o755 });
    assert.equal((await openDriveProbe(host.shell, ['disk']).probe()).drives.length, 1);
    assert.equal((await openRemoteRuns(host.shell).look()).runs.length, 0);
  });

  it('is answered behind whatever a login prints first', async () => {
    const host = openHost({ lsblk: [diskLine('sda')] });
    const env = { PATH: `${host.bin}:/usr/bin:/bin`, BURNIN_ROOT: host.root };
    const noise = 'Welcome\nlock\tsda\tmounted\t/\nburnin-end\nno newline';
    const shell = createLocalShell({ command: ['sh', '-s'], env, noise });
    const report = await openDriveProbe(shell, ['disk']).probe();
    assert.deepEqual(report.drives[0]?.locks, []);
  });

  it('without a whole answer is unreachable, in words that name the cause', async () => {
    const host = openHost({ lsblk: [diskLine('sda')] });
    const { stdout } = await host.shell.run({
      script: buildScript({
        parts: ['host', 'run-files', 'drive-judge', 'drive-facts', 'drive-probe'],
        call: 'probe_drives',
        args: ['disk'],
      }),
      timeoutMs: 5000,
    });
    for (let length = 0; length < stdout.length - 1; length += 7) {
      const cut = openDriveProbe(sayAlways({ stdout: stdout.slice(0, length) }), ['disk']);
      await assert.rejects(cut.probe(), UnreachableError);
    }
    const sudo = sayAlways({ exitCode: 1, stderr: 'sudo: a password is required\n' });
    await assert.rejects(
      openDriveProbe(sudo, ['disk']).probe(),
      /exit status 1, sudo: a password is required/,
    );
    await assert.rejects(openRemoteRuns(sayAlways({ exitCode: null })).look(), /ended by a signal/);
  });

  it('reports a clear that was refused as refused', async () => {
    const held = sayAlways({ stdout: 'burnin-begin\ncleared\theld\nburnin-end\n' });
    await assert.rejects(openRemoteRuns(held).clear('r'), RefusedError);
  });

  it('lies beside the compiled client', () => {
    for (const script of scripts) assert.ok(existsSync(join('dist', script)), script);
  });
});
