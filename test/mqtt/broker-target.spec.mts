import assert from 'node:assert/strict';
import { describeFailure, readBrokerTarget } from '../../dist/lib/mqtt/broker-target.js';
import { maxPayloadBytes, readPayload } from '../../dist/lib/mqtt/read-payload.js';

const read = (url: string, username: string | null = null, password: string | null = null) =>
  readBrokerTarget({ url, username, password });

describe("a broker's address", () => {
  it('has its credentials taken out of the URL', () => {
    assert.deepEqual(read('mqtts://al%40ice:p%3Aw@broker.example:8883'), {
      url: 'mqtts://broker.example:8883',
      username: 'al@ice',
      password: 'p:w',
    });
  });

  it('takes credentials beside the URL before those inside', () => {
    assert.deepEqual(read('mqtt://a:b@h', 'c', 'd'), { url: 'mqtt://h', username: 'c', password: 'd' });
  });

  it('keeps credentials that are not well encoded', () => {
    assert.equal(read('mqtt://a:50%25%@h')?.password, '50%25%25'.slice(0, 6));
  });

  it('keeps the path of a websocket', () => assert.equal(read('wss://h/mqtt')?.url, 'wss://h/mqtt'));

  for (const url of ['', 'broker', 'http://h', 'mqtt://', 'mqtt:h']) {
    it(`is not "${url}"`, () => assert.equal(read(url), null));
  }
});

describe('a failure', () => {
  const target = { url: 'mqtt://h:1', username: 'u', password: 'hunter2' };
  const failure = (message: string, code?: string | number) =>
    describeFailure(Object.assign(new Error(message), code === undefined ? {} : { code }), target);

  it('never repeats the password', () => assert.equal(failure('bad hunter2'), 'mqtt://h:1: bad ***'));
  it('of login says so in any version', () => {
    for (const code of [4, 5, 134, 135]) assert.match(failure('x', code), /refuses user name or password/);
  });
  it('without words still has its code', () => assert.equal(failure('', 'EPIPE'), 'mqtt://h:1: EPIPE'));
});

describe('the payload of a request', () => {
  it('is parsed JSON', () => assert.deepEqual(readPayload(Buffer.from('{"a":[1]}')), { a: [1] }));

  const bad: [string, Buffer, RegExp][] = [
    ['empty', Buffer.alloc(0), /empty/],
    ['not JSON', Buffer.from('{"a":'), /not JSON/],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22]), /UTF-8/],
    ['too large', Buffer.alloc(maxPayloadBytes + 1, 0x20), /65537 bytes/],
    ['binary', Buffer.from([0, 1, 2]), /not JSON/],
  ];
  for (const [name, bytes, why] of bad) {
    it(`becomes a malformed marker when ${name}`, () => {
      const marker = readPayload(bytes) as { malformed: string };
      assert.deepEqual(Object.keys(marker), ['malformed']);
      assert.match(marker.malformed, why);
    });
  }

  it('may have the largest size', () => {
    const text = `"${'x'.repeat(maxPayloadBytes - 2)}"`;
    assert.equal((readPayload(Buffer.from(text)) as string).length, maxPayloadBytes - 2);
  });
});
