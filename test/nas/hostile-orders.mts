import type { RunSpec } from '../../dist/lib/core/remote-run.js';
import type { Situation } from '../support/hostile-bench.mts';
import { hostileMounts } from './hostile-mounts.mts';

const row = (title: string, code: string, more: Partial<Situation>): Situation => ({ title, code, ...more });
const soon = Math.floor(Date.now() / 1000);

/** Orders that no careful controller would send. */
const specs: readonly (readonly [string, string, Partial<RunSpec>])[] = [
  ['without a run id', 'launch_failed', { runId: '' }],
  ['with a run id that leaves its directory', 'launch_failed', { runId: '../run-1' }],
  ['with a path for a run id', 'launch_failed', { runId: 'a/b' }],
  ['with dots for a run id', 'launch_failed', { runId: '..' }],
  ['with an option for a run id', 'launch_failed', { runId: '-rf' }],
  ['with a pattern for a run id', 'launch_failed', { runId: '*' }],
  ['with words for a run id', 'launch_failed', { runId: 'run 1' }],
  ['with a command for a run id', 'launch_failed', { runId: '$(id)' }],
  ['without a deadline', 'launch_failed', { deadlineS: 0 }],
  ['with a deadline below zero', 'launch_failed', { deadlineS: -60 }],
  ['with a deadline of one and a half seconds', 'launch_failed', { deadlineS: 1.5 }],
  ['with a deadline that is no number', 'launch_failed', { deadlineS: Number.NaN }],
  ['with an endless deadline', 'launch_failed', { deadlineS: Number.POSITIVE_INFINITY }],
  ['with a deadline too long for the shell', 'launch_failed', { deadlineS: 1e18 }],
  ['with a deadline in another notation', 'launch_failed', { deadlineS: 1e21 }],
  ['without an expiry', 'launch_failed', { notAfterClockS: 0 }],
  ['with an expiry that is no number', 'launch_failed', { notAfterClockS: Number.NaN }],
  ['that has just expired', 'expired', { notAfterClockS: soon - 1 }],
  ['that expired a day ago', 'expired', { notAfterClockS: soon - 86_400 }],
  ['from before a restart', 'expired', { bootId: '11111111-2222-3333-4444-555555555555' }],
  ['without a boot id', 'expired', { bootId: '' }],
  ['with a pattern for a boot id', 'expired', { bootId: '*' }],
  ['that takes no type for a drive', 'unknown_drive', { deviceTypes: [] }],
  ['that takes other types for drives', 'unknown_drive', { deviceTypes: ['loop'] }],
  ['with a pattern for a type', 'unknown_drive', { deviceTypes: ['d*'] }],
  ['with a part of a type', 'unknown_drive', { deviceTypes: ['dis'] }],
];

const blocks: readonly (readonly [string, Partial<NonNullable<Situation['badblocks']>>])[] = [
  ['blocks of no bytes', { blockBytes: 0 }],
  ['blocks below zero', { blockBytes: -4096 }],
  ['blocks of a fraction', { blockBytes: 0.5 }],
  ['blocks that are no number', { blockBytes: Number.NaN }],
  ['more blocks than badblocks can count', { blockBytes: 512 }],
  ['blocks larger than the drive', { blockBytes: 2 ** 43 }],
  ['no blocks in a request', { blocksPerRequest: 0 }],
  ['fewer than no blocks in a request', { blocksPerRequest: -1 }],
  ['requests that make every range too long', { blocksPerRequest: 2 ** 31 }],
  ['no limit of errors', { errorLimit: 0 }],
  ['a limit of errors below zero', { errorLimit: -5 }],
  ['a limit of errors that is no number', { errorLimit: Number.NaN }],
  ['a range that ends before it begins', { range: { first: 10, last: 9 } }],
  ['a range behind the end', { range: { first: 0, last: 976_754_646 } }],
  ['a range that begins below zero', { range: { first: -1, last: 10 } }],
  ['a range of fractions', { range: { first: 0.5, last: 10 } }],
  ['a range without an end', { range: { first: 0, last: Number.POSITIVE_INFINITY } }],
  ['a range that badblocks would wrap', { blockBytes: 512, range: { first: 0, last: 2 ** 32 - 2 } }],
  ['no pattern', { patterns: [] }],
  ['an empty pattern', { patterns: [''] }],
  ['an option for a pattern', { patterns: ['-f'] }],
  ['a device for a pattern', { patterns: ['0xaa', '/dev/sdb'] }],
  ['file names for a pattern', { patterns: ['*'] }],
  ['a pattern that is not hexadecimal', { patterns: ['0xzz'] }],
  ['a pattern that is too long', { patterns: ['0xaaaaaaaaa'] }],
  ['a pattern without digits', { patterns: ['0x'] }],
  ['a decimal pattern', { patterns: ['255'] }],
  ['a mode that nobody knows', { mode: 'wipe' as 'write' }],
  ['no mode', { mode: '' as 'write' }],
];

/** The claim and the launch themselves. */
const claim = (body: string) => ({ perl: `[ "$1" = -MFcntl ] && exit\n${body}` });
const launches: readonly Situation[] = [
  row('no program that can claim', 'tool_missing', { tools: { perl: 'exit 1', python3: 'exit 1' } }),
  row('a drive that the kernel does not give away', 'claimed', {
    detail: /busy/,
    tools: claim('echo "claim: busy" >&2; exit 76'),
  }),
  row('a device that is another one when it is claimed', 'wrong_drive', {
    tools: claim('echo "claim: sda is 8:16, not 8:0" >&2; exit 77'),
  }),
  row('a claim that cannot write down its number', 'launch_failed', { tools: claim('exit 78') }),
  row('a claim that is killed', 'launch_failed', { tools: claim('kill -9 $$') }),
  row('a claim that ends well and does nothing', 'launch_failed', { tools: claim('exit 0') }),
  row('a lock file that another run holds', 'already_running', {
    tools: { flock: 'case " $* " in *" -F "*) exit 75 ;; esac' },
  }),
  row('a lock that fails', 'launch_failed', { tools: { flock: 'case " $* " in *" -F "*) exit 71 ;; esac' } }),
  row('a lock file that somebody holds unseen', 'claimed', {
    tools: { flock: 'exit 75' },
    files: { 'run/nas-burnin/locks/S-sda': '' },
  }),
  row('a lock file that cannot be asked', 'locked', {
    detail: /^unproven its lock file/,
    tools: { flock: 'exit 71' },
    files: { 'run/nas-burnin/locks/S-sda': '' },
  }),
  row('a run id that was used', 'run_exists', { files: { 'run/nas-burnin/runs/run-1/meta': '' } }),
  row('a base directory that is a file', 'launch_failed', { files: { 'run/nas-burnin': 'x' } }),
  row('a base directory that leads elsewhere', 'launch_failed', {
    files: { elsewhere: null, 'elsewhere/x': '', 'run/nas-burnin': ['../elsewhere'] },
  }),
  row('a file where the run belongs', 'launch_failed', { files: { 'run/nas-burnin/runs/run-1': 'x' } }),
  row('systemd that does not start the unit', 'launch_failed', {
    detail: /no bus/,
    files: { 'run/systemd/system/x': '' },
    tools: { 'systemd-run': 'echo "no bus" >&2; exit 1', systemctl: 'exit 1' },
  }),
  row('a clock that says nothing', 'expired', { tools: { date: ':' } }),
  row('a clock that says a date', 'expired', { tools: { date: 'echo Tue Jan 1' } }),
  row('a clock that is far ahead', 'expired', { tools: { date: 'echo 99999999999' } }),
  row('an awk that fails', 'locked', { detail: /could not be judged/, tools: { awk: 'exit 2' } }),
  row('an awk that says nothing', 'locked', {
    detail: /could not be judged/,
    tools: { awk: 'cat >/dev/null' },
  }),
  row('an awk that breaks off', 'locked', {
    detail: /could not be judged/,
    tools: { awk: '/usr/bin/awk "$@" | head -1' },
  }),
  row('time limits that do not work', 'locked', { detail: /^unproven/, tools: { timeout: 'exit 125' } }),
  row('a boot id that is not there', 'no answer', { files: { 'proc/sys/kernel/random/boot_id': null } }),
  row('an uptime that is not there', 'no answer', { files: { 'proc/uptime': null } }),
];

const openers: readonly Situation[] = [
  ['the drive', '/dev/sda'],
  ['a node of it that was removed', '/dev/sda (deleted)'],
  ['its SCSI node', '/dev/sg3'],
].map(([title, target = '']) =>
  row(`a process that writes to ${title} without a claim`, 'claimed', {
    detail: /^busy: opened for writing by process 4242 \(qemu\)$/,
    tools: { sleep: ':' },
    files: {
      'proc/1/fd/0': ['/dev/null'],
      'sys/block/sda/device/scsi_generic/sg3/dev': '21:3\n',
      'proc/4242/fd/7': [target],
      'proc/4242/stat': `4242 (qemu) S 1${' 0'.repeat(40)}\n`,
    },
  }),
);

const lists = [
  ['fails', 'exit 1'],
  ['is missing behind a wrapper', 'exit 127'],
  ['does not end in time', 'exit 124'],
  ['says nothing', ':'],
  ['tells of others only', 'echo /proc/1/fd:; echo "lr-x------ 1 0 0 64 Nov 22 10:00 0 -> /dev/null"'],
  ['breaks off behind the pin', '/bin/ls "$@"; kill -9 $$'],
].map(([title, body = '']) =>
  row(`a list of open files that ${title}`, 'locked', {
    detail: /^unproven who has it open/,
    // The number of the pin is asked of it too.
    tools: { ls: `case $* in */fd) ;; *) exec /bin/ls "$@" ;; esac\n${body}` },
  }),
);

const cuts = [2, 3, 5, 10, 30, 60, 100, 150, 250, 500, 1000, 3000, 8000, 15_000, 25_000].map((cut) =>
  row(`a script that lost its last ${cut} characters`, 'no answer', { cut }),
);

export const hostileOrders: readonly Situation[] = [
  ...specs.map(([title, code, spec]) => row(`an order ${title}`, code, { spec })),
  ...blocks.map(([title, badblocks]) => row(`an order with ${title}`, 'launch_failed', { badblocks })),
  ...launches,
  ...openers,
  ...lists,
  ...cuts,
  ...hostileMounts,
];
