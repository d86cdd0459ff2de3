import assert from 'node:assert/strict';
import { RefusedError, StoreUnreachableError, UnreachableError } from '../../dist/lib/core/refusal.js';

describe('the two kinds of expected errors', () => {
  it('carry a code and a sentence, or the cause of what could not be reached', () => {
    const refused = new RefusedError('locked', 'The drive is in a pool.');
    assert.deepEqual(
      [refused.name, refused.code, refused.message],
      ['RefusedError', 'locked', 'The drive is in a pool.'],
    );
    const cause = new Error('reset');
    const unreachable = new UnreachableError('no answer', { cause });
    assert.deepEqual([unreachable.name, unreachable.cause], ['UnreachableError', cause]);
  });

  it('tells its own files from the NAS, and both from what is not allowed', () => {
    const error = new StoreUnreachableError('busy', { cause: 'disk' });
    assert.ok(error instanceof UnreachableError);
    assert.deepEqual([error.name, error.cause], ['StoreUnreachableError', 'disk']);
  });
});
