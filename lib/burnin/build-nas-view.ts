import { listHolds } from '../core/list-holds';
import type { NasView } from '../core/views';
import type { BurninParts } from './burnin-parts';
import type { EngineParts } from './engine-parts';
import { listAlerts } from './list-alerts';

/** All that is known of the NAS of one engine. Throws when the store cannot be read. */
export function buildNasView(parts: BurninParts, own: EngineParts): NasView {
  const { base, link, maxParallel } = parts;
  const { poller, inventory } = own;
  const { running, queued } = base.store.jobs.countLive(base.nas);
  return {
    nas: base.nas,
    running,
    queued,
    freeSlots: Math.max(0, maxParallel - running),
    link: link.state,
    linkMessage: link.message,
    unfit: inventory.unfit,
    activities: inventory.activities,
    truenas: own.truth.view,
    lastPollAt: poller.lastGoodAt,
    isStale: poller.isStale(),
    alerts: listAlerts({ parts, ...own, holds: listFoundHolds(parts, own) }),
  };
}

/** Why no queued job begins now, in sentences. */
export function listQueueHolds(parts: BurninParts, own: EngineParts): readonly string[] {
  return listHolds({ ...readHoldFacts(parts, own), isStale: own.poller.isStale() });
}

/** The same without polls that fail, of which there are alerts of their own. */
function listFoundHolds(parts: BurninParts, own: EngineParts): readonly string[] {
  return listHolds({ ...readHoldFacts(parts, own), isStale: false });
}

function readHoldFacts({ maxStartTemperatureC }: BurninParts, { inventory }: EngineParts) {
  const { activities } = inventory;
  return { hottest: inventory.hottest(), limitC: maxStartTemperatureC, activities };
}
