import assert from 'node:assert/strict';
import { readHostAnswer } from '../../dist/lib/core/read-host-answer.js';
import { readProbe } from '../../dist/lib/core/read-probe.js';

const read = (...lines: string[]) => {
  const answer = readHostAnswer(`burnin-begin\n${lines.join('\n')}\nburnin-end\n`);
  const reading = answer.ok ? readProbe(answer.value) : answer;
  return reading.ok ? reading.value : `problem: ${reading.problem}`;
};
/** The problem of a reading, or what was read instead. */
const problem = (reading: unknown) => (typeof reading === 'string' ? reading : JSON.stringify(reading));
const host = 'host\tboot-1\t12.34\t1700000000';
const middleware = 'middleware\t1';
const drive = 'drive\tsda\t8:0\tdisk\t1000\t512\t1\tsata\tS1\t-\t-\tModel';

describe('The reader of a probe', () => {
  const probe = (...lines: string[]) => read(host, middleware, drive, ...lines, 'judged');

  it('tells of devices that cannot be burned in, and of pools at work', () => {
    const report = probe(
      'device\tsdb\t0\tno_size\t-',
      'device\tsdc\t4096\tno_serial\tQEMU',
      'scan\tmy tank\tscrub\t6.88',
      'scan\tboot-pool\tresilver\t-',
    );
    assert.ok(typeof report !== 'string', problem(report));
    assert.deepEqual(report.unfit, [
      { name: 'sdb', sizeBytes: 0, reason: 'no_size', model: null },
      { name: 'sdc', sizeBytes: 4096, reason: 'no_serial', model: 'QEMU' },
    ]);
    assert.deepEqual(report.activities, [
      { pool: 'my tank', kind: 'scrub', percent: 6.88 },
      { pool: 'boot-pool', kind: 'resilver', percent: null },
    ]);
  });

  it('takes words it does not know for no answer', () => {
    assert.match(problem(probe('device\tsdb\t0\tugly\t-')), /holds "ugly"/);
    assert.match(problem(probe('device\tsdb\tmany\tno_size\t-')), /holds "many"/);
    assert.match(problem(probe('scan\ttank\ttrim\t1')), /holds "trim"/);
    assert.match(problem(probe('scan\ttank\tscrub\tsoon')), /holds "soon"/);
  });

  it('ignores what else the judge says, for the start', () => {
    const report = probe('key\tsda\tS1\t1', 'doubt\tsda\tx', 'sure\tsda');
    assert.deepEqual(typeof report === 'string' ? report : report.gaps, []);
  });
});

describe('The reader of the probe', () => {
  it('gives every drive its locks', () => {
    assert.deepEqual(read(host, middleware, drive, 'lock\tsda\tswap\tsda1', 'gap\tzpool\tfailed', 'judged'), {
      bootId: 'boot-1',
      uptimeS: 12.34,
      gaps: ['zpool: failed'],
      hasMiddleware: true,
      unfit: [],
      activities: [],
      drives: [
        {
          drive: {
            name: 'sda',
            deviceNumber: '8:0',
            type: 'disk',
            sizeBytes: 1000,
            physicalSectorBytes: 512,
            isRotational: true,
            transport: 'sata',
            serial: 'S1',
            wwn: null,
            temperatureC: null,
            model: 'Model',
          },
          locks: [{ kind: 'swap', detail: 'sda1' }],
        },
      ],
    });
  });

  it('takes a temperature, also a cold one, and nothing else for it', () => {
    for (const [field, temperature] of [
      ['41', 41],
      ['-3', -3],
      ['hot', null],
    ] as const) {
      const report = read(host, middleware, drive.replace('\t-\tModel', `\t${field}\tModel`), 'judged');
      assert.ok(typeof report === 'object');
      assert.equal(report.drives[0]?.drive.temperatureC, temperature);
    }
  });

  it('is not content with less than a whole and judged answer', () => {
    assert.match(problem(read(host, middleware, drive)), /no judgement/);
    assert.match(problem(read(drive, 'judged')), /no boot/);
    assert.match(problem(read(host, drive, 'judged')), /does not tell what/);
    assert.match(problem(read(host, 'middleware\tyes', drive, 'judged')), /holds "yes"/);
    assert.match(problem(read(host, middleware, 'lock\tsdb\tswap\tx', 'judged')), /names no drive: sdb/);
    assert.match(problem(read(host, middleware, drive, 'lock\tsda\tfine\tx', 'judged')), /holds "fine"/);
    assert.match(problem(read(host, middleware, drive.replace('1000', 'big'), 'judged')), /holds "big"/);
  });
});
