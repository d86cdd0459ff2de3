import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { readBadblocksLog } from '../../dist/lib/core/read-badblocks-log.js';

const folder = new URL('../fixtures/badblocks/', import.meta.url);
const capture = (name: string) => readFileSync(new URL(name, folder), 'utf8');
const eight = ['0xaa', '0x55', '0xff', '0x00'].flatMap((pattern) => [
  `write ${pattern}`,
  `verify ${pattern}`,
]);
const done = (name: string) =>
  readBadblocksLog(capture(name))
    .phases.filter((phase) => phase.isDone)
    .map((phase) => `${phase.kind} ${phase.pattern}`);

describe('readBadblocksLog', () => {
  it('reads a healthy unattended run', () => {
    const log = readBadblocksLog(capture('no-progress-w-v.stderr'));
    assert.deepEqual(done('no-progress-w-v.stderr'), eight);
    assert.deepEqual(log.range, { first: 0, last: 16383 });
    assert.deepEqual(log.summary, { readErrors: 0, writeErrors: 0, corruptions: 0 });
    assert.deepEqual([log.isOverLimit, log.interruptedAt, log.otherLines], [false, null, []]);
  });

  it('reads the same from a run with ticks, on a terminal or with a clock that runs backwards', () => {
    assert.deepEqual(done('healthy-4pattern.stderr'), eight);
    assert.deepEqual(readBadblocksLog(capture('healthy-4pattern.stderr')).otherLines, []);
    assert.deepEqual(readBadblocksLog(capture('elapsed-negative-clock-back.stderr')).otherLines, []);
    assert.equal(readBadblocksLog(capture('ssh-tty.merged')).summary?.readErrors, 2);
  });

  it('takes the triple, not the count of the last pass', () => {
    const log = readBadblocksLog(capture('errors-p1-two-passes.stderr'));
    assert.match(capture('errors-p1-two-passes.stderr'), /Pass completed, 0 bad blocks found/);
    assert.deepEqual(log.summary, { readErrors: 4, writeErrors: 1, corruptions: 2 });
  });

  it('sees the race through all phases after the error limit', () => {
    for (const name of ['errors-e2-limit.stderr', 'vanished-e16.stderr', 'guest-device-deleted-e20.stderr']) {
      assert.equal(readBadblocksLog(capture(name)).isOverLimit, true, name);
    }
  });

  it('sees the seek errors of a removed device as lines of no known kind', () => {
    assert.match(
      readBadblocksLog(capture('guest-device-deleted-e20.stderr')).otherLines[0] ?? '',
      /during seek/,
    );
  });

  it('knows an interrupted, a killed and a refused run from a finished one', () => {
    assert.equal(readBadblocksLog(capture('killed-term.stderr')).interruptedAt, 6656);
    for (const name of ['killed-term.stderr', 'killed-kill.stderr', 'inuse-exclusive-holder.stderr']) {
      assert.equal(readBadblocksLog(capture(name)).summary, null, name);
    }
    assert.match(
      readBadblocksLog(capture('inuse-exclusive-holder.stderr')).otherLines.join(),
      /apparently in use/,
    );
    assert.match(readBadblocksLog(capture('limit-32bit-20TiB-b4096.stderr')).otherLines.join(), /32-bit/);
  });

  it('reads the compare mode as one verify phase', () => {
    const log = readBadblocksLog(capture('readonly-pattern-mismatch.stderr'));
    assert.deepEqual(log.phases, [{ kind: 'verify', pattern: '0x00', isDone: true }]);
    assert.equal(log.summary?.corruptions, 21);
  });

  it('names random and multi-byte patterns as badblocks does', () => {
    assert.equal(readBadblocksLog(capture('random-pattern.stderr')).phases[0]?.pattern, 'random');
    assert.equal(readBadblocksLog(capture('multibyte-pattern.stderr')).phases[0]?.pattern, '0xdeadbeef');
    assert.equal(readBadblocksLog('Reading and comparing: done').phases[0]?.pattern, 'unknown');
    assert.deepEqual(readBadblocksLog('done').phases, []);
  });

  it('never takes a translated log for a finished run', () => {
    assert.equal(readBadblocksLog(capture('localised-de.stderr')).summary, null);
  });

  it('takes no number that is too long for a block, a count or an error triple', () => {
    const long = '9'.repeat(400);
    const lines = [
      `From block 0 to ${long}`,
      `Interrupted at block ${long}`,
      `Pass completed, 0 bad blocks found. (${long}/0/0 errors)`,
    ];
    const { range, interruptedAt, summary, otherLines } = readBadblocksLog(lines.join('\n'));
    assert.deepEqual([range, interruptedAt, summary], [null, null, null]);
    assert.deepEqual(otherLines, lines);
  });

  it('survives every capture cut off at every byte, and finds a summary only at the very end', () => {
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.stderr'))) {
      const text = capture(name);
      const passes = text.split('Pass completed').length - 1;
      for (let length = 0; length < text.length; length += 7) {
        const log = readBadblocksLog(text.slice(0, length));
        if (passes === 1 && length < text.length - 1)
          assert.equal(log.summary, null, `${name} cut at ${length}`);
      }
    }
  });
});
