import assert from 'node:assert/strict';
import fc from 'fast-check';
import { judgeTruenasLogin, judgeTruenasLoginError } from '../../dist/lib/core/judge-truenas-login.js';
import {
  judgeTruenasClose,
  judgeTruenasWay,
  nameSocketError,
} from '../../dist/lib/core/judge-truenas-link.js';
import type { HostRecord } from '../../dist/lib/core/read-host-answer.js';
import { readMidcltAnswers } from '../../dist/lib/core/read-midclt-answer.js';
import { readDdpError, readMidcltError, readRpcError } from '../../dist/lib/core/read-truenas-error.js';
import { maxAnswerLength, readTruenasJson } from '../../dist/lib/core/read-truenas-json.js';
import { ddpDialect } from '../../dist/lib/core/truenas-ddp.js';
import { TruenasError } from '../../dist/lib/core/truenas-error.js';
import { readFailureState } from '../../dist/lib/core/truenas-failure.js';
import { rpcDialect } from '../../dist/lib/core/truenas-rpc.js';
import { readTruenasTarget } from '../../dist/lib/core/truenas-target.js';
import * as versions from '../../dist/lib/core/truenas-version.js';
import { rows } from '../core/truenas-samples.mts';
import { recordsOf } from './answers.mts';
import { anyJson, anyText, anyValue, buildDeep, edgeNumber, grafted, mutated } from './inputs.mts';
import { checkMade, checkReading } from './invariants.mts';
import { target, type Target } from './target.mts';
import { capturesOf } from './truenas-inputs.mts';
import { ddpFrames, faults, frames, frameText, redact, rpcFaults, secret } from './truenas-frames.mts';

function checkError(error: unknown): void {
  assert.ok(error instanceof TruenasError);
  assert.ok(Array.from(error.message).length <= 500 && error.message !== '');
  assert.doesNotMatch(error.message, /[\p{Cc}\p{Cs}\u2028\u2029\u202e]/u);
  assert.ok(error.errno === null || Number.isFinite(error.errno));
}

function frameTarget({ read, way }: typeof rpcDialect, samples: readonly object[]): Target {
  return target({
    covers: [`${way} frames`],
    input: frameText(samples),
    fromText: (text) => `{"jsonrpc":"2.0","msg":"result","id":1,"result":${JSON.stringify(text)}}`,
    check: (text) => {
      const reading = read(text, redact);
      checkReading(reading);
      if (!reading.ok) {
        assert.ok(!reading.problem.includes(secret), 'a problem repeats the key');
        return;
      }
      assert.ok(reading.value.length <= 100, `${reading.value.length} frames in one`);
      for (const frame of reading.value) {
        if ('id' in frame) assert.match(frame.id, /^(-?\d{1,16}|s\d{1,15}|connect)$/);
        if (frame.kind === 'error') checkError(frame.error);
        if (frame.kind === 'hint') assert.notEqual(frame.collection, '');
        assert.ok(!JSON.stringify(frame).includes(secret), 'a frame repeats the key');
      }
    },
  });
}

const logins = [
  { response_type: 'SUCCESS', user_info: null, authenticator: 'LEVEL_1' },
  { response_type: 'REDIRECT', urls: ['https://192.0.2.7', 'wss://[fd00::2]:8443/x'] },
  { response_type: 'REDIRECT', urls: [{ toString: 1, valueOf: null }, 'ftp://x', 'https://y:1'] },
  { response_type: 'OTP_REQUIRED', username: 'u' },
];
const login = fc.oneof(
  { weight: 4, arbitrary: grafted(logins) },
  anyJson,
  anyValue,
  fc.array(anyValue, { maxLength: 3 }).map((urls) => ({ response_type: 'REDIRECT', urls })),
);

const fault = (samples: readonly unknown[]) =>
  fc.oneof({ weight: 3, arbitrary: grafted(samples) }, anyJson, anyValue);
const midcltWords = [
  '[EACCES] Not authorized Traceback (most recent call last): File "x", line 1 CallError: [EACCES] Not authorized',
  "Method 'smart.test.query' not found in 'smart' Traceback (most recent call last): x",
  'ValidationErrors: [EINVAL] disk_update.x: no',
  'Failed to run middleware call. Daemon not running?',
];
const midcltAnswers = [
  'call\nout\t[{"a": {"$date": 5}}]\nout\t\nout\t\nout\t0\ncall\nout\t\nout\t[ENOENT] None\nout\t1\n',
  'call\nout\tTrueNAS-25.10.6\nout\t\nout\t\nout\t0\ncall\nout\tTrue\nout\t\nout\tx\nout\t124\n',
  `call\nout\t${JSON.stringify(capturesOf('boot.get_disks'))}\nout\t\nout\t\nout\t0\ncall\nout\t\nout\tx\nout\t137\n`,
  'missing\n',
].map((text) => `burnin-begin\n${text}burnin-end\n`);

export const truenasDoorTargets: readonly Target[] = [
  frameTarget(rpcDialect, frames),
  frameTarget(ddpDialect, ddpFrames),
  target({
    covers: ['readTruenasJson'],
    input: frameText([...frames, ...ddpFrames]),
    fromText: (text) => text,
    check: (text) => {
      const reading = readTruenasJson(text, redact);
      checkReading(reading);
      if (!reading.ok) return;
      assert.ok(text.length <= maxAnswerLength && !JSON.stringify(reading.value).includes(secret));
      assert.equal(({} as Record<string, unknown>)['isAdmin'], undefined);
    },
  }),
  target({
    covers: ['readRpcError'],
    input: fault(rpcFaults),
    fromText: bigFault,
    check: (error) => checkError(readRpcError(error)),
  }),
  target({
    covers: ['readDdpError'],
    input: fault(faults),
    fromText: bigFault,
    check: (error) => checkError(readDdpError(error)),
  }),
  target({
    covers: ['readMidcltError'],
    input: fc.oneof(mutated(midcltWords), anyText),
    fromText: (text) => text,
    check: (text) => checkError(readMidcltError(text)),
  }),
  target({
    covers: ['readMidcltAnswers'],
    input: fc.tuple(
      fc.oneof({ weight: 4, arbitrary: mutated(midcltAnswers) }, anyText).map(recordsOf),
      fc.nat(3),
    ),
    fromText: (text): [readonly HostRecord[], number] => [
      ['call', 'out', 'out', 'out'].map((kind) => ({ kind, fields: kind === 'call' ? [] : [text] })),
      1,
    ],
    check: ([records, count]) => {
      const reading = readMidcltAnswers(records, count);
      checkReading(reading);
      if (!reading.ok || reading.value === null) return;
      assert.equal(reading.value.length, count, 'an answer for each call');
      for (const answer of reading.value) {
        if (answer.ok) continue;
        if (answer.error === null) assert.notEqual(answer.message, '');
        else checkError(answer.error);
      }
    },
  }),
  target({
    covers: ['judgeTruenasLogin', 'judgeTruenasLoginError'],
    input: fc.tuple(login, fault(rpcFaults)),
    fromText: (text) =>
      [{ response_type: 'REDIRECT', urls: [text, `https://${text}`] }, { data: { reason: text } }] as [
        unknown,
        unknown,
      ],
    check: ([answer, error]) => {
      const verdict = judgeTruenasLogin(answer);
      const type =
        answer !== null && typeof answer === 'object' && 'response_type' in answer
          ? answer.response_type
          : null;
      const isYes = answer === true || (typeof type === 'string' && type.trim() === 'SUCCESS');
      assert.equal(verdict.kind === 'in', isYes, 'only a clear yes is one');
      if (verdict.kind === 'redirect') checkTarget(verdict.target);
      const failed = judgeTruenasLoginError(readRpcError(error));
      assert.equal(failed.kind, 'failed');
    },
  }),
  target({
    covers: ['judgeTruenasClose', 'readFailureState', 'judgeTruenasWay', 'nameSocketError'],
    input: fc.record({
      code: fc.oneof(fc.constantFrom(1000, 1003, 1006, 1008, 1009), edgeNumber),
      reason: anyText,
      error: fc.option(anyText),
      isLoggedIn: fc.boolean(),
      status: fc.constantFrom<number>(200, 301, 302, 404, 502),
      location: fc.oneof(fc.constantFrom('/ui/', 'https://x/ui', '//'), anyText, fc.constant(null)),
      contentType: fc.oneof(fc.constantFrom('text/html', 'application/json'), anyText, fc.constant(null)),
      body: fc.oneof(mutated(['["v25.04.0","v25.10.0"]']), anyText),
    }),
    fromText: (text) => ({
      code: 1000,
      reason: text,
      error: text,
      isLoggedIn: true,
      status: 302,
      location: text,
      contentType: text,
      body: text,
    }),
    check: (input) => {
      const failure = judgeTruenasClose({
        ...input,
        error: input.error === null ? null : nameSocketError({ message: input.error }),
      });
      assert.equal(readFailureState(failure) === 'refused', input.code === 1008);
      assert.ok(failure.message.length <= 700 && !/[\n\0]/.test(failure.message));
      const way = judgeTruenasWay(input);
      if (way.ok && way.value === 'json_rpc') assert.equal(input.status, 200);
      else if (!way.ok) assert.equal(way.failure.kind, 'lost');
    },
  }),
  target({
    covers: ['readTruenasTarget'],
    input: fc.oneof(
      mutated(['https://nas.example:8443/x', 'wss://user:pw@[fd00::2]/', 'http://nas', 'ws://nas']),
      anyText,
    ),
    fromText: (text) => `https://${text}`,
    check: (text) => {
      const reading = readTruenasTarget(text);
      checkReading(reading);
      if (!reading.ok) return;
      checkTarget(reading.value);
      assert.match(text.trim(), /^[\0-\x20]*(https|wss):/i);
    },
  }),
  target({
    covers: ['readTruenasVersion'],
    input: fc.oneof(
      mutated([...Object.values(rows), 'TrueNAS-26.04.0-MASTER-20261122', 'TrueNAS-12.0-U8.1']),
      anyText,
    ),
    fromText: (text) => `TrueNAS-25.10-${text}`,
    check: (text) => {
      const version = versions.readTruenasVersion(text);
      if (version === null) return;
      checkMade(version);
      assert.equal(version.text, text.trim());
      assert.ok(version.major >= 12 && version.major <= 99 && version.minor <= 99);
      assert.equal(versions.isLinux(version), version.family === 'scale');
      if (version.family === 'core')
        assert.ok(!versions.hasJsonRpc(version) && !versions.hasDiskDetails(version));
    },
  }),
];

function bigFault(text: string): unknown {
  const extra = Array.from({ length: 2000 }, (_, index) => [`m${index}`, text.slice(0, 40)]);
  return { code: 1, reason: text, extra, data: { reason: text, extra }, deep: buildDeep(10) };
}

function checkTarget({ host, port, authority }: { host: string; port: number; authority: string }): void {
  assert.ok(host !== '' && authority.includes(host) && !/[@/\s]/.test(authority), authority);
  assert.ok(Number.isInteger(port) && port >= 0 && port <= 65_535, `port ${port}`);
}
