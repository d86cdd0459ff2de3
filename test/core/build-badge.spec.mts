import assert from 'node:assert/strict';
import {
  buildBadge,
  buildErrorBadge,
  buildGateBadge,
  buildOutcomeBadge,
  buildPollBadge,
  buildStationBadge,
} from '../../dist/lib/core/build-badge.js';
import { RefusedError, UnreachableError } from '../../dist/lib/core/refusal.js';
import { buildJobView, buildNas } from '../support/views.mts';

const job = (percent: number, kind: 'surface_validate' | 'precheck' = 'surface_validate') =>
  buildJobView({ stationId: 'here', kind, percent });

describe('badges', () => {
  it('are shorter than twenty characters', () => {
    assert.equal(buildBadge('red', 'dot', 'x'.repeat(30)).text?.length, 19);
    assert.equal(buildBadge('red', 'dot', 'x'.repeat(19)).text, 'x'.repeat(19));
    assert.deepEqual(buildBadge(undefined, undefined, 'plain'), { text: 'plain' });
  });

  for (const [change, expected] of [
    [
      { link: 'refused', isStale: true },
      { fill: 'red', shape: 'dot', text: 'refused' },
    ],
    [{ link: 'disconnected' }, { fill: 'red', shape: 'ring', text: 'disconnected' }],
    [{ link: 'connecting' }, { fill: 'yellow', shape: 'ring', text: 'connecting' }],
    [
      { isStale: true, running: 2 },
      { fill: 'yellow', shape: 'ring', text: 'stale' },
    ],
  ] as const) {
    it(`of poll and gate both show ${expected.text}`, () => {
      assert.deepEqual(buildPollBadge(buildNas(change), 1), expected);
      assert.deepEqual(buildGateBadge(buildNas(change)), expected);
    });
  }

  it('of a poll count the drives that are there', () => {
    assert.equal(buildPollBadge(buildNas({}), 0).text, 'connected');
    assert.equal(buildPollBadge(buildNas({}), 1).text, '1 drive');
    assert.equal(buildPollBadge(buildNas({}), 2).text, '2 drives');
    const one = buildPollBadge(buildNas({ alerts: ['a drive is hot'] }), 24);
    assert.deepEqual(one, { fill: 'yellow', shape: 'dot', text: '24 drives, 1 alert' });
    assert.equal(buildPollBadge(buildNas({ alerts: ['a', 'b'] }), 24).text, '24 drives, 2 alerts');
  });

  it('of a gate count the jobs', () => {
    assert.deepEqual(buildGateBadge(buildNas({})), { fill: 'grey', shape: 'ring', text: 'idle' });
    assert.equal(buildGateBadge(buildNas({ queued: 3 })).text, '0 run, 3 wait');
  });

  it('of a station show its one drive, or how many', () => {
    const one = job(41.9).progress;
    assert.deepEqual(buildStationBadge([one]), { fill: 'blue', shape: 'dot', text: '41% write_aa' });
    assert.equal(buildStationBadge([job(5, 'precheck').progress])?.text, '5%');
    assert.equal(buildStationBadge([null])?.text, '0%');
    assert.equal(buildStationBadge([one, null])?.text, '2 drives');
    assert.equal(buildStationBadge([]), null);
  });

  it('of an outcome never show green for anything but a pass', () => {
    const fills = (['passed', 'failed', 'cancelled', 'unknown'] as const).map(
      (end) => buildOutcomeBadge(end).fill,
    );
    assert.deepEqual(fills, ['green', 'red', 'grey', 'yellow']);
  });

  it('of an error show its code', () => {
    assert.equal(buildErrorBadge(new RefusedError('stage_unavailable', 'm')).text, 'stage_unavailable');
    for (const error of [new UnreachableError('m'), 'text', null, { code: 5 }]) {
      assert.deepEqual(buildErrorBadge(error), { fill: 'red', shape: 'dot', text: 'error' });
    }
  });
});
