import assert from 'node:assert/strict';
import { listHolds } from '../../dist/lib/core/list-holds.js';
import { sampleFacts } from '../support/sample-views.mts';

const facts = { isStale: false, hottest: sampleFacts({ temperatureC: 59 }), limitC: 60, activities: [] };

describe('what holds the queue', () => {
  it('is nothing on a cool NAS that answers', () => {
    assert.deepEqual(listHolds(facts), []);
    assert.deepEqual(listHolds({ ...facts, hottest: null }), []);
    assert.deepEqual(listHolds({ ...facts, hottest: sampleFacts({ temperatureC: null }) }), []);
  });

  it('is a NAS that does not answer, a hot drive, and each pool at work', () => {
    const activities = [
      { pool: 'tank', kind: 'scrub', percent: 41.9 },
      { pool: 'backup', kind: 'resilver', percent: null },
    ] as const;
    const hottest = sampleFacts({ temperatureC: 60 });
    assert.deepEqual(listHolds({ isStale: true, hottest, limitC: 60, activities }), [
      'No job begins: the NAS has not answered a poll for a while.',
      'No job begins: drive ZL2ABC12 has 60 °C, the limit is 60 °C.',
      'No job begins: pool tank is being scrubbed (41 % done).',
      'No job begins: pool backup is resilvering.',
    ]);
  });
});
