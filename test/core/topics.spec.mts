import assert from 'node:assert/strict';
import { buildTopicName, buildTopics, markRetained, readRequestTopic } from '../../dist/lib/core/topics.js';

describe('topics', () => {
  it('name everything below burnin/<nas>', () => {
    const topics = buildTopics('nas1');
    assert.equal(topics.status, 'burnin/nas1/status');
    assert.equal(topics.state, 'burnin/nas1/state');
    assert.equal(topics.event, 'burnin/nas1/event');
    assert.equal(topics.response, 'burnin/nas1/response');
    assert.deepEqual(topics.requests, [
      'burnin/nas1/set/+',
      'burnin/nas1/set/+/retained',
      'burnin/nas1/drive/+/set/+',
      'burnin/nas1/drive/+/set/+/retained',
    ]);
    assert.deepEqual(topics.drive('ZL2ABC12'), {
      availability: 'burnin/nas1/drive/ZL2ABC12/availability',
      state: 'burnin/nas1/drive/ZL2ABC12/state',
      attributes: 'burnin/nas1/drive/ZL2ABC12/attributes',
      event: 'burnin/nas1/drive/ZL2ABC12/event',
    });
  });

  it('keep a serial number of letters, digits, "-" and "_" as it is', () => {
    for (const serial of ['ZL2ABC12', 'WD-WCC4N0_1', '0123456789'])
      assert.equal(buildTopicName(serial), serial);
  });

  it('clean any other serial number into one level and add a hash', () => {
    for (const serial of ['S3Z9 NB0K', 'a/b', '+', '#', 'VBOX.1', 'Ünïcode', '']) {
      assert.match(buildTopicName(serial), /^[A-Za-z0-9_]*-[0-9a-f]{8}$/);
    }
  });

  it('never let two serial numbers meet that differ only in cleaned characters', () => {
    const names = ['A B', 'A.B', 'A/B', 'A_B', 'A  B'].map(buildTopicName);
    assert.equal(new Set(names).size, names.length);
  });

  it('keep the hash the same across versions', () => {
    assert.equal(buildTopicName('S3Z9 NB0K'), 'S3Z9_NB0K-f61711a7');
    assert.equal(buildTopicName(''), '-811c9dc5');
  });

  const requests = [
    ['burnin/nas1/set/hold', { verb: 'hold', topicDrive: null, isMarkedRetained: false }],
    [
      'burnin/nas1/drive/ZL2ABC12/set/start',
      { verb: 'start', topicDrive: 'ZL2ABC12', isMarkedRetained: false },
    ],
    [
      'burnin/nas1/drive/ZL2ABC12/set/sing',
      { verb: 'sing', topicDrive: 'ZL2ABC12', isMarkedRetained: false },
    ],
    ['burnin/nas1/set/hold/retained', { verb: 'hold', topicDrive: null, isMarkedRetained: true }],
  ] as const;
  for (const [topic, request] of requests) {
    it(`read a request from ${topic}`, () => assert.deepEqual(readRequestTopic('nas1', topic), request));
  }

  const others = [
    'burnin/nas2/set/hold',
    'burnin/nas2/drive/ZL2ABC12/set/start',
    'other/nas1/set/hold',
    'burnin/nas1/set',
    'burnin/nas1/set/',
    'burnin/nas1/set/a/b',
    'burnin/nas1/state',
    'burnin/nas1/drive/set/hold',
    'burnin/nas1/drive',
    'burnin/nas1/drive/ZL2ABC12/state',
    'burnin/nas1/drive/ZL2ABC12/set/start/more',
    'burnin',
    '',
  ];
  for (const topic of others) {
    it(`read no request from "${topic}"`, () => assert.equal(readRequestTopic('nas1', topic), null));
  }

  it('find the requests of a NAS whose name had to be cleaned', () => {
    const topic = buildTopics('my nas').requests[0]?.replace('+', 'hold') ?? '';
    assert.deepEqual(readRequestTopic('my nas', topic), {
      verb: 'hold',
      topicDrive: null,
      isMarkedRetained: false,
    });
    assert.equal(readRequestTopic('my.nas', topic), null);
  });

  it('mark requests of any NAS that were published with retain, and nothing else', () => {
    assert.equal(markRetained('burnin/nas1/set/start'), 'burnin/nas1/set/start/retained');
    assert.equal(markRetained('burnin/n/drive/A/set/start'), 'burnin/n/drive/A/set/start/retained');
    for (const topic of [
      'burnin/nas1/status',
      'burnin/nas1/set/a/b',
      'homeassistant/status',
      'burnin/set/x',
    ]) {
      assert.equal(markRetained(topic), null, topic);
    }
  });
});
