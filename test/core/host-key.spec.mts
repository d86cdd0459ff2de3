import assert from 'node:assert/strict';
import { judgeHostKey } from '../../dist/lib/core/host-key.js';

const offered = { fingerprint: 'SHA256:offered', type: 'ssh-ed25519' };

describe('judgeHostKey', () => {
  it('trusts the pinned key', () => {
    assert.deepEqual(judgeHostKey(offered, 'SHA256:offered'), { kind: 'trusted' });
  });

  it('refuses any key while none is pinned, and says what to set', () => {
    const verdict = judgeHostKey(offered, null);
    assert.equal(verdict.kind, 'refused');
    assert.match(verdict.message, /SHA256:offered \(ssh-ed25519\) is not pinned/);
    assert.match(verdict.message, /set BURNIN_SSH_HOST_KEY to SHA256:offered$/);
  });

  it('refuses another key than the pinned one and shows both', () => {
    const verdict = judgeHostKey(offered, 'SHA256:pinned');
    assert.equal(verdict.kind, 'refused');
    assert.match(verdict.message, /SHA256:offered .*is not the pinned one, SHA256:pinned/);
    assert.match(verdict.message, /No login was tried/);
  });

  for (const pinned of ['', 'offered', 'SHA256:OFFERED', 'SHA256:offered=']) {
    it(`does not trust on the pin "${pinned}"`, () => {
      assert.equal(judgeHostKey(offered, pinned).kind, 'refused');
    });
  }
});
