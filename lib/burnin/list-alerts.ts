import type { BurninParts } from './burnin-parts';
import type { Deliveries } from './deliveries';
import type { Followers } from './followers';
import type { Gates } from './gates';
import type { Janitor } from './janitor';
import type { Poller } from './poller';
import type { Troubles } from './troubles';

export interface AlertSources {
  readonly parts: Pick<BurninParts, 'base' | 'link' | 'isWatchOnly'>;
  readonly poller: Poller;
  readonly janitor: Janitor;
  readonly gates: Gates;
  readonly followers: Followers;
  readonly deliveries: Deliveries;
  readonly troubles: Troubles;
  /** Why no queued job begins, in sentences, apart from polls that fail. */
  readonly holds: readonly string[];
}

/** Everything of one NAS that wants a person's attention, one sentence each. */
export function listAlerts({
  parts,
  poller,
  janitor,
  gates,
  followers,
  deliveries,
  troubles,
  holds,
}: AlertSources): readonly string[] {
  const { base, link, isWatchOnly } = parts;
  const live = base.store.jobs.listLive(base.nas);
  const hasQueue = live.some((job) => job.state === 'queued');
  const says = (condition: boolean, text: string): readonly string[] => (condition ? [text] : []);
  return [
    ...says(link.state === 'refused', link.message),
    ...poller.troubles,
    ...janitor.alerts,
    ...gates.listWaiting(live),
    ...followers.listStalls(live),
    ...says(live.length > 0 && !gates.hasAny(), 'Jobs are waiting, but no drive-lock node is deployed.'),
    ...says(live.length > 0 && isWatchOnly, 'Jobs are waiting, but no SSH login to the NAS is set.'),
    ...(hasQueue ? holds : []),
    ...deliveries.alerts,
    ...troubles.list(),
    ...base.store.corruptRows().map((row) => row.message),
  ];
}
