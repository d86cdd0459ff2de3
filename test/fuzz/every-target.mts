import { doorTargets } from './door-targets.mts';
import { hostTargets } from './host-targets.mts';
import { smartTargets } from './smart-targets.mts';
import { storeTargets } from './store-targets.mts';
import type { Target } from './target.mts';

/** Every parser that is fed. A new one of lib/core belongs into one of these lists. */
export const targets: readonly Target[] = [...hostTargets, ...smartTargets, ...doorTargets, ...storeTargets];
