import assert from 'node:assert/strict';

import { readHostAnswer } from '../../dist/lib/core/read-host-answer.js';
import type { HostRecord, Reading } from '../../dist/lib/core/read-host-answer.js';

import {
  readClearAnswer,
  readHostLook,
  readRunRecord,
  readStartAnswer,
  readStopAnswer,
} from '../../dist/lib/core/read-runs.js';
import { readProbe } from '../../dist/lib/core/read-probe.js';
import { readSmartAnswer } from '../../dist/lib/core/read-smart-answer.js';

const read = <T,>(reader: (records: readonly HostRecord[]) => Reading<T>, ...lines: string[]): T | string => {
  const answer = readHostAnswer(`burnin-begin\n${lines.join('\n')}\nlisted\nburnin-end\n`);
  const reading = answer.ok ? reader(answer.value) : answer;
  return reading.ok ? reading.value : `problem: ${reading.problem}`;
};
/** The problem of a reading, or what was read instead. */
const problem = (reading: unknown) => (typeof reading === 'string' ? reading : JSON.stringify(reading));
const host = 'host\tboot-1\t12.34\t1700000000';
const run = 'run\tr1\tme\tS1\tboot-1\t1\t-\t100\t200\t300\t0\t5.5\t-';
const drive = 'drive\tsda\t8:0\tdisk\t1000\t512\t1\tsata\tS1\t-\t-\tModel';

describe('The readers of runs', () => {
  it('read a start that was done and one that was refused', () => {
    assert.deepEqual(read(readStartAnswer, 'started\tsda\t17\tboot-1\tsystemd'), {
      kind: 'started',
      name: 'sda',
      pid: 17,
      bootId: 'boot-1',
      form: 'systemd',
    });
    assert.deepEqual(read(readStartAnswer, host, 'refused\tlocked\tmounted /'), {
      kind: 'refused',
      code: 'locked',
      detail: 'mounted /',
    });
  });

  it('take a list of runs that broke off for no list: a run that is missing from it is not gone', () => {
    const answer = readHostAnswer(`burnin-begin\n${host}\n${run}\nburnin-end\n`);
    assert.ok(answer.ok);
    assert.deepEqual(readHostLook(answer.value), { ok: false, problem: 'the list of runs broke off' });
    assert.deepEqual(readRunRecord(answer.value), { ok: false, problem: 'the list of runs broke off' });
  });

  it('take no or two answers, and unknown codes, for none', () => {
    assert.match(problem(read(readStartAnswer, host)), /0 answers/);
    assert.match(
      problem(read(readStartAnswer, 'refused\tlocked\tx', 'started\tsda\t1\tb\tsetsid')),
      /2 answers/,
    );
    assert.match(problem(read(readStartAnswer, 'refused\tlovely\tx')), /holds "lovely"/);
    assert.match(problem(read(readStopAnswer, 'stopped\tmaybe')), /holds "maybe"/);
    assert.match(problem(read(readStopAnswer)), /0 answers/);
    assert.match(problem(read(readClearAnswer, 'cleared\t')), /holds ""/);
    assert.match(problem(read(readClearAnswer)), /0 answers/);
  });

  it('read a stop and a clear', () => {
    assert.equal(read(readStopAnswer, 'stopped\tstuck'), 'stuck');
    assert.equal(read(readClearAnswer, 'cleared\tgone'), 'gone');
  });

  it('read all runs with their logs', () => {
    const ended = 'run\tr2\t-\t-\t-\t0\texit 0\t-\t-\t-\t2\t-\t9';
    assert.deepEqual(read(readHostLook, host, run, 'log\tr1\tone', 'log\tr1\t', ended, 'log\tr1\ttwo'), {
      bootId: 'boot-1',
      uptimeS: 12.34,
      clockS: 1700000000,
      runs: [
        {
          runId: 'r1',
          owner: 'me',
          serial: 'S1',
          bootId: 'boot-1',
          isHeld: true,
          result: null,
          positionBytes: 100,
          movedBytes: 200,
          deviceMovedBytes: 300,
          badBlockCount: 0,
          startedUptimeS: 5.5,
          endedUptimeS: null,
          log: 'one\n\ntwo',
        },
        {
          runId: 'r2',
          owner: '',
          serial: '',
          bootId: '',
          isHeld: false,
          result: 'exit 0',
          positionBytes: null,
          movedBytes: null,
          deviceMovedBytes: null,
          badBlockCount: 2,
          startedUptimeS: null,
          endedUptimeS: 9,
          log: '',
        },
      ],
    });
    assert.match(problem(read(readHostLook, run)), /no boot/);
  });

  it('read a record with its list and the drive as it is now', () => {
    const record = read(readRunRecord, host, run, 'bad\tr1\t7', 'bad\tr1\t5', 'identity\tr1\tS1\t-\t1000');
    assert.ok(typeof record === 'object' && record !== null);
    assert.deepEqual(record.badBlocks, [7, 5]);
    assert.deepEqual(record.driveNow, { serial: 'S1', wwn: null, sizeBytes: 1000 });
    assert.equal(read(readRunRecord, host), null);
    const gone = read(readRunRecord, host, run);
    assert.ok(typeof gone === 'object' && gone !== null && gone.driveNow === null);
    assert.match(problem(read(readRunRecord, run)), /no boot/);
    assert.match(problem(read(readRunRecord, host, run, 'bad\tr1\tx')), /holds "x"/);
  });
});

describe('The reader of SMART answers', () => {
  it('gives the JSON, whatever the health bits of the exit status say', () => {
    for (const status of [0, 2, 4, 8, 64, 255]) {
      assert.deepEqual(
        read(readSmartAnswer, host, `smart\tsda\t${status}`, 'json\t{', 'json\t "a": 1', 'json\t}'),
        {
          kind: 'read',
          json: { a: 1 },
        },
      );
    }
  });

  it('tells a stated absence from a failure', () => {
    const absent = (reason: string) => ({ kind: 'not_available', reason });
    const messages = '{"smartctl":{"messages":[{"string":"a"},{"x":1},null,{"string":"b"}]}}';
    assert.deepEqual(read(readSmartAnswer, 'no_smart\tnone here'), absent('none here'));
    assert.deepEqual(read(readSmartAnswer, 'no_drive\tgone'), { kind: 'no_such_drive', reason: 'gone' });
    assert.deepEqual(read(readSmartAnswer, 'smart\tsda\t1', `json\t${messages}`), absent('a; b'));
    assert.deepEqual(
      read(readSmartAnswer, 'smart\tsda\t1', 'json\t7'),
      absent('smartctl does not know this kind of device'),
    );
    assert.deepEqual(
      read(readSmartAnswer, 'smart\tsda\t1', 'json\tusage: …'),
      absent('this smartctl gives no JSON'),
    );
    assert.match(problem(read(readSmartAnswer, 'smart\tsda\t124', 'json\t')), /no JSON and exit status 124/);
    assert.match(problem(read(readSmartAnswer, host)), /empty/);
    assert.match(problem(read(readSmartAnswer, 'smart\tsda\tx')), /holds "x"/);
  });
});

type Reader = (records: readonly HostRecord[]) => Reading<unknown>;

describe('All readers', () => {
  const readers = [
    readProbe,
    readHostLook,
    readRunRecord,
    readStartAnswer,
    readStopAnswer,
    readClearAnswer,
    readSmartAnswer,
  ] as const;
  const lines = [
    host,
    run,
    drive,
    'log\tr1\tx',
    'bad\tr1\t5',
    'identity\tr1\tS\t-\t9',
    'lock\tsda\tswap\tx',
    'judged',
  ];

  it('answer garbage with a problem or a value, never with an exception', () => {
    const odd = ['', '-', '\u0000', '\t', '9'.repeat(400), '-5', '{}', '__proto__', '\ud800', 'NaN', '1.1.1'];
    for (const reader of readers as readonly Reader[]) {
      for (const line of lines) {
        const fields = line.split('\t');
        for (const text of odd) {
          fields.forEach((_, at) => read(reader, host, fields.with(at, text).join('\t'), line));
          read(reader, `${line}\t${text}`, text);
        }
      }
    }
  });

  it('never take a record with a field more or less', () => {
    for (const [reader, line] of [
      [readProbe, drive],
      [readProbe, 'gap\ta\tb'],
      [readHostLook, run],
      [readHostLook, 'log\tr1\tx'],
      [readRunRecord, 'bad\tr1\t5'],
      [readRunRecord, 'identity\tr1\tS\t-\t9'],
    ] as const) {
      const few = line.slice(0, line.lastIndexOf('\t'));
      for (const wrong of [few, `${line}\textra`]) {
        assert.match(problem(read(reader as Reader, host, wrong, 'judged')), /too (few|many) fields/, wrong);
      }
    }
  });
});
