import assert from 'node:assert/strict';
import { buildSmartSummary } from '../../dist/lib/core/build-smart-summary.js';
import { readSmartRound } from '../../dist/lib/core/read-smart-round.js';
import { factsOf, readCapture } from './smart-captures.mts';

type Line = readonly [kind: string, ...fields: string[]];

const host: Line = ['host', 'boot-1', '12.5', '1800000000'];
const records = (...lines: Line[]) => lines.map(([kind, ...fields]) => ({ kind, fields }));
const answer = (number: string, json: unknown, status = '0'): Line[] => [
  ['smart', number, 'sda', status],
  ['json', number, JSON.stringify(json)],
];
const read = (count: number, ...lines: Line[]) => {
  const reading = readSmartRound(records(host, ...lines), count);
  assert.ok(reading.ok, JSON.stringify(reading));
  assert.equal(reading.value.bootId, 'boot-1');
  return reading.value.answers;
};

describe('the answers of several drives about SMART', () => {
  it('come one for each drive, in the order of the question', () => {
    const answers = read(
      4,
      ['no_drive', '4', 'gone'],
      ...answer('2', { b: 2 }),
      ['no_smart', '3', 'smartctl is missing'],
      ...answer('1', { a: 1 }, '4'),
    );
    assert.deepEqual(answers, [
      { kind: 'read', json: { a: 1 } },
      { kind: 'read', json: { b: 2 } },
      { kind: 'not_available', reason: 'smartctl is missing' },
      { kind: 'no_such_drive', reason: 'gone' },
    ]);
  });

  for (const [what, lines] of [
    [
      'broken JSON',
      [
        ['smart', '1', 'sda', '0'],
        ['json', '1', '{"a":'],
      ],
    ],
    [
      'a status that is none',
      [
        ['smart', '1', 'sda', 'x'],
        ['json', '1', '{}'],
      ],
    ],
    [
      'too many fields',
      [
        ['smart', '1', 'sda', '0', 'more'],
        ['json', '1', '{}'],
      ],
    ],
    ['no status', [['json', '1', '{}']]],
    ['nothing at all', []],
    ['a number that is none', [['smart', 'x', 'sda', '0'], ['json'], ['__proto__', '1', 'x']]],
  ] as const) {
    it(`spoils with ${what} the answer of one drive alone`, () => {
      const answers = read(2, ...lines, ...answer('2', { b: 2 }));
      assert.equal(answers[0]?.kind, 'no_answer');
      assert.deepEqual(answers[1], { kind: 'read', json: { b: 2 } });
    });
  }

  it('say why one of them did not come', () => {
    const reason = 'smartctl gave no answer from sda in time';
    assert.deepEqual(read(1, ['no_answer', '1', reason]), [{ kind: 'no_answer', reason }]);
  });

  for (const name of ['ata-standby-7.3', 'ata-standby-7.5']) {
    it(`know a drive that sleeps from ${name}`, () => {
      assert.deepEqual(read(1, ...answer('1', readCapture(name), '2')), [{ kind: 'asleep' }]);
    });
  }

  for (const name of ['nosuch-7.3', 'as-nonroot-7.3', 'ata-healthy-x-7.5', 'ata-standby-custom3-7.3']) {
    it(`do not take ${name} for a drive that sleeps`, () => {
      assert.notEqual(read(1, ...answer('1', readCapture(name), '2'))[0]?.kind, 'asleep');
    });
  }

  it('do not take a message without words for sleep', () => {
    const json = { smartctl: { exit_status: 2, messages: [{ severity: 'error' }] } };
    assert.equal(read(1, ...answer('1', json, '2'))[0]?.kind, 'read');
  });

  it('are none without the boot they were given in', () => {
    assert.equal(readSmartRound(records(...answer('1', {})), 1).ok, false);
    assert.equal(readSmartRound(records(['host', 'b', 'x', '1'], ...answer('1', {})), 1).ok, false);
  });
});

describe('the figures of a reading that stand beside a drive', () => {
  it('are the sectors of an ATA drive and the defects of a SCSI one', () => {
    const readAt = 5;
    assert.deepEqual(buildSmartSummary(factsOf('ata-failing-pending-x-7.3', { powerOnHours: 7 }), readAt), {
      readAt,
      powerOnHours: 7,
      reallocated: 16,
      pending: 8,
    });
    const scsi = buildSmartSummary(factsOf('scsi-sas-failing-x-7.5'), readAt);
    assert.equal(scsi.reallocated, 2);
    assert.equal(scsi.pending, null);
  });
});
