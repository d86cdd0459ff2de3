import assert from 'node:assert/strict';
import { cleanText, padText, wrapText } from '../../dist/lib/core/clean-text.js';

describe('foreign text', () => {
  it('becomes one line without anything invisible', () => {
    assert.equal(cleanText('  a\r\n\tb\u2028c '), 'a b c');
    assert.equal(cleanText('a\u0000\u001b[1m\u202e\ud800\u0085z'), 'a\ufffd\ufffd[1m\ufffd\ufffd\ufffdz');
    assert.equal(cleanText('Größe 😀'), 'Größe 😀');
  });

  it('is cut to characters, with an ellipsis', () => {
    assert.equal(cleanText('abcdef', 6), 'abcdef');
    assert.equal(cleanText('abcdefg', 6), 'abcde…');
    assert.equal(cleanText('😀😀😀', 3), '😀😀😀');
    assert.equal(cleanText('😀😀😀😀', 3), '😀😀…');
    assert.equal(cleanText(`a${' '.repeat(50)}b`, 6), 'a…');
  });
});

describe('wrapping', () => {
  it('breaks at blanks and indents what follows', () => {
    assert.deepEqual(wrapText('one two three four', 10, '* '), ['* one two', '  three', '  four']);
  });

  it('breaks words that are longer than a line', () => {
    assert.deepEqual(wrapText('abcdefghij kl', 6, '- '), ['- abcd', '  efgh', '  ij', '  kl']);
  });

  it('leaves a line of the exact length alone', () => {
    assert.deepEqual(wrapText('abc def', 7), ['abc def']);
    assert.deepEqual(wrapText('', 7), ['']);
  });
});

describe('padding', () => {
  it('counts characters and never cuts', () => {
    assert.equal(padText('😀', 3), '😀  ');
    assert.equal(padText('abcd', 3), 'abcd');
  });
});
