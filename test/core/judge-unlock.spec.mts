import assert from 'node:assert/strict';
import type { SafetyLock } from '../../dist/lib/core/drive.js';
import { findTyped, judgeUnlock } from '../../dist/lib/core/judge-unlock.js';
import { probed, reportOf, twins } from '../support/probes.mts';

const tank: SafetyLock = { kind: 'active_pool', detail: 'tank' };
const swap: SafetyLock = { kind: 'swap', detail: 'sdb2' };
const choicesOf = (...drives: Parameters<typeof reportOf>) => {
  const judged = judgeUnlock('A1', reportOf(...drives));
  return judged.kind === 'asks' ? judged.choices : [];
};
const refusalOf = (...drives: Parameters<typeof reportOf>) => {
  const judged = judgeUnlock('A1', reportOf(...drives));
  return judged.kind === 'refused' ? judged.refusal : null;
};

describe('judgeUnlock', () => {
  it('needs nothing for a free drive', () => {
    assert.equal(judgeUnlock('A1', reportOf(probed('A1'))).kind, 'free');
  });

  it('refuses what is no drive, and a drive without a size', () => {
    assert.equal(refusalOf(probed('B2'))?.code, 'unknown_drive');
    assert.equal(refusalOf(probed('A1', [tank], { sizeBytes: 0 }))?.code, 'not_ready');
  });

  it('asks for the phrase of the drive', () => {
    assert.deepEqual(
      choicesOf(probed('A1', [tank]), probed('B2', [swap])).map(({ phrase }) => phrase),
      ['tank'],
    );
  });

  it('refuses where one lock has no override, and says which and what to do instead', () => {
    const refusal = refusalOf(probed('A1', [tank, swap]));
    assert.equal(refusal?.code, 'no_override');
    assert.match(
      refusal.message,
      /^Drive A1 is used as swap: sdb2\. No phrase overrides that\. Turn the swap/,
    );
    assert.doesNotMatch(refusal.message, /tank/);
  });

  it('asks for the WWN of the one that is meant of two drives with one serial number', () => {
    const [a, b] = twins([tank]);
    const choices = choicesOf(a, b);
    assert.deepEqual(
      choices.map(({ phrase }) => phrase),
      ['tank + 0x5000c500000000a1', '0x5000c500000000b2'],
    );
    assert.equal(findTyped(choices, '0x5000c500000000b2')?.probed, b);
    assert.equal(findTyped(choices, '0x5000c500000000a1'), null);
  });

  it('leaves a twin out that nothing can unlock, and refuses where that is true of both', () => {
    const [a, b] = twins([swap]);
    const empty = { ...b, drive: { ...b.drive, sizeBytes: 0 } };
    assert.deepEqual(
      choicesOf(a, b).map(({ probed: { drive } }) => drive.name),
      ['sdb'],
    );
    assert.equal(refusalOf(a, empty)?.code, 'no_override');
    assert.match(refusalOf(probed('A1'), probed('A1'))?.message ?? '', /is not the only one with its serial/);
  });
});

describe('a typed phrase', () => {
  const choices = choicesOf(probed('A1', [tank]));

  it('is taken with blanks around it, and in no other form', () => {
    assert.ok(findTyped(choices, ' tank '));
    for (const typed of ['', 'Tank', 'TANK', 'tan', 'tank2', 'ta nk', 't', 'tank + tank', '*']) {
      assert.equal(findTyped(choices, typed), null, typed);
    }
  });

  it('means no drive when it would mean two', () => {
    assert.equal(findTyped([...choices, ...choices], 'tank'), null);
  });
});
