import type { PoolActivity, UnfitDevice } from './drive';
import { buildTimestamp } from './published-words';
import type { LinkState, NasView, TruenasView } from './views';

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
  /** Devices that are there but cannot be burned in. */
  readonly unfit: readonly UnfitState[];
  /** Scrubs and resilvers under way; no job begins beside them. */
  readonly activities: readonly PoolActivity[];
  /** The TrueNAS middleware; null where there is none or it is not used. */
  readonly truenas: TruenasView | null;
}

/** One device that cannot be burned in. */
export interface UnfitState {
  readonly name: string;
  readonly reason: UnfitDevice['reason'];
  readonly model: string | null;
  /** Bytes. */
  readonly size: number;
}

const maxAlerts = 10;
const maxUnfit = 32;

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
    unfit: view.unfit.slice(0, maxUnfit).map(buildUnfit),
    activities: view.activities.map(({ pool, kind, percent }) => {
      return { pool, kind, percent: percent === null ? null : Math.floor(percent) };
    }),
    truenas: view.truenas && buildTruenas(view.truenas),
  };
}

function buildUnfit({ name, reason, model, sizeBytes }: UnfitDevice): UnfitState {
  return { name, reason, model, size: sizeBytes };
}

function buildTruenas({ way, version, link, message }: TruenasView): TruenasView {
  return { way, version, link, message };
}
