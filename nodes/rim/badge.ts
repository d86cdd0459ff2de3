import type { Node } from 'node-red';
import type { Badge } from '../../lib/core/build-badge';
import { messageIntervalMs, openThrottle } from './throttle';

/** Shows a node's badge, at most once a second and only when it changed. */
export interface BadgeHolder {
  /** Asked for the badge only when it is shown: it may be costly to tell. */
  show(badge: Badge | (() => Badge)): void;
}

/** Gives a node its badge; ends with the node. */
export function openBadge(node: Node): BadgeHolder {
  let shown = '';
  const throttle = openThrottle<string, Badge | (() => Badge)>({
    intervalMs: messageIntervalMs,
    emit: (offered) => {
      const badge = typeof offered === 'function' ? offered() : offered;
      const text = JSON.stringify(badge);
      if (text === shown) return;
      shown = text;
      node.status({ ...badge });
    },
  });
  node.on('close', () => throttle.close());
  return { show: (badge) => throttle.offer('badge', badge) };
}
