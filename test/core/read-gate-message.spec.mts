import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import { maxContextLength, readGateMessage } from '../../dist/lib/core/read-gate-message.js';

function request(message: object) {
  const read = readGateMessage(message as Record<string, unknown>);
  assert.equal(read.kind, 'request');
  return read;
}

describe('readGateMessage', () => {
  it('takes a message with msg.burnin for a ticket, whatever it is', () => {
    assert.deepEqual(readGateMessage({ burnin: 5, payload: {} }), { kind: 'ticket', ticket: 5 });
    assert.equal(readGateMessage({ burnin: null }).kind, 'request');
  });

  for (const [topic, verbInPayload, verb] of [
    ['', undefined, 'start'],
    [undefined, undefined, 'start'],
    [7, undefined, 'start'],
    ['', 'cancel', 'cancel'],
    ['burnin/nas/set/cancel', undefined, 'cancel'],
    ['burnin/nas/set/cancel', 'start', 'start'],
    ['cancel', undefined, 'cancel'],
    ['garage', undefined, 'garage'],
    ['burnin/nas/set/', undefined, ''],
    ['cancel', 5, ''],
  ] as const) {
    it(`reads the verb "${verb}" from topic ${String(topic)} and payload verb ${String(verbInPayload)}`, () => {
      const payload = { serial: 'A', ...(verbInPayload !== undefined && { verb: verbInPayload }) };
      const read = request({ topic, payload });
      assert.equal(read.verb, verb);
      assert.deepEqual(read.payload, { serial: 'A' });
    });
  }

  it('reads JSON text and leaves other payloads as they are', () => {
    assert.deepEqual(request({ payload: ' {"verb":"cancel","serial":"A"}' }).payload, { serial: 'A' });
    assert.equal(request({ payload: '{not json' }).payload, '{not json');
    assert.equal(request({ payload: 'text' }).payload, 'text');
    assert.equal(request({ payload: null }).payload, null);
    assert.equal(request({}).payload, undefined);
  });

  it('reads the drive of a command topic', () => {
    assert.equal(request({ topic: 'burnin/nas/drive/A_1/set/start' }).topicDrive, 'A_1');
    assert.equal(request({ topic: 'burnin/nas/set/start' }).topicDrive, null);
    assert.equal(request({ topic: 'x/drive/A/set/start/more' }).topicDrive, null);
  });

  it('takes only retain: true for retained', () => {
    assert.equal(request({ retain: true }).isRetained, true);
    assert.equal(request({ retain: false }).isRetained, false);
    assert.equal(request({ retain: 'yes' }).isRetained, false);
  });

  it('keeps what JSON can hold, and nothing that belongs to this one message', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    const { context, dropped } = request({
      ...{ _msgid: 'm', note: 'n', deep: { a: [1, new Date(0)] }, nothing: null },
      ...{ cycle, big: 1n, fn: () => 1, none: undefined },
      ...{ payload: 1, retain: true, qos: 2, req: {}, res: {}, parts: {}, error: {}, status: {} },
      topic: 'mine',
    });
    const deep = { a: [1, '1970-01-01T00:00:00.000Z'] };
    assert.deepEqual(context, { _msgid: 'm', note: 'n', deep, nothing: null, topic: 'mine' });
    assert.deepEqual(dropped, ['cycle']);
  });

  it('is not fooled by a property named __proto__', () => {
    const message = JSON.parse('{"__proto__":{"polluted":true},"a":1}') as object;
    assert.deepEqual(Object.entries(request(message).context), [['a', 1]]);
    assert.equal('polluted' in request(message).context, false);
  });

  it('keeps no command topic, which would be a request again, and no endless one', () => {
    for (const topic of ['burnin/nas/set/start', 'set/cancel', 'x'.repeat(300)]) {
      assert.equal('topic' in request({ topic }).context, false, topic);
    }
  });

  it('drops and names what is too large, and keeps what follows and fits', () => {
    const { context, dropped } = request({
      ...{ a: 1, large: 'x'.repeat(maxContextLength), b: 2 },
      ...{ list: Array.from({ length: 9000 }, () => 1), deep: { list: [{ text: 'x'.repeat(9000) }] } },
      ...{ escaped: '\n'.repeat(maxContextLength - 100), c: 3 },
    });
    assert.deepEqual(context, { a: 1, b: 2, c: 3 });
    assert.deepEqual(dropped, ['large', 'list', 'deep', 'escaped']);
  });

  it('never writes out a buffer, or asks an object of unknown kind what it is', () => {
    const bytes = Buffer.alloc(10);
    bytes.toJSON = () => assert.fail('was written out');
    const odd = new (class {
      toJSON = () => assert.fail('was asked');
    })();
    const { context, dropped } = request({ bytes, deep: { bytes }, odd, map: new Map(), note: 'n' });
    assert.deepEqual(context, { note: 'n' });
    assert.deepEqual(dropped, ['bytes', 'deep', 'odd', 'map']);
  });

  it('keeps nothing so deep that a walk through it overflows the stack', () => {
    const bury = (levels: number) => Array.from({ length: levels }).reduce((value) => ({ a: value }), 1);
    const { context, dropped } = request({
      abyss: bury(50_000),
      pit: bury(200),
      hole: bury(50),
      list: [[[1]]],
    });
    assert.deepEqual(Object.keys(context), ['hole', 'list']);
    assert.deepEqual(dropped, ['abyss', 'pit']);
  });

  it('keeps plain data of another realm, as function nodes send it', () => {
    const foreign = runInNewContext('({ at: new Date(0), list: [1], verb: "cancel" })') as object;
    const { context, verb } = request({ foreign, payload: foreign });
    const plain = { at: '1970-01-01T00:00:00.000Z', list: [1], verb: 'cancel' };
    assert.deepEqual([context, verb], [{ foreign: plain }, 'cancel']);
  });

  it('reads no endless text, and no endless verb', () => {
    const text = `{"verb":"cancel"${' '.repeat(70_000)}}`;
    assert.equal(request({ payload: text }).payload, text);
    assert.equal(request({ topic: 'x'.repeat(70_000) }).verb.length, 64);
    assert.equal(request({ payload: { verb: 'x'.repeat(70_000) } }).verb.length, 64);
    assert.equal(request({ payload: Object.assign(Buffer.alloc(3), { verb: 'cancel' }) }).verb, 'start');
  });
});
