import assert from 'node:assert/strict';
import { buildPlan, judgePlan, profiles } from '../../dist/lib/core/build-plan.js';

describe('buildPlan', () => {
  it('puts precheck first and final check last, whatever was asked for', () => {
    assert.deepEqual(buildPlan(['surface_validate']), ['precheck', 'surface_validate', 'final_check']);
    assert.deepEqual(buildPlan(['final_check', 'long_smart', 'precheck', 'surface_validate', 'long_smart']), [
      'precheck',
      'long_smart',
      'surface_validate',
      'final_check',
    ]);
  });
});

describe('judgePlan', () => {
  it('takes a plan this version can run', () => {
    assert.equal(judgePlan(buildPlan(profiles['surface'] ?? [])), null);
  });

  it('refuses stages this version cannot run, by name', () => {
    const refusal = judgePlan(buildPlan(profiles['full'] ?? []));
    assert.equal(refusal?.code, 'stage_unavailable');
    assert.match(refusal.message, /cannot run short_smart, long_smart\./);
  });

  it('refuses a plan without a test: two checks alone prove nothing', () => {
    assert.equal(judgePlan(buildPlan([]))?.code, 'malformed');
  });
});
