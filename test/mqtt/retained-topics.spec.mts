import assert from 'node:assert/strict';
import { buildMessageQueue } from '../../dist/lib/mqtt/message-queue.js';
import { RetainedTopics } from '../../dist/lib/mqtt/retained-topics.js';

const pace = (urgentKey: string) => ({ urgentKey, everyMs: 5000 });

describe('retained topics', () => {
  let topics: RetainedTopics;
  beforeEach(() => {
    topics = new RetainedTopics();
  });
  /** Takes everything due at a time, as a broker that answers at once. */
  const drain = (now = 0): string[] => {
    const sent: string[] = [];
    for (let message = topics.take(now); message !== null; message = topics.take(now)) {
      assert.equal(message.isRetained, true);
      sent.push(`${message.topic}=${message.payload}`);
      topics.settle(message.topic);
    }
    return sent;
  };

  it('give out each payload once', () => {
    topics.set('a', '1');
    assert.deepEqual(drain(), ['a=1']);
    topics.set('a', '1');
    assert.deepEqual(drain(), []);
  });

  it('keep only the newest of many changes', () => {
    for (let i = 0; i < 100; i++) topics.set('a', String(i));
    assert.deepEqual(drain(), ['a=99']);
  });

  it('send nothing when a change was taken back', () => {
    topics.set('a', '1');
    drain();
    topics.set('a', '2');
    topics.set('a', '1');
    assert.deepEqual(drain(), []);
  });

  it('have one message per topic in flight', () => {
    topics.set('a', '1');
    topics.take(0);
    topics.set('a', '2');
    assert.equal(topics.take(0), null);
    assert.equal(topics.nextDueAt(), null);
    topics.settle('a');
    assert.deepEqual(drain(), ['a=2']);
  });

  it('hold back what only ticks, newest wins', () => {
    topics.set('a', '1', pace('x'));
    assert.deepEqual(drain(1000), ['a=1']);
    topics.set('a', '2', pace('x'));
    topics.set('a', '3', pace('x'));
    assert.deepEqual(drain(5999), []);
    assert.equal(topics.nextDueAt(), 6000);
    assert.deepEqual(drain(6000), ['a=3']);
  });

  it('hold nothing back for an hour when the clock is set back an hour', () => {
    const hourMs = 3_600_000;
    topics.set('a', '1', pace('x'));
    assert.deepEqual(drain(hourMs), ['a=1']);
    topics.set('a', '2', pace('x'));
    assert.deepEqual(drain(1000), ['a=2']);
    topics.set('a', '3', pace('x'));
    assert.deepEqual(drain(5999), []);
    assert.deepEqual(drain(6000), ['a=3']);
  });

  it('let an urgent change through at once, also behind a held one', () => {
    topics.set('a', '1', pace('x'));
    drain(1000);
    topics.set('a', '2', pace('x'));
    topics.set('a', '3', pace('y'));
    assert.deepEqual(drain(1001), ['a=3']);
    topics.set('a', '4', pace('y'));
    assert.deepEqual(drain(1002), []);
  });

  it('give out everything again on a new connection, in the order of first mention', () => {
    topics.set('a', '1', pace('x'));
    topics.set('b', '2');
    topics.take(0);
    topics.set('a', '3', pace('x'));
    topics.restart();
    assert.deepEqual(drain(1), ['a=3', 'b=2']);
  });

  it('delete a removed topic on the broker and then forget it', () => {
    topics.set('a', '1');
    drain();
    topics.remove('a');
    assert.deepEqual(drain(), ['a=']);
    topics.restart();
    assert.deepEqual(drain(), []);
  });

  it('remember a removal across connections until the broker has taken it', () => {
    topics.remove('a');
    topics.take(0);
    topics.restart();
    assert.deepEqual(drain(), ['a=']);
  });

  it('keep a topic that is wanted again while its removal is in flight', () => {
    topics.remove('a');
    topics.take(0);
    topics.set('a', '2');
    topics.settle('a');
    assert.deepEqual(drain(), ['a=2']);
  });

  it('hold nothing back when hurried', () => {
    topics.set('a', '1', pace('x'));
    drain(0);
    topics.set('a', '2', pace('x'));
    topics.hurry();
    assert.deepEqual(drain(1), ['a=2']);
  });
});

describe('the queue of events and answers', () => {
  const message = (payload: string) => ({ topic: 't', payload, isRetained: false });

  it('keeps the newest and counts what gave way', () => {
    const queue = buildMessageQueue(3);
    for (const text of ['1', '2', '3', '4', '5']) queue.push(message(text));
    assert.equal(queue.takeDropCount(), 2);
    assert.equal(queue.takeDropCount(), 0);
    assert.deepEqual(
      [queue.take(), queue.take(), queue.take(), queue.take()].map((m) => m?.payload),
      ['3', '4', '5', undefined],
    );
  });

  it('sends again, in order, what was in flight when the connection was lost', () => {
    const queue = buildMessageQueue(3);
    for (const text of ['1', '2', '3']) queue.push(message(text));
    const first = queue.take();
    queue.take();
    if (first !== null) queue.settle(first);
    queue.restart();
    assert.deepEqual(
      [queue.take(), queue.take(), queue.take()].map((m) => m?.payload),
      ['2', '3', undefined],
    );
    assert.equal(queue.isEmpty(), true);
  });

  it('stays within its limit also when much was in flight', () => {
    const queue = buildMessageQueue(2);
    for (const text of ['1', '2']) queue.push(message(text));
    queue.take();
    queue.take();
    for (const text of ['3', '4']) queue.push(message(text));
    queue.restart();
    assert.equal(queue.takeDropCount(), 2);
    assert.equal(queue.take()?.payload, '3');
  });
});
