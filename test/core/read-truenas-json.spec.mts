import assert from 'node:assert/strict';
import { maxAnswerLength, readTruenasJson } from '../../dist/lib/core/read-truenas-json.js';
import { buildRedactor, redactNothing } from '../../dist/lib/core/truenas-secrets.js';

function decode(json: unknown): unknown {
  const reading = readTruenasJson(JSON.stringify(json), redactNothing);
  assert.ok(reading.ok);
  return reading.value;
}

describe('readTruenasJson', () => {
  it('decodes dates, sets and times wherever they stand', () => {
    assert.deepEqual(
      decode({
        at: { $date: 1795305600000 },
        roles: { $set: ['A', { $date: 1 }] },
        day: { $type: 'date', $value: '2026-11-22' },
        time: [{ $time: '08:00:00' }],
        v4: { $ipv4_interface: '10.0.0.1/24' },
        v6: { $ipv6_interface: 'fd00::1/64' },
      }),
      {
        at: 1795305600000,
        roles: ['A', 1],
        day: '2026-11-22',
        time: ['08:00:00'],
        v4: '10.0.0.1/24',
        v6: 'fd00::1/64',
      },
    );
  });

  it('leaves a plain object alone, however much it looks like a mark', () => {
    for (const object of [
      { $date: 1, more: 2 },
      { $date: 'yesterday' },
      { $set: 'no list' },
      { $time: 8 },
      { $type: 'date', $value: 7 },
      { $type: 'date', value: 'x' },
      { a: { b: [null, true, 1.5, 'x'] } },
      { constructor: 1, toString: 2, hasOwnProperty: 3 },
    ]) {
      assert.deepEqual(decode(object), object);
    }
  });

  it('keeps a serial that looks like a number a text', () => {
    assert.deepEqual(decode({ serial: '0012345678' }), { serial: '0012345678' });
  });

  it('takes secrets out of every text and every name', () => {
    const redact = buildRedactor('7-SecretSecretSecret');
    const text = '{"7-SecretSecretSecret":["x SecretSecretSecret y","\\u0037-SecretSecretSecret"]}';
    assert.deepEqual(readTruenasJson(text, redact), {
      ok: true,
      value: { '(API key)': ['x (API key) y', '(API key)'] },
    });
  });

  it('does not look for a secret so short that it is found everywhere', () => {
    assert.equal(buildRedactor('1-a')('sda1-a'), 'sda1-a');
  });

  const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  const hostile = [
    ['no JSON', '{"a":'],
    ['nothing', ''],
    ['a prototype', '{"a":{"__proto__":{"isAdmin":true}}}'],
    ['deep nesting', deep(1000)],
    ['nesting deeper than any stack', deep(200_000)],
    ['deep marks', `${'{"$set":['.repeat(500)}${']}'.repeat(500)}`],
    ['a huge text', `"${'x'.repeat(maxAnswerLength)}"`],
  ] as const;
  for (const [name, text] of hostile) {
    it(`calls ${name} a problem, and does not repeat it`, () => {
      const reading = readTruenasJson(text, redactNothing);
      assert.ok(!reading.ok);
      assert.ok(reading.problem.length < 100);
      assert.equal(({} as { isAdmin?: boolean }).isAdmin, undefined);
    });
  }

  it('refuses a text of more values than any answer has, before it makes anything of them', () => {
    const bomb = `[${'[],'.repeat(260_000)}[]]`;
    const reading = readTruenasJson(bomb, redactNothing);
    assert.deepEqual(reading, { ok: false, problem: 'an answer of more than 500000 values' });
    assert.ok(readTruenasJson(`["${'x'.repeat(600_000)}"]`, redactNothing).ok);
  });
});
