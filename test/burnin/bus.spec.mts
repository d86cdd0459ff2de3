import assert from 'node:assert/strict';
import { createBus } from '../../dist/lib/burnin/bus.js';

describe('the bus', () => {
  it('calls every listener, also when one of them throws, and none that left', () => {
    const errors: unknown[] = [];
    const heard: string[] = [];
    const bus = createBus<{ word: [string] }>((error) => errors.push(error));
    bus.on('word', () => {
      throw new Error('broken listener');
    });
    bus.on('word', (word) => heard.push(word));
    const leave = bus.on('word', () => heard.push('left'));
    leave();
    bus.emit('word', 'hello');
    assert.deepEqual(heard, ['hello']);
    assert.match(String(errors[0]), /broken listener/);
  });
});
