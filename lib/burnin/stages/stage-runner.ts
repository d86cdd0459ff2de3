import type { StageLook } from '../../core/decide-step';
import type { Job, Stage, StageMemo, Verdict } from '../../core/job';
import type { Progress } from '../../core/views';

/** A stage at work, with what its runner may do to it. */
export interface StageContext {
  readonly job: Job;
  /** As the store has it now. */
  readonly stage: Stage;
  /** Written before the call returns; what must survive a crash goes here before it is done on the NAS. */
  saveMemo(memo: StageMemo): void;
  log(line: string): void;
  progressed(progress: StageProgressPart): void;
}

export type StageProgressPart = Pick<Progress, 'percent' | 'phase' | 'phasePercent' | 'badBlocks'> & {
  /** Bytes moved so far and the NAS's own clock, for the speed; null where bytes mean nothing. */
  readonly moved: { readonly bytes: number; readonly uptimeS: number } | null;
};

export type StartResult =
  { readonly kind: 'started' } | { readonly kind: 'refused'; readonly verdict: Verdict };

/** `more`: another run of the same stage follows, and the memo says which. */
export type CollectResult = { readonly kind: 'end'; readonly verdict: Verdict } | { readonly kind: 'more' };

/** One kind of stage. All methods may reject with UnreachableError, which means "try again later". */
export interface StageRunner {
  look(context: StageContext): Promise<StageLook>;
  start(context: StageContext): Promise<StartResult>;
  stop(context: StageContext): Promise<void>;
  collect(context: StageContext): Promise<CollectResult>;
}
