/**
 * Lines that the parts of a request print about themselves, different for each request. They prove what an exit status
 * cannot: that a script was started at all, and that a supervisor has given its whole answer.
 */
export interface ShellMarks {
  /** On standard error: the login is not root, sudo comes next. */
  readonly sudo: string;
  /** On standard error: a shell runs as root and reads the script. */
  readonly root: string;
  /** On standard error: the script arrived whole and runs. */
  readonly started: string;
  /** On both outputs: a supervisor has closed its standard output. */
  readonly answered: string;
}

/** What came back on a channel. */
export interface RawOutput {
  /** Null when a signal ended the command. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type OutputReading =
  | { readonly kind: 'ran'; readonly output: RawOutput }
  | { readonly kind: 'not_started' | 'not_answered'; readonly message: string };

const locale = 'LC_ALL=C; export LC_ALL';
const isRoot = 'test "$(id -u)" = 0';

/** `nonce` is a word not used by another request. */
export function buildShellMarks(nonce: string): ShellMarks {
  return {
    sudo: `burnin-${nonce}-sudo`,
    root: `burnin-${nonce}-root`,
    started: `burnin-${nonce}-started`,
    answered: `burnin-${nonce}-answered`,
  };
}

/**
 * Command line for the login shell, which may be zsh, csh or fish: one word in single quotes, one line, no backslash and
 * no exclamation mark. The script follows on standard input.
 */
export function buildShellCommand(marks: ShellMarks): string {
  const asRoot = `if ${isRoot}; then exec /bin/sh -s; fi`;
  return wrap(`${locale}; ${asRoot}; echo ${marks.sudo} >&2; exec sudo -n /bin/sh -s`);
}

/**
 * Command line that leaves a supervisor behind. It reads the whole script first, for sshd closes the standard input when
 * the command ends, and puts the new session above sudo, which has to live as long as anything below it.
 */
export function buildSupervisorCommand(marks: ShellMarks): string {
  const pick = `if ${isRoot}; then set -- /bin/sh -s; else echo ${marks.sudo} >&2; set -- sudo -n /bin/sh -s; fi`;
  return wrap(`${locale}; script=$(cat); ${pick}; printf %s "$script" | setsid "$@" &`);
}

/** Standard input of a request. A connection that breaks half-way leaves a syntax error, of which nothing is run. */
export function buildShellInput(script: string, marks: ShellMarks): string {
  return `echo ${marks.root} >&2\n{\necho ${marks.started} >&2\n${script}\n}\n`;
}

/**
 * Standard input of a supervisor. sudo keeps the channel's standard output open for as long as it lives, so the end of
 * the script's own output is told by a mark. Once the connection is gone the answer is drained: writing it must not kill
 * the supervisor.
 */
export function buildSupervisorInput(script: string, marks: ShellMarks): string {
  const relay = `{\ncat || cat >/dev/null\necho ${marks.answered} >&2\nprintf '\\n%s\\n' ${marks.answered}\n}`;
  return buildShellInput(`printf %s ${quote(`{\n${script}\n}`)} | /bin/sh -s | ${relay}`, marks);
}

/** The marks that show a supervisor's answer to be complete, as they stand on each output. */
export function buildAnswerMark(marks: ShellMarks): string {
  return `${marks.answered}\n`;
}

/** Reads what came back, without the marks. Other text before the script's own, from start-up files, stays. */
export function readShellOutput(raw: RawOutput, marks: ShellMarks, isSupervisor: boolean): OutputReading {
  const stderr = Object.values<string>({ ...marks }).reduce(
    (text, mark) => text.replace(`${mark}\n`, ''),
    raw.stderr,
  );
  const has = (mark: string) => raw.stderr.includes(`${mark}\n`);
  if (!has(marks.started)) {
    if (has(marks.root)) return { kind: 'not_started', message: tellScript(stderr) };
    // sudo that refuses says so; a silent one ran a shell that found nothing to read.
    const isSudo = has(marks.sudo) && stderr.trim() !== '';
    return { kind: 'not_started', message: isSudo ? tellSudo(stderr) : tellShell(stderr) };
  }
  const end = `\n${marks.answered}\n`;
  if (isSupervisor && !raw.stdout.includes(end)) {
    return { kind: 'not_answered', message: `the command ended before its answer${say(stderr)}` };
  }
  return { kind: 'ran', output: { exitCode: raw.exitCode, stdout: raw.stdout.replace(end, ''), stderr } };
}

function tellScript(stderr: string): string {
  return `the script did not arrive whole on the NAS, and nothing of it was run${say(stderr)}`;
}

function tellSudo(stderr: string): string {
  return (
    `sudo on the NAS does not let this login run /bin/sh as root without a password${say(stderr)}: allow it in sudoers ` +
    '(NOPASSWD; on TrueNAS "Allowed sudo commands with no password"), or log in as root'
  );
}

function tellShell(stderr: string): string {
  return (
    `the NAS did not run the command${say(stderr)}: the login needs an ordinary shell such as /usr/bin/bash, ` +
    'with start-up files that read no input'
  );
}

/** The last words of the other side, on one line. */
function say(stderr: string): string {
  const words = stderr.replace(/[^\x20-\x7e]+/g, ' ').trim();
  return words === '' ? '' : ` (${words.slice(-300)})`;
}

function wrap(script: string): string {
  return `exec /bin/sh -c '${script}'`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
