import assert from 'node:assert/strict';
import { judgeLinkError } from '../../dist/lib/core/link-failure.js';

const target = 'root@nas:22';

describe('judgeLinkError', () => {
  const temporary = [
    {
      error: { message: 'connect ECONNREFUSED 1.2.3.4:22', code: 'ECONNREFUSED' },
      words: /is the SSH service on/,
    },
    { error: { message: 'getaddrinfo ENOTFOUND nas', code: 'ENOTFOUND' }, words: /host name not found/ },
    { error: { message: 'Keepalive timeout', level: 'client-timeout' }, words: /stopped answering/ },
    {
      error: { message: 'Timed out while waiting for handshake', level: 'client-timeout' },
      words: /no answer from the host/,
    },
    { error: { message: 'Something new', code: 11 }, words: /root@nas:22: Something new/ },
  ];
  for (const { error, words } of temporary) {
    it(`takes "${error.message}" for a matter of time`, () => {
      const failure = judgeLinkError(error, target);
      assert.equal(failure.isRefused, false);
      assert.match(failure.message, words);
    });
  }

  const refusals = [
    { message: 'All configured authentication methods failed', level: 'client-authentication' },
    { message: 'Too many authentication failures', code: 2 },
  ];
  for (const error of refusals) {
    it(`takes "${error.message}" for a refusal that needs a person`, () => {
      const failure = judgeLinkError(error, target);
      assert.equal(failure.isRefused, true);
      assert.match(failure.message, /login refused by root@nas:22: check/);
    });
  }

  it('keeps words of the host short and on one line', () => {
    const { message } = judgeLinkError({ message: `go\r\n\u001b[2Jaway ${'x'.repeat(1000)}` }, target);
    assert.match(message, /^root@nas:22: go \[2Jaway x+$/);
    assert.ok(message.length < 220);
  });

  it('names the ways to log in that the host allows', () => {
    const failure = judgeLinkError(
      { message: '', level: 'client-authentication', allowed: ['publickey'] },
      target,
    );
    assert.match(failure.message, /it allows publickey/);
  });
});
