import assert from 'node:assert/strict';
import { buildJobPercent } from '../../dist/lib/core/job-percent.js';
import { sampleJob, sampleJobView, sampleProgress, sampleStage } from '../support/sample-views.mts';

describe('the progress of a job', () => {
  it('never falls while its stages go on', () => {
    const kinds = ['precheck', 'short_smart', 'long_smart', 'surface_validate', 'final_check'] as const;
    const figures = kinds.flatMap((_, turn) =>
      [0, 30, 99].map((percent) =>
        buildJobPercent(
          sampleJobView({
            stages: kinds.map((kind, position) => {
              const state = position < turn ? 'passed' : position === turn ? 'running' : 'pending';
              return sampleStage({ kind, position, state, percent: 0 });
            }),
            progress: sampleProgress({ percent }),
          }),
        ),
      ),
    );
    assert.deepEqual(
      figures,
      [...figures].sort((a, b) => a - b),
    );
    assert.equal(figures[0], 0);
  });

  it('falls back on the stored percentage after a restart', () => {
    const stages = [sampleStage({ percent: 40 })];
    assert.equal(buildJobPercent(sampleJobView({ stages, progress: null })), 40);
    assert.equal(buildJobPercent(sampleJobView({ stages, progress: sampleProgress({ percent: 0 }) })), 40);
  });

  it('is 100 for a passed job and for no other', () => {
    const stages = [sampleStage({ state: 'passed', percent: 100 })];
    const of = (state: 'passed' | 'failed' | 'unknown' | 'running') =>
      buildJobPercent(sampleJobView({ job: sampleJob({ state }), stages }));
    assert.equal(of('passed'), 100);
    for (const state of ['failed', 'unknown', 'running'] as const) assert.equal(of(state), 99.9);
  });

  it('stops where a job failed', () => {
    const stages = [
      sampleStage({ state: 'failed', percent: 25 }),
      sampleStage({ kind: 'surface_validate', state: 'skipped', percent: 0 }),
    ];
    assert.equal(buildJobPercent(sampleJobView({ job: sampleJob({ state: 'failed' }), stages })), 12.5);
  });

  it('is nought for a plan without stages', () => {
    assert.equal(buildJobPercent(sampleJobView({ stages: [] })), 0);
  });
});
