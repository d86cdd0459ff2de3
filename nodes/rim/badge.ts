import type { Node } from 'node-red';
import type { Badge } from '../../lib/core/build-badge';
import { messageIntervalMs, openThrottle } from './throttle';

/** Shows a node's badge, at most once a second and only when it changed. */
export interface BadgeHolder {
  show(badge: Badge): void;
}

/** Gives a node its badge; ends with the node. */
export function openBadge(node: Node): BadgeHolder {
  let shown = '';
  const throttle = openThrottle<string, Badge>({
    intervalMs: messageIntervalMs,
    emit: (badge) => {
      const text = JSON.stringify(badge);
      if (text === shown) return;
      shown = text;
      node.status({ ...badge });
    },
  });
  node.on('close', () => throttle.close());
  return { show: (badge) => throttle.offer('badge', badge) };
}
