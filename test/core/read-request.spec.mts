import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import { readRequest } from '../../dist/lib/core/read-request.js';

const base = { transaction: 't1', operator: 'ann', serial: 'ZL2' };
const refusalOf = (verb: string, payload: unknown) => {
  const result = readRequest(verb, payload);
  return result.ok ? null : result.refusal;
};

describe('readRequest', () => {
  it('reads a start for one drive by the wires', () => {
    const result = readRequest('start', base);
    assert.ok(result.ok);
    assert.deepEqual(result.request, {
      verb: 'start',
      transaction: 't1',
      operator: 'ann',
      serials: ['ZL2'],
      stages: null,
    });
  });

  it('reads stages, profiles and several drives, each once', () => {
    for (const verb of ['start', 'check'] as const) {
      for (const plan of [{ stages: ['surface_validate'] }, { profile: 'surface' }]) {
        const result = readRequest(verb, { ...base, ...plan });
        assert.ok(result.ok && result.request.verb === verb);
        assert.deepEqual(result.request.stages, ['surface_validate']);
      }
    }
    const several = readRequest('cancel', { transaction: 't1', operator: 'ann', serials: ['A', 'B', 'A'] });
    assert.deepEqual(several.ok && several.request.serials, ['A', 'B']);
  });

  it('keeps a serial that looks like a number as text, and refuses one that is a number', () => {
    const result = readRequest('start', { ...base, serial: '00123' });
    assert.deepEqual(result.ok && result.request.serials, ['00123']);
    assert.match(refusalOf('start', { ...base, serial: 123 })?.message ?? '', /serial: .*string/);
  });

  const malformed: [string, unknown][] = [
    ['nothing', undefined],
    ['null', null],
    ['text', 'start ZL2'],
    ['a list', [base]],
    ['no transaction', { operator: 'ann', serial: 'ZL2' }],
    ['no operator', { transaction: 't1', serial: 'ZL2' }],
    ['an empty operator', { ...base, operator: '  ' }],
    ['no drive', { transaction: 't1', operator: 'ann' }],
    ['both forms of naming drives', { ...base, serials: ['ZL2'] }],
    ['no drives in the list', { transaction: 't1', operator: 'ann', serials: [] }],
    ['too many drives', { transaction: 't1', operator: 'ann', serials: Array.from({ length: 300 }, String) }],
    ['an unknown field', { ...base, force: true }],
    ['an unknown stage', { ...base, stages: ['format'] }],
    ['an unknown profile', { ...base, profile: 'toString' }],
    ['stages and a profile', { ...base, profile: 'surface', stages: ['surface_validate'] }],
    ['an oversized transaction', { ...base, transaction: 'x'.repeat(200) }],
  ];
  for (const [name, payload] of malformed) {
    it(`refuses ${name} as malformed`, () => {
      const refusal = refusalOf('start', payload);
      assert.equal(refusal?.code, 'malformed');
      assert.ok(refusal.message.length > 20);
    });
  }

  for (const [name, bytes] of [
    ['a Buffer', Buffer.alloc(1_000_000)],
    ['a typed array', new Float64Array(100_000)],
    ['an ArrayBuffer', new ArrayBuffer(100_000)],
  ] as const) {
    it(`refuses ${name} in one sentence that says what to set`, () => {
      const refusal = refusalOf('start', bytes);
      assert.equal(refusal?.code, 'malformed');
      assert.match(
        refusal.message,
        /raw bytes\. Set the output of the mqtt in node to "a parsed JSON object"/,
      );
    });
  }

  it('refuses in at most 500 characters, whatever came', () => {
    const fields = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [`${n}${'x'.repeat(100_000)}`, n]),
    );
    const numbers = Array.from({ length: 200 }, (_, n) => n);
    const payloads = [
      { ...base, ...fields },
      { transaction: 't1', operator: 'ann', serials: numbers },
      { ...base, stages: Array.from({ length: 100_000 }, (_, n) => n) },
      Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`field${n}`, n])),
      { ...base, operator: 'x'.repeat(1_000_000) },
      { ...base, ['line\nbreak']: 1 },
      new Map([['transaction', 't1']]),
      new (class Request {
        serial = 'A';
      })(),
    ];
    for (const payload of payloads) {
      const { message = '' } = refusalOf('start', payload) ?? {};
      assert.ok(message.length > 20 && message.length <= 500, message);
      assert.doesNotMatch(message, /\n/);
      assert.match(message, /Expected a JSON object with transaction, operator, serial/);
    }
    const message = refusalOf('start', payloads[1])?.message ?? '';
    assert.match(message, /serials\.4: .* And 195 more\. Expected/);
    assert.doesNotMatch(message, /serials\.5/);
  });

  it('takes an object of another realm, as function nodes send them', () => {
    const foreign: unknown = runInNewContext('({ transaction: "t1", operator: "ann", serials: ["ZL2"] })');
    assert.ok(readRequest('start', foreign).ok);
    assert.ok(readRequest('start', Object.assign(Object.create(null) as object, base)).ok);
  });

  for (const field of ['operator', 'serial', 'transaction']) {
    it(`refuses control characters and line breaks in ${field}, and takes any letter`, () => {
      for (const text of ['a\nb', 'a\r', '\tb', 'a\0', 'a\u001bb', 'a\u2028b', 'a\u0085b', 'a\ud800']) {
        const refusal = refusalOf('cancel', { ...base, [field]: text });
        assert.match(refusal?.message ?? '', new RegExp(`${field}: must not hold control characters`));
      }
      assert.ok(readRequest('cancel', { ...base, [field]: 'Jörg 李 😀' }).ok);
    });
  }

  it('reads an unlock and a lock of one drive', () => {
    const unlock = readRequest('unlock', { ...base, phrase: ' tank ' });
    assert.deepEqual(unlock.ok && unlock.request, {
      verb: 'unlock',
      transaction: 't1',
      operator: 'ann',
      serials: ['ZL2'],
      phrase: 'tank',
    });
    const lock = readRequest('lock', base);
    assert.deepEqual(lock.ok && lock.request, {
      verb: 'lock',
      transaction: 't1',
      operator: 'ann',
      serials: ['ZL2'],
    });
  });

  it('refuses an unlock or a lock of several drives, and an unlock without a phrase', () => {
    const several = { transaction: 't1', operator: 'ann', serials: ['ZL2'], phrase: 'tank' };
    for (const payload of [several, { ...base, ...several }, base, { ...base, phrase: '' }]) {
      const refusal = refusalOf('unlock', payload);
      assert.equal(refusal?.code, 'malformed');
      assert.match(refusal.message, /serial \(one drive only\) and phrase\.$/);
    }
    assert.equal(refusalOf('lock', { ...base, serials: ['ZL2'] })?.code, 'malformed');
    assert.equal(refusalOf('lock', { ...base, phrase: 'tank' })?.code, 'malformed');
  });

  for (const verb of ['start', 'check', 'cancel', 'lock']) {
    it(`refuses a phrase in a ${verb} and never repeats it`, () => {
      const refusal = refusalOf(verb, { ...base, phrase: 'hunter2' });
      assert.equal(refusal?.code, 'malformed');
      assert.doesNotMatch(refusal.message, /hunter2/);
    });
  }

  it('never repeats a phrase that is refused', () => {
    for (const phrase of [`hunter2\n`, `hunter2${'x'.repeat(600)}`, ['hunter2']]) {
      const refusal = refusalOf('unlock', { ...base, phrase });
      assert.match(refusal?.message ?? '', /phrase: /);
      assert.doesNotMatch(refusal?.message ?? '', /hunter2/);
    }
  });

  it('refuses a cancel that names its drives in both ways or in none', () => {
    for (const payload of [
      { ...base, serials: ['A'] },
      { transaction: 't1', operator: 'ann' },
    ]) {
      assert.match(refusalOf('cancel', payload)?.message ?? '', /Give either "serial" or "serials"/);
    }
  });

  it('refuses stages in a cancel', () => {
    assert.equal(refusalOf('cancel', { ...base, stages: ['surface_validate'] })?.code, 'malformed');
  });

  it('refuses a verb it does not know', () => {
    for (const verb of ['format', 'toString', '__proto__', '']) {
      assert.equal(refusalOf(verb, base)?.code, 'unknown_verb');
    }
    assert.match(refusalOf('format', base)?.message ?? '', /"start", "check", "cancel", "unlock", "lock"\./);
  });

  it('gives the transaction back also with a refusal, so that the asker finds the answer', () => {
    const result = readRequest('start', { transaction: 't9' });
    assert.equal(!result.ok && result.transaction, 't9');
    const none = readRequest('start', { transaction: 9 });
    assert.equal(!none.ok && none.transaction, null);
  });
});
