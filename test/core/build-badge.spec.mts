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
import { buildDrive, buildJobView, buildNas } from '../support/views.mts';

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
      assert.deepEqual(buildPollBadge(buildNas(change), [buildDrive('A')]), expected);
      assert.deepEqual(buildGateBadge(buildNas(change)), expected);
    });
  }

  it('of a poll count the drives that are there', () => {
    const drives = [buildDrive('A'), buildDrive('B', { isPresent: false })];
    assert.equal(buildPollBadge(buildNas({}), []).text, 'connected');
    assert.equal(buildPollBadge(buildNas({}), drives).text, '1 drive');
    assert.equal(buildPollBadge(buildNas({}), [...drives, buildDrive('C')]).text, '2 drives');
  });

  it('of a gate count the jobs', () => {
    assert.deepEqual(buildGateBadge(buildNas({})), { fill: 'grey', shape: 'ring', text: 'idle' });
    assert.equal(buildGateBadge(buildNas({ queued: 3 })).text, '0 run, 3 wait');
  });

  it('of a station show its one drive, or how many, and nothing of other stations', () => {
    const one = buildDrive('A', { job: job(41.9) });
    assert.deepEqual(buildStationBadge([one], 'here'), { fill: 'blue', shape: 'dot', text: '41% write_aa' });
    assert.equal(buildStationBadge([buildDrive('A', { job: job(5, 'precheck') })], 'here')?.text, '5%');
    const unknown = buildDrive('B', { job: { ...job(3), progress: null } });
    assert.equal(buildStationBadge([unknown], 'here')?.text, '0%');
    assert.equal(buildStationBadge([one, unknown], 'here')?.text, '2 drives');
    assert.equal(buildStationBadge([one, buildDrive('C')], 'elsewhere'), null);
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
