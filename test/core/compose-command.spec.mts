import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  buildAnswerMark,
  buildShellCommand,
  buildShellInput,
  buildShellMarks,
  buildSupervisorCommand,
  buildSupervisorInput,
  readShellOutput,
} from '../../dist/lib/core/compose-command.js';

const marks = buildShellMarks('n1');
const raw = { exitCode: 0, stdout: '', stderr: '' };

describe('readShellOutput', () => {
  const started = `${marks.root}\n${marks.started}\n`;

  it('takes the marks out and leaves everything else as it came', () => {
    const reading = readShellOutput(
      { exitCode: 3, stdout: 'noise\nanswer', stderr: `rc\n${marks.sudo}\n${started}oops\n` },
      marks,
      false,
    );
    assert.deepEqual(reading, {
      kind: 'ran',
      output: { exitCode: 3, stdout: 'noise\nanswer', stderr: 'rc\noops\n' },
    });
  });

  it('takes the end mark out of the answer of a supervisor', () => {
    const end = `\n${buildAnswerMark(marks)}`;
    const reading = readShellOutput({ ...raw, stdout: `answer\n${end}`, stderr: started }, marks, true);
    assert.deepEqual(reading, { kind: 'ran', output: { ...raw, stdout: 'answer\n' } });
  });

  it('does not take the answer of a supervisor without its end for an answer', () => {
    const reading = readShellOutput({ ...raw, stdout: 'ans', stderr: `${started}Killed\n` }, marks, true);
    assert.equal(reading.kind, 'not_answered');
    assert.match(reading.message, /before its answer \(Killed\)/);
  });

  const unstarted = [
    {
      stderr: `${marks.sudo}\nsudo: a password is required\n`,
      words: /sudo .*\(sudo: a password is required\).*NOPASSWD/,
    },
    {
      stderr: `${marks.root}\nsh: 3: Syntax error\n`,
      words: /did not arrive whole.*\(sh: 3: Syntax error\)/,
    },
    {
      stderr: 'This account is not available.\r\n',
      words: /\(This account is not available\.\).*ordinary shell/,
    },
    { stderr: `${marks.sudo}\n`, words: /start-up files that read no input/ },
    { stderr: '', words: /did not run the command: the login needs an ordinary shell/ },
    { stderr: buildShellMarks('n2').started, words: /ordinary shell/ },
  ];
  for (const { stderr, words } of unstarted) {
    it(`never takes exit 0 for success when the script was not started: ${words.source}`, () => {
      const reading = readShellOutput({ ...raw, stderr }, marks, false);
      assert.equal(reading.kind, 'not_started');
      assert.match(reading.message, words);
    });
  }
});

describe('the command line', () => {
  for (const [name, command] of [
    ['a request', buildShellCommand(marks)],
    ['a supervisor', buildSupervisorCommand(marks)],
  ] as const) {
    it(`of ${name} means the same to every login shell`, () => {
      assert.match(command, /^exec \/bin\/sh -c '[^'\\!\n]*'$/);
    });
  }
});

describe('what is sent, run by a real shell', () => {
  let directory: string;
  const file = (name: string) => path.join(directory, name);
  const program = (name: string, lines: string) => {
    writeFileSync(file(name), `#!/bin/sh\n${lines}\n`);
    chmodSync(file(name), 0o755);
  };
  const run = (command: string, input: string) => {
    const env = { ...process.env, PATH: `${directory}:${process.env['PATH'] ?? ''}` };
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { input, env, encoding: 'utf8' });
    return { exitCode: status, stdout, stderr };
  };
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'burnin-compose-'));
    program('id', 'echo 0');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('gives code, output and errors of the script', () => {
    const output = run(buildShellCommand(marks), buildShellInput("echo 'a b'; echo c >&2; exit 7", marks));
    assert.deepEqual(readShellOutput(output, marks, false), {
      kind: 'ran',
      output: { exitCode: 7, stdout: 'a b\n', stderr: 'c\n' },
    });
  });

  it('asks the host who it is, and goes through sudo -n when that is not root', () => {
    program('id', 'echo 1000');
    program('sudo', `echo "$*" >${directory}/asked; shift; exec "$@"`);
    const output = run(buildShellCommand(marks), buildShellInput(`cat ${file('asked')}`, marks));
    const reading = readShellOutput(output, marks, false);
    assert.deepEqual(reading, { kind: 'ran', output: { ...raw, stdout: '-n /bin/sh -s\n' } });
  });

  it('names sudo when it refuses', () => {
    program('id', 'echo 1000');
    program('sudo', 'echo "sudo: a password is required" >&2; exit 1');
    const output = run(buildShellCommand(marks), buildShellInput('echo never', marks));
    const reading = readShellOutput(output, marks, false);
    assert.equal(reading.kind, 'not_started');
    assert.equal(output.stdout, '');
  });

  const builders = [
    ['a request', buildShellInput],
    ['a supervisor', buildSupervisorInput],
  ] as const;
  for (const [name, build] of builders) {
    it(`runs nothing of ${name} that was cut short at any byte`, () => {
      const input = build(`echo x >'${file('ran')}'\ncat <<END >'${file('ran')}'\ntext\nEND`, marks);
      const whole = input.trimEnd().length;
      for (let length = 0; length < whole; length += 1) {
        spawnSync('/bin/sh', ['-s'], { input: input.slice(0, length), cwd: directory });
        assert.equal(existsSync(file('ran')), false, `after ${length} of ${whole} bytes`);
      }
      spawnSync('/bin/sh', ['-s'], { input, cwd: directory });
      assert.equal(existsSync(file('ran')), true);
    }).timeout(60_000);
  }

  it('ends the answer of a supervisor when its output is closed, whatever quotes the script has', () => {
    const script = `echo "it's $((1 + 1))"; exec >/dev/null 2>&1; echo $$ >'${file('pid')}'`;
    const output = run('exec /bin/sh -s', buildSupervisorInput(script, marks));
    const reading = readShellOutput(output, marks, true);
    assert.deepEqual(reading, { kind: 'ran', output: { ...raw, stdout: "it's 2\n" } });
    assert.equal(existsSync(file('pid')), true);
  });
});
