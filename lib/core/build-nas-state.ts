import { buildTimestamp } from './published-words';
import type { LinkState, NasView } from './views';

/** The payload of `burnin/<nas>/state`. Every field is always there; null means not known. */
export interface NasState {
  readonly nas: string;
  readonly jobs_running: number;
  readonly queue: number;
  readonly free_slots: number;
  /** The connection to the NAS, not the one to the broker. */
  readonly link: LinkState;
  readonly link_message: string;
  /** `problem` while there is no good poll within the stale limit. */
  readonly poller: 'ok' | 'problem';
  readonly last_poll: string | null;
  readonly alert: boolean;
  /** The first ten. */
  readonly alerts: readonly string[];
  /** °C of the hottest drive. */
  readonly hottest: number | null;
}

const maxAlerts = 10;

/** Builds the payload of `burnin/<nas>/state`. */
export function buildNasState(view: NasView, hottestC: number | null): NasState {
  return {
    nas: view.nas,
    jobs_running: view.running,
    queue: view.queued,
    free_slots: view.freeSlots,
    link: view.link,
    link_message: view.linkMessage,
    poller: view.isStale ? 'problem' : 'ok',
    last_poll: buildTimestamp(view.lastPollAt),
    alert: view.alerts.length > 0,
    alerts: view.alerts.slice(0, maxAlerts),
    hottest: hottestC,
  };
}
