import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cleanText } from '../../dist/lib/core/clean-text.js';
import { describeFailure, readBrokerTarget } from '../../dist/lib/mqtt/broker-target.js';
import { CorruptRowError } from '../../dist/lib/store/errors.js';
import { jobRow } from '../../dist/lib/store/job-row.js';
import { readRow } from '../../dist/lib/store/rows.js';
import { stageRow } from '../../dist/lib/store/stage-row.js';
import { anyJson, anyText, anyValue, grafted, mutated } from './inputs.mts';
import { checkMade } from './invariants.mts';
import { target, type Target } from './target.mts';

const rows = [
  {
    id: '1',
    nas: 'n',
    serial: '0012',
    wwn: null,
    size_bytes: 5,
    model: null,
    state: 'queued',
    operator: 'a',
    request_transaction: 't',
    gate_id: 'g',
    context: '{}',
    cancel_requested_by: null,
    created_at: 1,
    started_at: null,
    ended_at: null,
    reasons: '[]',
  },
  {
    job_id: '1',
    position: 0,
    kind: 'precheck',
    state: 'pending',
    station_id: null,
    memo: '{"a":1}',
    started_at: null,
    ended_at: null,
    percent: 0,
    reasons: '[]',
    evidence: '[]',
  },
];

/** Readers of other rooms, and what makes foreign text harmless. */
export const storeTargets: readonly Target[] = [
  target({
    covers: ['readBrokerTarget', 'describeFailure'],
    input: fc.record({
      url: fc.oneof(anyText, mutated(['mqtts://user:p%40ss@broker.lan:8883/x', 'ws://[::1]:9001/mqtt'])),
      username: fc.option(anyText),
      password: fc.option(fc.stringMatching(/^[a-z0-9]{12,20}$/)),
    }),
    fromText: (text) => ({ url: `mqtt://${text}`, username: text, password: text }),
    check: (address) => {
      const found = readBrokerTarget(address);
      if (found === null) return;
      const { password } = found;
      if (password === null || password.length < 8) return;
      const failure = describeFailure(new Error(`refused ${password}`), found);
      assert.ok(!failure.includes(password), 'the password is told');
    },
  }),
  target({
    covers: ['readRow'],
    input: fc.oneof({ weight: 3, arbitrary: grafted(rows) }, anyJson, anyValue),
    fromText: (text) => ({ ...rows[0], context: text }),
    check: (row) => {
      for (const kind of [jobRow, stageRow] as const) {
        try {
          checkMade(readRow<unknown>(kind, row));
        } catch (error) {
          // The one error that its callers expect.
          if (!(error instanceof CorruptRowError)) throw error;
        }
      }
    },
  }),
  target({
    covers: ['cleanText'],
    input: fc.tuple(anyText, fc.integer({ min: 1, max: 300 })),
    fromText: (text) => [text, 300] as [string, number],
    check: ([text, length]) => {
      const clean = cleanText(text, length);
      assert.ok(Array.from(clean).length <= length);
      assert.doesNotMatch(clean, /[\p{Cc}\p{Cs}\u2028\u2029\u202e]/u);
    },
  }),
];
