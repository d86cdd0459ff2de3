import assert from 'node:assert/strict';
import { readHostAnswer } from '../../dist/lib/core/read-host-answer.js';
import { readMidcltAnswers } from '../../dist/lib/core/read-midclt-answer.js';
import type { TruenasAnswer } from '../../dist/lib/core/read-midclt-answer.js';

function read(lines: readonly string[], count: number) {
  const answer = readHostAnswer(['burnin-begin', ...lines, 'burnin-end', ''].join('\n'));
  assert.ok(answer.ok);
  return readMidcltAnswers(answer.value, count);
}

/** One call whose outputs and status are these. */
function readOne(out: readonly string[], said: string, status: string): TruenasAnswer {
  const reading = read(['call', ...[...out, '', said, status].map((line) => `out\t${line}`)], 1);
  assert.ok(reading.ok);
  const [answer] = reading.value ?? [];
  assert.ok(answer !== undefined);
  return answer;
}

describe('readMidcltAnswers', () => {
  it('reads JSON with its dates and sets', () => {
    assert.deepEqual(readOne(['{"at": {"$date": 5}, "s": {"$set": [1]}}'], '', '0'), {
      ok: true,
      value: { at: 5, s: [1] },
    });
  });

  it("reads midclt's own way with texts and truths", () => {
    for (const [text, value] of [
      ['TrueNAS-25.10.6', 'TrueNAS-25.10.6'],
      ['True', true],
      ['False', false],
      ['null', null],
      ['412', 412],
    ] as const) {
      assert.deepEqual(readOne([text], '', '0'), { ok: true, value });
    }
  });

  it('takes the last two lines for its own, whatever stands before them', () => {
    assert.deepEqual(readOne(['["a",', '"b"]'], 'a warning', '0'), { ok: true, value: ['a', 'b'] });
    const forged = readOne(['[]', '', '', '0'], '[EBUSY] in use', '1');
    assert.ok(!forged.ok && forged.error?.reason === 'busy');
  });

  it('does not know what came of a call without a usable end', () => {
    for (const [out, said, status] of [
      [['{"cut": '], '', '0'],
      [[''], '', '0'],
      [['[]'], '', '124'],
      [['[]'], '', '137'],
      [['[]'], '', 'x'],
      [[], 'Failed to run middleware call. Daemon not running?', '1'],
    ] as const) {
      const answer = readOne(out, said, status);
      assert.ok(!answer.ok && answer.error === null, JSON.stringify(answer));
    }
    const empty = read(['call'], 1);
    assert.ok(empty.ok && empty.value?.[0]?.ok === false);
  });

  it('knows a host without midclt', () => assert.deepEqual(read(['missing'], 2), { ok: true, value: null }));

  it('wants an answer to every call, and none before the first', () => {
    assert.equal(read(['call'], 2).ok, false);
    assert.equal(read(['out\tx'], 1).ok, false);
    assert.equal(read(['call\textra'], 1).ok, false);
  });
});
