import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import type { SafetyLock, SafetyLockKind } from '../../dist/lib/core/drive.js';
import { UnreachableError } from '../../dist/lib/core/refusal.js';
import type { BadblocksSpec, RunSpec, StartAnswer } from '../../dist/lib/core/remote-run.js';
import { openRemoteRuns } from '../../dist/lib/nas/open-remote-runs.js';
import type { Interpreter, LocalHost } from './local-shell.mts';
import { createPaperHost, diskLine, formatLine } from './paper-host.mts';
import type { PaperFacts } from './paper-host.mts';

/** What is different from a host where all is well and `sda` is free. */
export interface Situation {
  readonly title: string;
  /** Code of the refusal, `started`, or `no answer`. */
  readonly code: string;
  /** In the words of the refusal. */
  readonly detail?: RegExp;
  readonly facts?: Partial<PaperFacts>;
  /** What lsblk, findmnt and zpool say from the second question on, and once umount was asked. */
  readonly then?: Partial<PaperFacts>;
  readonly after?: Partial<PaperFacts>;
  /** Whole answers of tools in the place of those made from the facts. */
  readonly answers?: Readonly<Record<string, string | Buffer>>;
  /** Bodies of programs put in front of the machine's. */
  readonly tools?: Readonly<Record<string, string>>;
  /** Below the root of the host; null takes something away, an array is where a link leads to. */
  readonly files?: Readonly<Record<string, FileData>>;
  /** `kind detail` */
  readonly grants?: readonly string[];
  readonly drive?: Partial<RunSpec['drive']>;
  readonly spec?: Partial<RunSpec>;
  readonly badblocks?: Partial<BadblocksSpec>;
  /** How many characters of the script are lost on its way. */
  readonly cut?: number;
  /** What umount was asked for, in order. */
  readonly umounts?: readonly string[];
}

/** What came of it. */
export interface Ending {
  readonly code: string;
  readonly detail: string;
  /** Devices whose content has changed. */
  readonly written: readonly string[];
  /** How often badblocks was called. */
  readonly calls: number;
  readonly umounts: readonly string[];
  /** Run directories that are left. */
  readonly runs: readonly string[];
}

export const wwn = '0x5000c500a1b2c3d4';
export const sizeBytes = 4000787030016;
const untouched = 'precious data\n';
const calm = diskLine('sda', { WWN: wwn });
/** Programs that BusyBox's shell would run as its own, whatever PATH says. */
const applets = ['awk', 'date', 'mkdir', 'sleep', 'timeout', 'tr', 'umount', 'ls', 'id'];

/** Can this be played where the shell has programs of its own? */
export function isForBusybox({ tools = {}, grants = [] }: Situation): boolean {
  return (
    !Object.keys(tools).some((tool) => applets.includes(tool)) &&
    !grants.some((grant) => /^mounted/.test(grant))
  );
}

/** Starts a run on a paper host of its own, with a badblocks that leaves a mark. */
export async function playSituation(interpreter: Interpreter, situation: Situation): Promise<Ending> {
  const facts = { lsblk: [calm], ...situation.facts };
  const host = createPaperHost(interpreter, facts);
  try {
    furnish(host, facts, situation);
    const cut = situation.cut ?? 0;
    const shell: typeof host.shell = {
      ...host.shell,
      run: (request) =>
        host.shell.run({ ...request, script: request.script.slice(0, request.script.length - cut) }),
    };
    const answer = await openRemoteRuns(shell).start(buildSpec(situation)).catch(readFailure);
    return { ...describeAnswer(answer), ...lookAround(host) };
  } finally {
    host.destroy();
  }
}

type FileData = string | Buffer | null | readonly [string];

function putFile(file: string, data: FileData): void {
  rmSync(file, { force: true, recursive: true });
  if (data === null) return;
  mkdirSync(dirname(file), { recursive: true });
  if (typeof data === 'string' || Buffer.isBuffer(data)) writeFileSync(file, data, { mode: 0o755 });
  else symlinkSync(data[0], file);
}

type Put = (path: string, data: FileData) => void;

/** What the tools say in one phase, and the devices they tell of. */
function putAnswers(put: Put, dir: string, told: PaperFacts, { answers = {} }: Situation): void {
  put(`${dir}/lsblk`, answers['lsblk'] ?? told.lsblk.map(formatLine).join(''));
  put(`${dir}/findmnt`, answers['findmnt'] ?? (told.findmnt ?? ['0:5 proc /proc proc']).join('\n'));
  if (told.zpool !== undefined) put(`${dir}/zpool`, answers['zpool'] ?? told.zpool);
  for (const line of told.lsblk.filter(({ KNAME = '' }) => /^\w+$/.test(KNAME))) {
    put(`dev/${line.KNAME}`, untouched);
    if (line.TYPE === 'part') put(`sys/block/${line.PKNAME}/${line.KNAME}/dev`, `${line['MAJ:MIN']}\n`);
    if (line.PKNAME !== undefined) continue;
    put(`sys/block/${line.KNAME}/dev`, `${line['MAJ:MIN']}\n`);
    put(`sys/block/${line.KNAME}/stat`, '1 0 2 0 3 0 4 0 0 0 0\n');
    put(`sys/block/${line.KNAME}/holders/.keep`, '');
  }
}

function furnish(host: LocalHost, facts: PaperFacts, situation: Situation): void {
  const { tools = {}, files = {} } = situation;
  const put = (path: string, data: FileData) => putFile(join(host.root, path), data);
  rmSync(join(host.root, 'dev'));
  const { then, after } = situation;
  const phases = { first: facts, then: { ...facts, ...then }, after: { ...facts, ...then, ...after } };
  for (const [phase, told] of Object.entries(phases)) putAnswers(put, `answers/${phase}`, told, situation);
  // One target is told of without its name.
  const sayTarget =
    `[ "$3" != -M ] || { t=$(printf %s "$4" | /bin/sed 's/ /\\\\x20/g'); ` +
    `/bin/grep -F " $t " ${host.root}/answers/then/findmnt | while read -r n s _; do echo "$n $s"; done; exit; }\n`;
  const say = (tool: string) =>
    `p=first\n[ ! -e ${host.root}/asked ] || p=then\n[ ! -e ${host.root}/unmounted ] || p=after\n` +
    `[ ${tool} != lsblk ] || : >${host.root}/asked\nexec /bin/cat ${host.root}/answers/$p/${tool}\n`;
  const programs: Record<string, string> = {
    lsblk: say('lsblk'),
    findmnt: say('findmnt').replace('exec ', `${sayTarget}exec `),
    blkid: 'exit 2',
    smartctl: 'exit 1',
    umount: `echo "$*" >>${host.root}/umounts\n: >${host.root}/unmounted\n`,
    badblocks: `echo "$*" >>${host.root}/calls\nfor d; do case $d in ${host.root}/dev/*) echo gone >"$d" ;; esac; done\necho 'From block 0 to 1' >&2\n`,
    ...(facts.zpool === undefined ? {} : { zpool: say('zpool') }),
    ...tools,
  };
  // A link in the way leads to the shell's own programs.
  for (const [name, text] of Object.entries(programs)) put(`bin/${name}`, `#!/bin/dash\n${text}\n`);
  for (const [path, data] of Object.entries(files)) put(path, data);
}

function buildSpec({ grants = [], drive, spec, badblocks }: Situation): RunSpec {
  return {
    runId: 'run-1',
    owner: 'the tests',
    deviceTypes: ['disk'],
    deadlineS: 60,
    notAfterClockS: Math.floor(Date.now() / 1000) + 600,
    bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    grants: grants.map(readGrant),
    ...spec,
    drive: { serial: 'S-sda', wwn, sizeBytes, ...drive },
    badblocks: {
      mode: 'write',
      blockBytes: 4096,
      blocksPerRequest: 64,
      errorLimit: 16,
      patterns: ['0xaa'],
      range: null,
      ...badblocks,
    },
  };
}

function readGrant(text: string): SafetyLock {
  const at = text.indexOf(' ');
  return { kind: text.slice(0, at) as SafetyLockKind, detail: text.slice(at + 1) };
}

function readFailure(error: unknown): null {
  if (error instanceof UnreachableError) return null;
  throw error;
}

function describeAnswer(answer: StartAnswer | null): Pick<Ending, 'code' | 'detail'> {
  if (answer === null) return { code: 'no answer', detail: '' };
  if (answer.kind === 'started') return { code: 'started', detail: '' };
  return { code: answer.code, detail: answer.detail };
}

function lookAround({ root, base }: LocalHost): Omit<Ending, 'code' | 'detail'> {
  const lines = (file: string) =>
    existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8').trim().split('\n') : [];
  const devices = existsSync(join(root, 'dev'))
    ? readdirSync(join(root, 'dev'), { withFileTypes: true })
    : [];
  return {
    written: devices
      .filter((entry) => entry.isFile() && readFileSync(join(root, 'dev', entry.name), 'utf8') !== untouched)
      .map((entry) => entry.name),
    calls: lines('calls').length,
    umounts: lines('umounts'),
    runs: existsSync(join(base, 'runs')) ? readdirSync(join(base, 'runs')) : [],
  };
}
