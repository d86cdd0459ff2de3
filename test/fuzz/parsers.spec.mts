import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { readHostAnswer } from '../../dist/lib/core/read-host-answer.js';
import { readProbe } from '../../dist/lib/core/read-probe.js';
import {
  readClearAnswer,
  readHostLook,
  readRunRecord,
  readStartAnswer,
  readStopAnswer,
} from '../../dist/lib/core/read-runs.js';
import { readSmartAnswer } from '../../dist/lib/core/read-smart-answer.js';
import { readSmartRound } from '../../dist/lib/core/read-smart-round.js';
import * as answers from './answers.mts';
import { targets } from './every-target.mts';
import { runsPerTarget } from './target.mts';

const core = path.resolve(import.meta.dirname, '../../dist/lib/core');
const whole = [
  [answers.probeAnswer, readProbe],
  [answers.lookAnswer, readHostLook],
  [answers.recordAnswer, readRunRecord],
  [answers.startAnswer, readStartAnswer],
  [answers.refusedAnswer, readStartAnswer],
  [answers.stopAnswer, readStopAnswer],
  [answers.clearAnswer, readClearAnswer],
  [answers.smartAnswer, readSmartAnswer],
  [answers.smartRoundAnswer, (records: ReturnType<typeof answers.recordsOf>) => readSmartRound(records, 3)],
] as const;

describe('A parser of foreign text', function () {
  this.timeout(120_000);

  for (const { covers, run } of targets) {
    it(`called ${covers.join(', ')} takes anything and makes nothing impossible of it`, () =>
      run(runsPerTarget));
  }

  it('never takes the beginning of an answer for the whole', () => {
    for (const [text, read] of whole) {
      const records = readHostAnswer(text);
      assert.ok(records.ok && read(records.value).ok, 'the sample itself is good');
      for (let length = text.trimEnd().length - 1; length >= 0; length -= text.length > 5_000 ? 7 : 1) {
        assert.equal(
          readHostAnswer(text.slice(0, length)).ok,
          false,
          `${length} characters of ${text.length}`,
        );
      }
    }
  });

  it('does not take a list without its last record for a shorter one', () => {
    for (const [text, read, end] of [
      [answers.probeAnswer, readProbe, 'judged'],
      [answers.probeAnswer, readProbe, 'middleware'],
      [answers.lookAnswer, readHostLook, 'listed'],
      [answers.recordAnswer, readRunRecord, 'listed'],
    ] as const) {
      assert.equal(read(answers.recordsOf(text).filter(({ kind }) => kind !== end)).ok, false);
    }
  });

  it('is fed here, every one of lib/core', async () => {
    const covered = new Set(targets.flatMap(({ covers }) => covers));
    const missing: string[] = [];
    for (const file of globSync('*.js', { cwd: core })) {
      const module = (await import(pathToFileURL(path.join(core, file)).href)) as Record<string, unknown>;
      for (const [name, value] of Object.entries(module)) {
        const isParser = typeof value === 'function' && /^(?:read|decode|parse)[A-Z]/.test(name);
        if (isParser && !covered.has(name)) missing.push(`${name} of ${file}`);
      }
    }
    assert.deepEqual(missing, [], 'add it to a list of test/fuzz');
  });

  it('is not held up by text that is made to take long', async () => {
    const child = spawn(process.execPath, [path.join(import.meta.dirname, 'slow-texts.mts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    // A regular expression gone wrong takes hours for one of these texts.
    const timer = setTimeout(() => child.kill('SIGKILL'), 100_000);
    const [code] = (await once(child, 'close')) as [number | null];
    clearTimeout(timer);
    assert.equal(code, 0, `stuck or failed at: ${said.trim().split('\n').at(-1) ?? ''}`);
  });
});
