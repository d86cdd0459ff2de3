import type { Burnin } from '../../lib/burnin/burnin';
import { buildBadge, buildErrorBadge, type Badge } from '../../lib/core/build-badge';
import { RefusedError } from '../../lib/core/refusal';

/** A working node as its controller sees it. */
export interface Follower {
  /** Subscribes to the engine; returns the function that ends that, in no time. */
  attach(burnin: Burnin): () => void;
  /** There is no engine, and this is why. */
  down(badge: Badge): void;
}

/** Where the engine of a controller stands: there, or not, and why. */
export type EngineState =
  | { readonly kind: 'up'; readonly burnin: Burnin }
  | { readonly kind: 'down'; readonly badge: Badge; readonly message: string };

/** Joins the working nodes of one controller with its engine. */
export interface ControllerLink {
  set(state: EngineState): void;
  /** The flows run: only now do messages sent reach every node, so only now do followers attach. */
  started(): void;
  follow(follower: Follower): Following;
}

export interface Following {
  /** The engine, attached to. Throws RefusedError while there is none. */
  use(): Burnin;
  end(): void;
}

/** What a node without a controller, or with one that is not built, has instead. */
export const noController: EngineState = {
  kind: 'down',
  badge: buildBadge('red', 'ring', 'no controller'),
  message: 'This node has no burn-in controller, or it is disabled. Choose one in its settings, then deploy.',
};

const opening: EngineState = {
  kind: 'down',
  badge: buildBadge('yellow', 'ring', 'opening'),
  message: 'The engine is being opened. Try again in a moment.',
};

/**
 * Opens the link of a controller whose engine is not there yet. `report` gets what an engine throws, which must not
 * reach the event that Node-RED starts the flows with.
 */
export function openControllerLink(report: (error: unknown) => void): ControllerLink {
  const followings = new Set<OpenFollowing>();
  let state = opening;
  let isStarted = false;
  const attachAll = () => {
    if (!isStarted || state.kind === 'down') return;
    followings.forEach((following) => attempt(following.attach, report));
    attempt(state.burnin.deployed.bind(state.burnin), report);
  };
  return {
    set: (next) => {
      state = next;
      followings.forEach((following) => following.changed());
      attachAll();
    },
    started: () => {
      isStarted = true;
      attachAll();
    },
    follow: (follower) => {
      const following = openFollowing(follower, () => state);
      followings.add(following);
      following.changed();
      const end = () => {
        followings.delete(following);
        following.end();
      };
      return { use: following.use, end };
    },
  };
}

/** A following that has no controller at all. */
export function followNothing(follower: Follower): Following {
  const following = openFollowing(follower, () => noController);
  following.changed();
  return following;
}

interface OpenFollowing extends Following {
  attach(): void;
  changed(): void;
}

function openFollowing(follower: Follower, read: () => EngineState): OpenFollowing {
  let detach: (() => void) | null = null;
  const end = () => {
    detach?.();
    detach = null;
  };
  const use = () => {
    const state = read();
    if (state.kind === 'down') throw new RefusedError('not_ready', state.message);
    detach ??= follower.attach(state.burnin);
    return state.burnin;
  };
  const showDown = () => {
    const state = read();
    if (state.kind === 'down') follower.down(state.badge);
  };
  const changed = () => {
    if (read().kind === 'up') return;
    end();
    // While the flows are being started Status nodes are not there yet.
    setImmediate(showDown);
  };
  const attach = () => {
    try {
      use();
    } catch (error) {
      follower.down(buildErrorBadge(error));
      throw error;
    }
  };
  return { use, end, changed, attach };
}

function attempt(act: () => void, report: (error: unknown) => void): void {
  try {
    act();
  } catch (error) {
    report(error);
  }
}
