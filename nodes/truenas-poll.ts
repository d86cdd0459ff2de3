import type { Node, NodeAPI } from 'node-red';
import type { Burnin } from '../lib/burnin/burnin';
import { buildPollBadge } from '../lib/core/build-badge';
import { buildDriveMessage, buildPollMessage } from '../lib/core/build-poll-messages';
import { listDriveChanges } from '../lib/core/list-drive-changes';
import { readPollInterval } from '../lib/core/read-poll-interval';
import { UnreachableError } from '../lib/core/refusal';
import type { DriveView, NasView } from '../lib/core/views';
import { startWork, type Behaviour, type Work, type WorkDef } from './rim/work';

/** Configuration of a `truenas-poll` node. */
export interface TruenasPollDef extends WorkDef {
  /** Seconds between probes; blank for 12. */
  readonly interval: string | number;
}

/** Watches the drives of a NAS. */
export default function register(RED: NodeAPI): void {
  function TruenasPoll(this: Node, def: TruenasPollDef): void {
    startWork({ RED, node: this, def, build: (work) => buildPoller(work, readPollInterval(def.interval)) });
  }
  RED.nodes.registerType('truenas-poll', TruenasPoll);
}

/** Outputs: a drive that changed, the summary. */
function buildPoller(work: Work, intervalMs: number): Behaviour {
  const drives = openDriveOutlet(work);
  /** Polls asked for by messages: their answers take the place of summaries. */
  let asked = 0;
  const attach = (burnin: Burnin) => {
    drives.forget();
    const showBadge = (nas: NasView) => work.badge.show(() => buildPollBadge(nas, drives.count()));
    const told = (nas: NasView) => {
      const all = burnin.drives();
      drives.tell(all);
      if (asked === 0) work.send([null, buildPollMessage(nas, all)]);
      showBadge(nas);
    };
    const nas = burnin.view();
    // What the last poll found. Before the first one nothing is known: every drive would be told as taken out.
    if (nas.lastPollAt !== null) told(nas);
    else showBadge(nas);
    const ends = [burnin.on('polled', told), burnin.on('nas', showBadge), burnin.attachPoller(intervalMs)];
    return () => ends.forEach((end) => end());
  };
  return {
    attach,
    receive: async (burnin, message, send) => {
      asked += 1;
      const view = await burnin.poll().finally(() => (asked -= 1));
      send([null, { ...message, ...buildPollMessage(view, burnin.drives()) }]);
      judgePoll(view, drives.count());
      work.badge.show(buildPollBadge(view, drives.count()));
    },
  };
}

/** Tells each drive that changed since it was told last, and nothing of the others. */
function openDriveOutlet(work: Work) {
  const told = new Map<string, DriveView>();
  const tellDrive = (view: DriveView) => {
    const changed = listDriveChanges(told.get(view.drive.serial) ?? null, view);
    const isNews = view.isPresent || !changed.includes('new');
    if (changed.length > 0 && isNews) work.send([buildDriveMessage(view, changed), null]);
    told.set(view.drive.serial, view);
  };
  return {
    tell: (all: readonly DriveView[]) => {
      const serials = new Set(all.map(({ drive }) => drive.serial));
      const gone = [...told.values()].filter(({ drive }) => !serials.has(drive.serial));
      all.forEach(tellDrive);
      // No longer known at all: taken out, and without a job to be shown for.
      gone.forEach((view) => {
        tellDrive({ ...view, isPresent: false });
        told.delete(view.drive.serial);
      });
    },
    count: () => [...told.values()].filter(({ isPresent }) => isPresent).length,
    forget: () => told.clear(),
  };
}

/** Throws for a poll that brought nothing new, with the words of the badge as its code. */
function judgePoll(view: NasView, count: number): void {
  if (view.link === 'connected' && !view.isStale) return;
  const error = new UnreachableError(view.linkMessage || 'The NAS did not answer the poll.');
  throw Object.assign(error, { code: buildPollBadge(view, count).text });
}
