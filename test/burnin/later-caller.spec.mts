import assert from 'node:assert/strict';
import { LaterCaller } from '../../dist/lib/burnin/later-caller.js';
import { UnreachableError } from '../../dist/lib/core/refusal.js';
import type { TruenasView } from '../../dist/lib/core/views.js';
import type { TruenasCaller } from '../../dist/lib/nas/truenas/truenas-caller.js';

const view: TruenasView = { way: 'ddp', version: '13', link: 'connected', message: 'there' };

class Made implements TruenasCaller {
  readonly view = view;
  readonly version = null;
  isClosed = false;
  hint: (collection: string) => void = () => undefined;
  change: () => void = () => undefined;

  call(method: string): Promise<unknown> {
    return Promise.resolve(`answer to ${method}`);
  }

  onHint(listener: (collection: string) => void): () => void {
    this.hint = listener;
    return () => undefined;
  }

  onChange(listener: () => void): () => void {
    this.change = listener;
    return () => undefined;
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

describe('a way to the middleware that is still being made', () => {
  let making: PromiseWithResolvers<TruenasCaller>;
  let later: LaterCaller;
  let told: string[];
  beforeEach(() => {
    making = Promise.withResolvers();
    later = new LaterCaller(making.promise);
    told = [];
    later.onChange(() => told.push(later.view.link));
  });

  it('lets calls wait for it', async () => {
    const answer = later.call('disk.query', []);
    assert.deepEqual([later.view.link, later.version], ['connecting', null]);
    making.resolve(new Made());
    assert.equal(await answer, 'answer to disk.query');
    assert.deepEqual([later.view, told], [view, ['connected']]);
  });

  it('rejects all calls and says why when it cannot be made', async () => {
    const answer = later.call('disk.query', []);
    making.reject(new Error('no port'));
    await assert.rejects(answer, UnreachableError);
    await assert.rejects(later.call('disk.query', []), /^UnreachableError: no port$/);
    assert.deepEqual(
      [later.view.link, later.view.message, told],
      ['disconnected', 'no port', ['disconnected']],
    );
    await later.close();
  });

  it('passes on hints and changes, to those who still listen', async () => {
    const made = new Made();
    const hints: string[] = [];
    const leave = later.onHint((collection) => hints.push(collection));
    making.resolve(made);
    await later.call('core.ping', []);
    made.hint('disk.query');
    made.change();
    leave();
    made.hint('pool.query');
    assert.deepEqual([hints, told.length], [['disk.query'], 2]);
  });

  it('is closed also when it is made only afterwards', async () => {
    const made = new Made();
    const closing = later.close();
    making.resolve(made);
    await closing;
    assert.equal(made.isClosed, true);
  });
});
