import type { StageKind } from './job';
import type { Refusal } from './refusal';

/** Stages that this version can run. The others are part of the contract and refused by name. */
export const availableStages: readonly StageKind[] = ['precheck', 'surface_validate', 'final_check'];

/** Named plans, as the Home Assistant contract lists them. */
export const profiles: Readonly<Record<string, readonly StageKind[]>> = {
  full: ['short_smart', 'long_smart', 'surface_validate'],
  surface_short: ['surface_validate', 'short_smart'],
  surface_long: ['surface_validate', 'long_smart'],
  surface: ['surface_validate'],
  short_long: ['short_smart', 'long_smart'],
  short: ['short_smart'],
  long: ['long_smart'],
};

/** `precheck` first and `final_check` last, always; the rest in the order asked for, each once. */
export function buildPlan(stages: readonly StageKind[]): readonly StageKind[] {
  const middle = stages.filter((kind) => kind !== 'precheck' && kind !== 'final_check');
  return ['precheck', ...new Set(middle), 'final_check'];
}

/** A plan must do something between its two checks, and only what this version can do. */
export function judgePlan(plan: readonly StageKind[]): Refusal | null {
  const missing = plan.filter((kind) => !availableStages.includes(kind));
  if (missing.length > 0) {
    return {
      code: 'stage_unavailable',
      message: `This version cannot run ${missing.join(', ')}. Ask for: ${availableStages.join(', ')}.`,
    };
  }
  if (plan.length < 3) {
    return {
      code: 'malformed',
      message:
        'The plan has no test in it. Name stages or a profile, or wire a test station behind the gate.',
    };
  }
  return null;
}
