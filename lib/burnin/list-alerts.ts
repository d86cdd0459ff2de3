import type { DriveFacts } from '../core/drive';
import type { BurninParts } from './burnin-parts';
import type { Deliveries } from './deliveries';
import type { Followers } from './followers';
import type { Gates } from './gates';
import type { Janitor } from './janitor';
import type { Poller } from './poller';
import type { Troubles } from './troubles';

export interface AlertSources {
  readonly parts: Pick<BurninParts, 'base' | 'link' | 'maxStartTemperatureC'>;
  readonly poller: Poller;
  readonly janitor: Janitor;
  readonly gates: Gates;
  readonly followers: Followers;
  readonly deliveries: Deliveries;
  readonly troubles: Troubles;
  /** The hottest drive, null where none is measured. */
  readonly hottest: DriveFacts | null;
}

/** No job begins beside a drive as hot as this. */
export function isTooHot(hottest: DriveFacts | null, limitC: number): boolean {
  return hottest?.temperatureC != null && hottest.temperatureC >= limitC;
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
  hottest,
}: AlertSources): readonly string[] {
  const { base, link, maxStartTemperatureC } = parts;
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
    ...says(
      hasQueue && isTooHot(hottest, maxStartTemperatureC),
      `No job begins: drive ${hottest?.serial} has ${hottest?.temperatureC} °C, the limit is ${maxStartTemperatureC} °C.`,
    ),
    ...deliveries.alerts,
    ...troubles.list(),
    ...base.store.corruptRows().map((row) => row.message),
  ];
}
