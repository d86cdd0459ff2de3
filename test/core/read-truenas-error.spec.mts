import assert from 'node:assert/strict';
import { readDdpError, readMidcltError, readRpcError } from '../../dist/lib/core/read-truenas-error.js';
import type { TruenasErrorReason } from '../../dist/lib/core/truenas-error.js';

type Row = readonly [name: string, error: unknown, reason: TruenasErrorReason, errno: number | null];

const data = (error: number, errname: string | null, more: object = {}) => ({
  code: -32001,
  message: 'Method call error',
  data: { error, ...(errname === null ? {} : { errname }), reason: `[${errname ?? 'E'}] words`, ...more },
});

describe('readRpcError', () => {
  it('tells the first twenty details and no more', () => {
    const extra = Array.from({ length: 100_000 }, (_, index) => [`m${index}`, null]);
    const { message } = readRpcError({ data: { reason: 'no', extra } });
    assert.match(message, /; m19\)$/);
  });

  const rows: readonly Row[] = [
    ['a method that does not exist', { code: -32601, message: 'Method does not exist' }, 'no_method', null],
    ['a model that does not exist', data(201, 'ENOMETHOD'), 'no_method', 201],
    ['too many calls', { code: -32000, message: 'Too many concurrent calls' }, 'too_many', null],
    ['a missing role', data(13, 'EACCES'), 'not_authorized', 13],
    ['a session that is over', data(207, 'ENOTAUTHENTICATED'), 'not_authorized', 207],
    ['a busy device', data(16, 'EBUSY'), 'busy', 16],
    ['a missing row', data(22, 'EINVAL', { trace: { class: 'MatchNotFound' } }), 'not_found', 22],
    ['a missing file', data(2, 'ENOENT'), 'not_found', 2],
    ['a crash of the server', data(22, 'EINVAL', { trace: { class: 'KeyError' } }), 'failed', 22],
    ['a number without a name', { code: -32001, data: { error: 13, reason: 'no' } }, 'not_authorized', 13],
    ['a number with another name', data(16, 'EDQUOT'), 'failed', 16],
    ['an answer it cannot write', { code: -32603, message: 'x', data: { error: 14 } }, 'failed', 14],
    ['a bad envelope', { code: -32600, message: 'x' }, 'invalid', null],
    ['nothing at all', null, 'failed', null],
    ['rubbish', { code: 'x', message: 7, data: [] }, 'failed', null],
    ['a name of every object', { data: { errname: 'constructor', error: 1e9 } }, 'failed', 1e9],
  ];
  for (const [name, error, reason, errno] of rows) {
    it(`reads ${name} as ${reason}`, () => {
      const read = readRpcError(error);
      assert.deepEqual([read.reason, read.errno, read.name], [reason, errno, 'TruenasError']);
    });
  }

  it('names what is wrong with parameters', () => {
    const read = readRpcError({
      code: -32602,
      message: 'Invalid params',
      data: {
        error: 22,
        errname: 'EINVAL',
        reason: '[EINVAL]',
        extra: [['disk_update.x', 'Invalid choice: 7', 22]],
      },
    });
    assert.equal(read.reason, 'invalid');
    assert.equal(read.message, '[EINVAL] (disk_update.x: Invalid choice: 7)');
  });

  it('knows a target that is not there from parameters that are wrong', () => {
    const extra = [[null, 'disk x does not exist', 2]];
    const read = readRpcError({
      code: -32602,
      message: 'Invalid params',
      data: { error: 22, errname: 'EINVAL', extra },
    });
    assert.equal(read.reason, 'not_found');
  });

  it('keeps long and strange words short and on one line', () => {
    const { message } = readRpcError({ code: 1, message: `a\n\u0007${'x'.repeat(10_000)}` });
    assert.match(message, /^a \ufffdx+…$/);
    assert.equal(message.length, 500);
  });
});

describe('readDdpError', () => {
  const ddp = (error: number, reason: string, more: object = {}) => ({
    error,
    type: null,
    reason,
    extra: null,
    ...more,
  });
  const rows: readonly Row[] = [
    ['"not authenticated" of CORE', ddp(13, 'Not authenticated'), 'not_authorized', 13],
    [
      '"not authenticated" of 24.10',
      ddp(207, '[ENOTAUTHENTICATED] Not authenticated'),
      'not_authorized',
      207,
    ],
    ['an unknown method', ddp(201, '[ENOMETHOD] Method "x" not found'), 'no_method', 201],
    ['too many calls on Linux', ddp(109, 'Maximum number of concurrent calls'), 'too_many', 109],
    ['too many calls on FreeBSD', ddp(59, 'Maximum number of concurrent calls'), 'too_many', 59],
    ['one wrong parameter', ddp(22, '[EINVAL] a.b: no', { type: 'VALIDATION' }), 'invalid', 22],
    ['several on Linux', ddp(11, 'x', { type: 'VALIDATION', extra: [['a', 'b', 22]] }), 'invalid', 11],
    ['several on FreeBSD', ddp(35, 'x', { type: 'VALIDATION', extra: [['a', 'b', 22]] }), 'invalid', 35],
    ['EAGAIN of FreeBSD that is no validation', ddp(35, 'x'), 'failed', 35],
    ['a target that is not there', ddp(2, 'x', { type: 'VALIDATION' }), 'not_found', 2],
    ['a row that is not there', ddp(22, 'x', { trace: { class: 'MatchNotFound' } }), 'not_found', 22],
    ['too many logins', ddp(16, 'Rate Limit Exceeded'), 'busy', 16],
    ['nothing', undefined, 'failed', null],
  ];
  for (const [name, error, reason, errno] of rows) {
    it(`reads ${name} as ${reason}`, () => {
      const read = readDdpError(error);
      assert.deepEqual([read.reason, read.errno], [reason, errno]);
    });
  }
});

describe('readMidcltError', () => {
  const trace = 'Traceback (most recent call last): File "x", line 1, in y middlewared.service_exception.';
  const rows: readonly (readonly [string, TruenasErrorReason, RegExp])[] = [
    ['Method does not exist', 'no_method', /^Method does not exist$/],
    [
      `[ENOMETHOD] Method 'x' not found in 'disk' ${trace}CallError: [ENOMETHOD] x`,
      'no_method',
      /^\[ENOMETHOD\] Method 'x'/,
    ],
    [
      `[EBUSY] Disk is in use ${trace}CallError: [EBUSY] Disk is in use`,
      'busy',
      /^\[EBUSY\] Disk is in use$/,
    ],
    [`[EINVAL] a.b: no ${trace}ValidationErrors: [EINVAL] a.b: no`, 'invalid', /^\[EINVAL\] a\.b: no$/],
    [`${trace}MatchNotFound`, 'not_found', /^Traceback/],
    ['[EACCES] Not authorized', 'not_authorized', /Not authorized/],
    ['', 'failed', /no reason was given/],
  ];
  for (const [text, reason, words] of rows) {
    it(`reads "${text.slice(0, 50)}" as ${reason}`, () => {
      const read = readMidcltError(text);
      assert.equal(read.reason, reason);
      assert.match(read.message, words);
    });
  }
});
