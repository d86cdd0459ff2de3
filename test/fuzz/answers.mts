import type { HostRecord } from '../../dist/lib/core/read-host-answer.js';
import { readHostAnswer } from '../../dist/lib/core/read-host-answer.js';
import { smartTexts } from './inputs.mts';

const host = 'host\tb0a1-boot\t12345.67\t1800000000';
const wrap = (...lines: string[]) => `motd\nburnin-begin\n${[host, ...lines].join('\n')}\nburnin-end\n`;

const run =
  'run\tr-1\tinst.nas\t00zL2 ABc12\tb0a1-boot\t1\t-\t1048576\t2097152\t4194304\t2\t12000.5\t-\n' +
  'log\tr-1\tChecking for bad blocks in read-write mode\nlog\tr-1\tFrom block 0 to 16383';

export const probeAnswer = wrap(
  'middleware\t1',
  'drive\tsda\t8:0\tdisk\t18000207937536\t4096\t1\tsata\t00zL2 ABc12\t0x5000c500d1e2f3a4\t38\tST18000NM000J',
  'key\tsda\t00zL2 ABc12',
  'lock\tsda\tactive_pool\ttank',
  'lock\tsda\tmounted\t/mnt/x',
  'drive\tnvme0n1\t259:0\tdisk\t1000204886016\t512\t0\tnvme\t0012345\teui.0025388b710116a1\t-\t-',
  'key\tnvme0n1\t0012345',
  'gap\tzpool\tfailed with exit status 1',
  'judged',
);
export const lookAnswer = wrap(run, 'listed');
export const recordAnswer = wrap(
  run,
  'listed',
  'bad\tr-1\t5000',
  'bad\tr-1\t5064',
  'identity\tr-1\t00zL2 ABc12\t-\t18000207937536',
);
export const startAnswer = wrap('started\tsda\t4711\tb0a1-boot\tsystemd');
export const refusedAnswer = wrap('refused\tlocked\tactive_pool tank');
export const stopAnswer = wrap('stopped\tgone');
export const clearAnswer = wrap('cleared\theld');

const [capture = ''] = smartTexts.filter((text) => text.includes('"ata_smart_attributes"'));
const json = capture.trimEnd().split('\n');
export const smartAnswer = wrap('smart\tsda\t4', ...json.map((line) => `json\t${line}`));
export const smartRoundAnswer = wrap(
  'no_drive\t3\tgone',
  'smart\t1\tsda\t4',
  ...json.map((line) => `json\t1\t${line}`),
  'smart\t2\tsdb\t0',
  'json\t2\t{"smartctl":{"exit_status":0}}',
);

/** A whole answer of every call, as the scripts print them. */
export const answers = [
  probeAnswer,
  lookAnswer,
  recordAnswer,
  startAnswer,
  refusedAnswer,
  stopAnswer,
  clearAnswer,
  smartAnswer,
  smartRoundAnswer,
];

/** The records of an answer; of one that is no answer its lines as they are. */
export function recordsOf(text: string): readonly HostRecord[] {
  const answer = readHostAnswer(text);
  if (answer.ok) return answer.value;
  return text.split('\n').map((line) => {
    const [kind = '', ...fields] = line.split('\t');
    return { kind, fields };
  });
}
