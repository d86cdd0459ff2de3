import assert from 'node:assert/strict';
import { judgeTruenasCertificate } from '../../dist/lib/core/judge-truenas-certificate.js';
import {
  judgeTruenasClose,
  judgeTruenasWay,
  nameSocketError,
} from '../../dist/lib/core/judge-truenas-link.js';
import { judgeTruenasLogin, judgeTruenasLoginError } from '../../dist/lib/core/judge-truenas-login.js';
import { TruenasError } from '../../dist/lib/core/truenas-error.js';
import { readFailureState } from '../../dist/lib/core/truenas-failure.js';
import { readTruenasTarget } from '../../dist/lib/core/truenas-target.js';

const pin = 'A'.repeat(64);
const other = 'B'.repeat(64);

describe('judgeTruenasCertificate', () => {
  it('trusts the pinned certificate, whatever else is wrong with it', () => {
    assert.deepEqual(judgeTruenasCertificate({ fingerprint: pin, doubt: 'CERT_HAS_EXPIRED' }, pin), {
      kind: 'trusted',
    });
  });

  it('trusts no other than the pinned one, however well it is vouched for', () => {
    const verdict = judgeTruenasCertificate({ fingerprint: other, doubt: null }, pin);
    assert.ok(verdict.kind === 'refused');
    assert.match(
      verdict.message,
      /is not the pinned one, A{64}.*API key was not sent.*FINGERPRINT to B{64}$/,
    );
  });

  it('takes a known authority where nothing is pinned, and shows the fingerprint where there is none', () => {
    assert.deepEqual(judgeTruenasCertificate({ fingerprint: other, doubt: null }, null), { kind: 'trusted' });
    const verdict = judgeTruenasCertificate(
      { fingerprint: other, doubt: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
      null,
    );
    assert.ok(verdict.kind === 'refused');
    assert.match(verdict.message, /DEPTH_ZERO_SELF_SIGNED_CERT.*not pinned.*FINGERPRINT to B{64}$/);
  });
});

describe('judgeTruenasWay', () => {
  const answer = { status: 200, location: null, contentType: null, body: '' };
  const rows = [
    ['a list of versions', { body: '["v25.04.0"]' }, 'json_rpc'],
    ['a redirect to the screen', { status: 302, location: '/ui/' }, 'ddp'],
    ['a whole address of the screen', { status: 301, location: 'https://nas.example/ui' }, 'ddp'],
    ['"not found"', { status: 404 }, 'ddp'],
    ['a page', { contentType: 'text/html; charset=utf-8', body: '<html>' }, 'ddp'],
    ['a redirect to elsewhere', { status: 302, location: '/uix' }, null],
    ['a redirect to nowhere', { status: 302 }, null],
    ['a redirect to no address', { status: 302, location: 'http://[' }, null],
    ['a page that says 502', { status: 502, contentType: 'text/html' }, null],
    ['"forbidden"', { status: 403 }, null],
    ['an empty list', { body: '[]' }, null],
    ['a list of something else', { body: '[1]' }, null],
    ['half a list', { body: '["v25' }, null],
  ] as const;
  for (const [name, given, way] of rows) {
    it(`takes ${name} for ${way ?? 'no answer'}`, () => {
      const step = judgeTruenasWay({ ...answer, ...given });
      assert.equal(step.ok ? step.value : null, way);
      if (!step.ok) assert.equal(step.failure.kind, 'lost');
    });
  }
});

describe('judgeTruenasClose', () => {
  const close = { code: 1006, reason: '', error: null, isLoggedIn: false };
  const rows = [
    ['1008', { code: 1008, reason: 'no', error: 'x' }, 'refused', /1008: no\).*allowed IP addresses/],
    ['1009', { code: 1009 }, 'lost', /did not accept a message/],
    ['1003', { code: 1003 }, 'lost', /did not accept a message/],
    ['1007', { code: 1007, isLoggedIn: true }, 'lost', /did not accept a message/],
    ['an error of ours', { error: 'connection reset' }, 'lost', /^connection reset$/],
    ['the end before the login', {}, 'lost', /before the login.*still starting/],
    [
      'the end after it',
      { code: 1001, isLoggedIn: true },
      'lost',
      /closed the connection \(close code 1001\)$/,
    ],
  ] as const;
  for (const [name, given, kind, words] of rows) {
    it(`takes ${name} for ${kind}`, () => {
      const failure = judgeTruenasClose({ ...close, ...given });
      assert.equal(failure.kind, kind);
      assert.match(failure.message, words);
    });
  }

  it('says "refused" only where a person has to act', () => {
    const states = (['lost', 'rate_limited', 'expired', 'untrusted', 'refused'] as const).map((kind) =>
      readFailureState({ kind, message: '' }),
    );
    assert.deepEqual(states, ['disconnected', 'disconnected', 'disconnected', 'refused', 'refused']);
  });
});

describe('nameSocketError', () => {
  it('has words for the usual ones, and short ones for all others', () => {
    assert.match(nameSocketError({ message: 'x', code: 'ECONNREFUSED' }), /is the web interface/);
    assert.match(nameSocketError({ message: 'x', code: 'ERR_SSL_WRONG_VERSION_NUMBER' }), /TLS/);
    assert.equal(nameSocketError({ message: 'a\nb', code: 'constructor' }), 'a b');
    assert.equal(nameSocketError({ message: 'x'.repeat(999), code: 7 }).length, 200);
  });
});

describe('judgeTruenasLogin', () => {
  it('takes an address that is no text for none', () => {
    const urls = [{ toString: 1, valueOf: null }, 7, null];
    const verdict = judgeTruenasLogin({ response_type: 'REDIRECT', urls });
    assert.ok(verdict.kind === 'failed');
    assert.match(verdict.failure.message, /names no other one/);
  });

  it('lets in on a clear yes only', () => {
    for (const answer of [true, { response_type: 'SUCCESS', user_info: null }]) {
      assert.deepEqual(judgeTruenasLogin(answer), { kind: 'in' });
    }
    for (const answer of [
      null,
      undefined,
      1,
      'true',
      [],
      {},
      { response_type: 'success' },
      { response_type: true },
    ]) {
      const verdict = judgeTruenasLogin(answer);
      assert.ok(verdict.kind === 'failed' && verdict.failure.kind === 'refused', JSON.stringify(answer));
    }
  });

  const refusals = [
    [false, /wrong, expired or revoked/],
    [{ response_type: 'AUTH_ERR' }, /key or its user name is wrong/],
    [{ response_type: 'EXPIRED' }, /expired.*not TLS/],
    [{ response_type: 'DENIED' }, /no privilege/],
    [{ response_type: 'OTP_REQUIRED', username: 'x' }, /second factor/],
    [{ response_type: 'SCRAM_RESPONSE' }, /not asked for/],
    [{ response_type: 'constructor' }, /not known/],
  ] as const;
  for (const [answer, words] of refusals) {
    it(`takes ${JSON.stringify(answer)} for a refusal that needs a person`, () => {
      const verdict = judgeTruenasLogin(answer);
      assert.ok(verdict.kind === 'failed' && verdict.failure.kind === 'refused');
      assert.match(verdict.failure.message, words);
    });
  }

  it('goes on to another controller over TLS only', () => {
    const answer = {
      response_type: 'REDIRECT',
      urls: ['http://a', 7, 'ws://b', 'wss://[fd00::2]:444/x', 'https://c'],
    };
    assert.deepEqual(judgeTruenasLogin(answer), {
      kind: 'redirect',
      target: { host: 'fd00::2', port: 444, authority: '[fd00::2]:444' },
    });
    for (const urls of [undefined, [], ['http://a'], 'https://a']) {
      const verdict = judgeTruenasLogin({ response_type: 'REDIRECT', urls });
      assert.ok(verdict.kind === 'failed' && verdict.failure.kind === 'lost');
    }
  });

  it('knows too many logins from a wrong one, and a fault from both', () => {
    const kinds = [
      new TruenasError('busy', 'Rate Limit Exceeded', 16),
      new TruenasError('too_many', 'x', 109),
      new TruenasError('failed', 'x', 22),
      new TruenasError('failed', 'x', 95),
      new TruenasError('failed', 'x', 45),
      new TruenasError('not_authorized', 'x', 13),
      new TruenasError('no_method', 'x'),
      new TruenasError('invalid', 'x'),
    ].map((error) => {
      const verdict = judgeTruenasLoginError(error);
      return verdict.kind === 'failed' ? verdict.failure.kind : verdict.kind;
    });
    assert.deepEqual(kinds, [
      'rate_limited',
      'rate_limited',
      'lost',
      'refused',
      'refused',
      'refused',
      'refused',
      'refused',
    ]);
  });
});

describe('readTruenasTarget', () => {
  it('reads host and port, and leaves all else away', () => {
    for (const [text, host, port] of [
      ['https://nas.example', 'nas.example', 443],
      ['wss://nas.example:8443/api/current?x', 'nas.example', 8443],
      ['https://user:word@10.0.0.1/', '10.0.0.1', 443],
      ['https://[::1]:8443', '::1', 8443],
    ] as const) {
      const target = readTruenasTarget(text);
      assert.ok(target.ok);
      assert.deepEqual([target.value.host, target.value.port], [host, port]);
      assert.doesNotMatch(target.value.authority, /user|word/);
    }
  });

  it('refuses whatever is not TLS', () => {
    for (const text of ['http://nas', 'ws://nas', 'nas', '', 'file:///etc', 'https://']) {
      assert.equal(readTruenasTarget(text).ok, false, text);
    }
  });
});
