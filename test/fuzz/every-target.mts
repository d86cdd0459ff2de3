import { doorTargets } from './door-targets.mts';
import { hostTargets } from './host-targets.mts';
import { smartTargets } from './smart-targets.mts';
import { storeTargets } from './store-targets.mts';
import type { Target } from './target.mts';
import { truenasDoorTargets } from './truenas-door-targets.mts';
import { truenasSafetyTargets } from './truenas-safety-targets.mts';
import { truenasTargets } from './truenas-targets.mts';

/** Every parser that is fed. A new one of lib/core belongs into one of these lists. */
export const targets: readonly Target[] = [
  ...hostTargets,
  ...smartTargets,
  ...doorTargets,
  ...storeTargets,
  ...truenasDoorTargets,
  ...truenasTargets,
  ...truenasSafetyTargets,
];
