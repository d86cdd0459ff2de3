import { decideStep, type StageLook } from '../core/decide-step';
import type { Verdict } from '../core/job';
import type { StageContext, StageRunner } from './stages/stage-runner';

/** What a follower needs of the world. */
export interface Following {
  readonly runner: StageRunner;
  /** The stage as the store has it now; null when it is no longer running. */
  context(): StageContext | null;
  /** Waits for the next look; rejects when the follower is to detach. */
  pause(): Promise<void>;
  /** Stores the end of the stage. */
  end(verdict: Verdict): void;
  /** Told when a look or an action failed; it is tried again at the next beat. */
  failed(error: unknown): void;
}

/**
 * Follows one running stage to its end. The first look of a new follower is what re-attaches it after a restart: it
 * finds the run as it is and goes on from there. Ends by rejecting with the pause's reason when detached; the run on
 * the NAS is then left alone.
 */
export async function followStage(following: Following): Promise<void> {
  for (;;) {
    const context = following.context();
    if (context === null) return;
    const verdict = await tryStep(following, context);
    if (verdict === 'again') continue;
    if (verdict !== null && tryEnd(following, verdict)) return;
    await following.pause();
  }
}

async function tryStep(following: Following, context: StageContext): Promise<Verdict | 'again' | null> {
  try {
    return await takeStep(following, context);
  } catch (error) {
    following.failed(error);
    return null;
  }
}

async function takeStep(following: Following, context: StageContext): Promise<Verdict | 'again' | null> {
  const { runner } = following;
  const look = await runner.look(context);
  noteTrouble(following, look);
  // Read again: a person may have asked to cancel while the look was under way.
  const step = decideStep(look, following.context()?.job.cancelRequestedBy != null);
  switch (step.kind) {
    case 'wait':
      return null;
    case 'start': {
      const result = await runner.start(context);
      return result.kind === 'refused' ? result.verdict : 'again';
    }
    case 'stop':
      await runner.stop(context);
      return null;
    case 'collect': {
      const result = await runner.collect(context);
      return result.kind === 'end' ? result.verdict : 'again';
    }
    case 'end':
      return { outcome: step.outcome, reasons: [step.reason], evidence: [] };
  }
}

function noteTrouble(following: Following, look: StageLook): void {
  if (look.kind === 'unreachable') following.failed(new Error(look.reason));
}

function tryEnd(following: Following, verdict: Verdict): boolean {
  try {
    following.end(verdict);
    return true;
  } catch (error) {
    following.failed(error);
    return false;
  }
}
