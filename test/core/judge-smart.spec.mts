import assert from 'node:assert/strict';
import { judgeFinal, judgePrecheck } from '../../dist/lib/core/judge-smart.js';
import type { Evidence, Verdict } from '../../lib/core/job.ts';
import type { SmartFacts, SmartLook } from '../../lib/core/smart.ts';
import { lookAt, lookWith } from './smart-captures.mts';

const ata = 'ata-healthy-x-7.3';
const sas = 'scsi-sas-healthy-x-7.3';
const nvme = 'nvme-healthy-x-7.5';
/** Every ATA counter reported, and all in order. */
const clean: Partial<SmartFacts> = {
  reallocationEvents: 0,
  pending: 0,
  uncorrectable: 0,
  reportedUncorrect: 0,
  endToEndErrors: 0,
  crcErrors: 0,
};
const good = lookWith(ata, clean);
const none: SmartLook = { kind: 'not_available', reason: 'loop devices have none' };
const gone: SmartLook = { kind: 'no_such_drive', reason: 'serial not found' };
const junk: SmartLook = { kind: 'unreadable', reason: 'cut short' };

function stateOf(verdict: Verdict, key: string): Evidence['state'] | undefined {
  return verdict.evidence.find((item) => item.key === key)?.state;
}

function textOf(verdict: Verdict, key: string): string | undefined {
  return verdict.evidence.find((item) => item.key === key)?.text;
}

describe('the SMART check before a burn-in', () => {
  it('passes a healthy drive and lists what that rests on', () => {
    const verdict = judgePrecheck(good);
    assert.equal(verdict.outcome, 'passed');
    assert.deepEqual(verdict.reasons, []);
    assert.deepEqual(
      verdict.evidence.map((item) => [item.key, item.state]),
      [
        ['smart_health', 'found'],
        ['smart_prefail', 'found'],
        ['smart_self_test_log', 'found'],
        ['smart_reallocated', 'found'],
        ['smart_pending', 'found'],
        ['smart_uncorrectable', 'found'],
      ],
    );
  });

  it('names each attribute that the drive does not report', () => {
    const verdict = judgePrecheck(lookAt(ata));
    assert.equal(verdict.outcome, 'passed');
    assert.equal(stateOf(verdict, 'smart_pending'), 'gap');
    assert.equal(
      textOf(verdict, 'smart_pending'),
      'Pending sectors (attribute 197): not reported by the drive',
    );
    assert.equal(stateOf(verdict, 'smart_uncorrectable'), 'gap');
    assert.equal(stateOf(judgePrecheck(lookAt('scsi-plain-x-7.3')), 'smart_health'), 'gap');
    assert.equal(stateOf(judgePrecheck(lookAt('scsi-plain-x-7.3')), 'smart_self_test_log'), 'gap');
  });

  it('fails the failing drives with every reason', () => {
    assert.deepEqual(judgePrecheck(lookAt('ata-failing-pending-x-7.3')).reasons, [
      'SMART overall health is failing',
      'The newest self-test failed: Extended offline: Completed: read failure',
      'Reallocated sectors (attribute 5): 16, must be 0',
      'Pending sectors (attribute 197): 8, must be 0',
      'Offline uncorrectable sectors (attribute 198): 4, must be 0',
    ]);
    assert.deepEqual(judgePrecheck(lookAt('scsi-sas-failing-x-7.5')).reasons, [
      'SMART overall health is failing',
      'The newest self-test failed: Background long: Failed in segment',
      'Grown defects: 2, must be 0',
      'Uncorrected errors: 21, must be 0',
    ]);
    assert.deepEqual(judgePrecheck(lookAt('nvme-critical-warning-7.3')).reasons, [
      'SMART overall health is failing',
      'Critical warning bits: 4, must be 0',
      'Media errors: 9, must be 0',
    ]);
  });

  const alone: readonly [string, string, Partial<SmartFacts>][] = [
    ['failing health', ata, { isPassed: false }],
    ['exit status bit 3', ata, { exitStatus: 8 }],
    ['exit status bit 4', ata, { exitStatus: 16 + 4 }],
    ['exit status bit 7', ata, { exitStatus: 128 }],
    ['a failed newest self-test', ata, { newestSelfTest: { outcome: 'failed', text: 'Short: failed' } }],
    ['reallocated sectors', ata, { reallocated: 1 }],
    ['pending sectors', ata, { pending: 1 }],
    ['uncorrectable sectors', ata, { uncorrectable: 1 }],
    ['grown defects', sas, { grownDefects: 1 }],
    ['uncorrected errors', sas, { uncorrectedErrors: 1 }],
    ['a critical warning', nvme, { criticalWarning: 1 }],
    ['media errors', nvme, { mediaErrors: 1 }],
    ['sectors reported over an unknown protocol', ata, { protocol: null, pending: 1 }],
  ];
  for (const [name, capture, changes] of alone) {
    it(`fails for ${name} alone`, () => {
      const verdict = judgePrecheck(lookWith(capture, changes));
      assert.equal(verdict.outcome, 'failed');
      assert.equal(verdict.reasons.length, 1);
    });
  }

  const harmless: readonly [string, Partial<SmartFacts>][] = [
    ['a failed command (bit 2)', { exitStatus: 4 }],
    ['a threshold crossed in the past (bit 5)', { exitStatus: 32 }],
    ['entries in the error log (bit 6)', { exitStatus: 64 }],
    ['the exit status 255, which is not a mask', { exitStatus: 255 }],
    ['CRC errors of the past', { crcErrors: 12 }],
  ];
  for (const [name, changes] of harmless) {
    it(`does not fail for ${name}`, () => {
      assert.equal(judgePrecheck(lookWith(ata, { ...clean, ...changes })).outcome, 'passed');
    });
  }

  it('states the gap of a drive without SMART and goes on', () => {
    assert.deepEqual(judgePrecheck(none), {
      outcome: 'passed',
      reasons: [],
      evidence: [
        { key: 'smart_available', state: 'gap', text: 'SMART not available: loop devices have none' },
      ],
    });
  });

  it('is unknown when the drive was not found or the answer made no sense', () => {
    assert.deepEqual(judgePrecheck(gone).reasons, ['The drive was not found for SMART: serial not found']);
    assert.equal(judgePrecheck(gone).outcome, 'unknown');
    assert.equal(judgePrecheck(junk).outcome, 'unknown');
  });
});

describe('the SMART check after a burn-in', () => {
  it('passes when nothing rose, and shows both counts', () => {
    const verdict = judgeFinal({ before: good, after: good });
    assert.equal(verdict.outcome, 'passed');
    assert.equal(textOf(verdict, 'smart_pending'), 'Pending sectors (attribute 197): 0 before, 0 after');
    assert.ok(verdict.evidence.every((item) => item.state === 'found'));
  });

  const rises: readonly [keyof SmartFacts, string, string][] = [
    ['reallocated', ata, 'smart_reallocated'],
    ['reallocationEvents', ata, 'smart_reallocation_events'],
    ['reportedUncorrect', ata, 'smart_reported_uncorrect'],
    ['endToEndErrors', ata, 'smart_end_to_end'],
    ['grownDefects', sas, 'smart_grown_defects'],
    ['uncorrectedErrors', sas, 'smart_uncorrected_errors'],
    ['mediaErrors', nvme, 'smart_media_errors'],
  ];
  for (const [fact, capture, key] of rises) {
    it(`fails for a rise of ${fact}, is unknown when one side is missing, and accepts what stays`, () => {
      const judge = (before: number | null, after: number | null) =>
        judgeFinal({
          before: lookWith(capture, { [fact]: before }),
          after: lookWith(capture, { [fact]: after }),
        });
      assert.equal(judge(3, 4).outcome, 'failed');
      assert.equal(stateOf(judge(3, 4), key), 'contrary');
      assert.match(judge(3, 5).reasons.join(), /3 before, 5 after, a rise of 2/);
      assert.equal(judge(3, 3).outcome, 'passed');
      assert.equal(judge(3, null).outcome, 'unknown');
      assert.equal(judge(null, 3).outcome, 'unknown');
      assert.match(judge(null, 3).reasons.join(), /not reported before, 3 after/);
      assert.equal(judge(null, 0).outcome, 'passed');
      assert.equal(judge(null, null).outcome, 'passed');
      assert.equal(stateOf(judge(null, null), key), 'gap');
    });
  }

  it('fails for what may not be there at the end, also without a rise', () => {
    const ends = [
      ['pending', ata],
      ['uncorrectable', ata],
      ['criticalWarning', nvme],
    ] as const;
    for (const [fact, capture] of ends) {
      const look = lookWith(capture, { [fact]: 2 });
      assert.equal(judgeFinal({ before: look, after: look }).outcome, 'failed', fact);
      assert.equal(judgeFinal({ before: none, after: look }).outcome, 'failed', fact);
    }
  });

  it('only points out a rise of CRC errors, which are the cable', () => {
    const judge = (before: number | null, after: number | null) =>
      judgeFinal({
        before: lookWith(ata, { ...clean, crcErrors: before }),
        after: lookWith(ata, { ...clean, crcErrors: after }),
      });
    assert.equal(judge(1, 9).outcome, 'passed');
    assert.match(textOf(judge(1, 9), 'smart_crc_errors') ?? '', /^Warning: .*1 before, 9 after/);
    assert.equal(stateOf(judge(1, null), 'smart_crc_errors'), 'gap');
    assert.equal(judge(1, null).outcome, 'passed');
  });

  it('fails for health, thresholds and self-tests as they are now', () => {
    const bad: readonly Partial<SmartFacts>[] = [
      { isPassed: false },
      { exitStatus: 8 },
      { exitStatus: 16 },
      { exitStatus: 128 },
      { newestSelfTest: { outcome: 'failed', text: 'x' } },
    ];
    for (const changes of bad) {
      assert.equal(
        judgeFinal({ before: good, after: lookWith(ata, { ...clean, ...changes }) }).outcome,
        'failed',
      );
      assert.equal(
        judgeFinal({ before: null, after: lookWith(ata, { ...clean, ...changes }) }).outcome,
        'failed',
      );
    }
  });

  it('is unknown when the health verdict got lost on the way', () => {
    const verdict = judgeFinal({ before: good, after: lookWith(ata, { ...clean, isPassed: null }) });
    assert.equal(verdict.outcome, 'unknown');
    assert.equal(stateOf(verdict, 'smart_health_kept'), 'missing');
  });

  it('is unknown when the two readings are of different drives', () => {
    const other = lookWith(ata, { ...clean, serial: 'OTHER' });
    assert.match(
      judgeFinal({ before: good, after: other }).reasons.join(),
      /ATA SATA0001 before, ATA OTHER after/,
    );
    const bare = lookWith(ata, { ...clean, protocol: null, serial: null });
    const verdict = judgeFinal({ before: good, after: bare });
    assert.equal(verdict.outcome, 'unknown');
    assert.match(verdict.reasons.join(), /unknown protocol without serial after/);
  });

  it('states the gap when there was never any SMART', () => {
    const verdict = judgeFinal({ before: none, after: none });
    assert.equal(verdict.outcome, 'passed');
    assert.deepEqual(
      verdict.evidence.map((item) => item.state),
      ['gap'],
    );
  });

  it('is unknown when only one side can be read', () => {
    const pairs: readonly [SmartLook | null, SmartLook, RegExp][] = [
      [good, none, /SMART not available after the burn-in: loop devices have none/],
      [none, good, /SMART not available before the burn-in/],
      [null, good, /SMART could not be read before the burn-in: no reading was kept/],
      [null, none, /no reading was kept/],
      [good, gone, /not found for SMART after the burn-in: serial not found/],
      [none, gone, /not found/],
      [junk, good, /cut short/],
      [good, junk, /cut short/],
      [none, junk, /cut short/],
    ];
    for (const [before, after, reason] of pairs) {
      const verdict = judgeFinal({ before, after });
      assert.equal(verdict.outcome, 'unknown', reason.source);
      assert.match(verdict.reasons.join(), reason);
    }
  });

  it('fails a drive that went bad, whatever else is missing', () => {
    const verdict = judgeFinal({ before: lookAt(ata), after: lookAt('ata-failing-pending-x-7.3') });
    assert.equal(verdict.outcome, 'failed');
    assert.match(
      verdict.reasons.join('\n'),
      /Reallocated sectors \(attribute 5\): 0 before, 16 after, a rise of 16/,
    );
  });
});
