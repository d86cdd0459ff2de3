/** What a look at a stage found. */
export type StageLook =
  /** Nothing of it exists and it can be proved that nothing ever did. */
  | { readonly kind: 'not_started' }
  /** Nothing is at work, and what was found already stands: another run would only say more about it. */
  | { readonly kind: 'judged' }
  | { readonly kind: 'running' }
  | { readonly kind: 'ended' }
  /** It was started, or may have been, and is gone. */
  | { readonly kind: 'lost'; readonly reason: string }
  /** No answer: nothing is known. */
  | { readonly kind: 'unreachable'; readonly reason: string };

/** What to do next with a stage. */
export type Step =
  | { readonly kind: 'wait' }
  | { readonly kind: 'start' }
  | { readonly kind: 'stop' }
  /** Read what the stage left and judge it. */
  | { readonly kind: 'collect' }
  | { readonly kind: 'end'; readonly outcome: 'cancelled' | 'unknown'; readonly reason: string };

/**
 * The whole safety argument in one table: a run is started only when it is proved that it never was.
 * A lost stage is never started a second time.
 */
export function decideStep(look: StageLook, isCancelRequested: boolean): Step {
  switch (look.kind) {
    case 'unreachable':
      return { kind: 'wait' };
    case 'not_started':
      return isCancelRequested
        ? { kind: 'end', outcome: 'cancelled', reason: 'Cancelled before the stage was started.' }
        : { kind: 'start' };
    case 'judged':
      return isCancelRequested ? { kind: 'collect' } : { kind: 'start' };
    case 'running':
      return isCancelRequested ? { kind: 'stop' } : { kind: 'wait' };
    case 'ended':
      return { kind: 'collect' };
    case 'lost':
      return isCancelRequested
        ? { kind: 'end', outcome: 'cancelled', reason: `Cancelled; the run was gone already: ${look.reason}` }
        : { kind: 'end', outcome: 'unknown', reason: look.reason };
  }
}
