import assert from 'node:assert/strict';

import { readHostAnswer, readRecords } from '../../dist/lib/core/read-host-answer.js';
import type { FieldReader } from '../../dist/lib/core/read-host-answer.js';

const wrap = (...lines: string[]) => `noise\nburnin-begin\n${lines.join('\n')}\nburnin-end\n`;

describe('The answer of the NAS', () => {
  it('begins and ends at its marks, and ignores everything around them', () => {
    const answer = readHostAnswer(`burnin-end\n${wrap('a\t1\t2', '', 'b')}host\tlate\n`);
    assert.deepEqual(answer, {
      ok: true,
      value: [
        { kind: 'a', fields: ['1', '2'] },
        { kind: 'b', fields: [] },
      ],
    });
  });

  it('says nothing when a mark is missing', () => {
    for (const text of [
      '',
      'burnin-end\n',
      'burnin-begin\na\t1\n',
      'burnin-begin\nburnin-en',
      'x burnin-begin\nburnin-end\n',
    ]) {
      assert.equal(readHostAnswer(text).ok, false, text);
    }
  });

  const read = (line: string, take: (fields: FieldReader) => void) =>
    readRecords([{ kind: 'k', fields: line.split('\t') }], { k: take });
  const problem = (line: string, take: (fields: FieldReader) => void) => {
    const reading = read(line, take);
    return reading.ok ? 'none' : reading.problem;
  };

  it('gives each field as what it must be', () => {
    const seen: unknown[] = [];
    const reading = read('text\t-\t-\t1.5\t-\t7\t-\t9\t1\t0\tb', (f) => {
      seen.push(f.text(), f.text(), f.textOrNull(), f.number(), f.numberOrNull(), f.count(), f.countOrNull());
      seen.push(f.countOrNull(), f.flag(), f.flag(), f.word(['a', 'b']));
    });
    assert.equal(reading.ok, true);
    assert.deepEqual(seen, ['text', '', null, 1.5, null, 7, null, 9, true, false, 'b']);
  });

  it('is refused for a field that is not what it must be', () => {
    for (const field of ['', 'x', '-1', '1e3', '0x10', ' 1', '1.', '9'.repeat(19), 'NaN', 'Infinity']) {
      assert.match(
        problem(field, (f) => f.number()),
        /^a k record holds/,
        field,
      );
    }
    for (const field of ['1.5', '9007199254740993', '-'])
      assert.match(
        problem(field, (f) => f.count()),
        /holds/,
      );
    for (const field of ['', '2', 'true', '-'])
      assert.match(
        problem(field, (f) => f.flag()),
        /holds/,
      );
    assert.match(
      problem('c', (f) => f.word(['a', 'b'])),
      /holds "c"/,
    );
    assert.ok(problem('x'.repeat(500), (f) => f.count()).length < 100);
  });

  it('is refused for too few and too many fields', () => {
    assert.match(
      problem('1', (f) => [f.text(), f.text()]),
      /too few/,
    );
    assert.match(
      problem('1\t2', (f) => f.text()),
      /too many/,
    );
  });

  it('ignores kinds of records it does not know, also odd ones', () => {
    const records = ['unknown', '__proto__', 'constructor', 'toString'].map((kind) => ({
      kind,
      fields: ['x'],
    }));
    assert.equal(readRecords(records, {}).ok, true);
  });

  it('does not hide a mistake of the program', () => {
    assert.throws(() => read('x', () => assert.fail('a bug')), /a bug/);
  });
});
