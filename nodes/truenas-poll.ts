import type { Node, NodeAPI } from 'node-red';
import type { Burnin } from '../lib/burnin/burnin';
import { buildPollBadge } from '../lib/core/build-badge';
import {
  buildDriveMessage,
  buildGoneMessage,
  buildNasMessage,
  type Message,
} from '../lib/core/build-messages';
import { readPollInterval } from '../lib/core/read-poll-interval';
import { UnreachableError } from '../lib/core/refusal';
import type { DriveView, NasView } from '../lib/core/views';
import { messageIntervalMs, openThrottle } from './rim/throttle';
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
  const outlets = openOutlets(work);
  /** Serials of the drives that are there. */
  const present = new Set<string>();
  const attach = (burnin: Burnin) => {
    present.clear();
    let nas = burnin.view();
    const showBadge = () => work.badge.show(() => buildPollBadge(nas, present.size));
    const changed = (view: DriveView) => {
      if (view.isPresent) present.add(view.drive.serial);
      else present.delete(view.drive.serial);
      outlets.drives.offer(view.drive.serial, buildDriveMessage(view));
      showBadge();
    };
    const told = (view: NasView) => {
      nas = view;
      outlets.summary(view);
      showBadge();
    };
    burnin.drives().forEach(changed);
    told(nas);
    const ends = [
      burnin.on('drive', changed),
      burnin.on('gone', (serial) => {
        present.delete(serial);
        outlets.drives.offer(serial, buildGoneMessage(serial));
        showBadge();
      }),
      burnin.on('nas', told),
      burnin.attachPoller(intervalMs),
    ];
    return () => ends.forEach((end) => end());
  };
  return {
    attach,
    receive: async (burnin, message, send) => {
      const view = await outlets.whilePolling(() => burnin.poll());
      send([null, { ...message, ...buildNasMessage(view) }]);
      judgePoll(view, present.size);
      work.badge.show(buildPollBadge(view, present.size));
    },
  };
}

/** The two outputs, throttled. While a poll was asked for, its answer takes the place of summaries. */
function openOutlets(work: Work) {
  const drives = openThrottle<string, Message>({
    intervalMs: messageIntervalMs,
    emit: (message) => work.send([message, null]),
  });
  const summaries = openThrottle<string, NasView>({
    intervalMs: messageIntervalMs,
    emit: (view) => work.send([null, buildNasMessage(view)]),
  });
  work.node.on('close', () => {
    drives.close();
    summaries.close();
  });
  let polls = 0;
  const whilePolling = async (poll: () => Promise<NasView>) => {
    polls += 1;
    try {
      return await poll();
    } finally {
      polls -= 1;
    }
  };
  const summary = (view: NasView) => {
    if (polls === 0) summaries.offer(view.nas, view);
  };
  return { drives, summary, whilePolling };
}

/** Throws for a poll that brought nothing new, with the words of the badge as its code. */
function judgePoll(view: NasView, count: number): void {
  if (view.link === 'connected' && !view.isStale) return;
  const error = new UnreachableError(view.linkMessage || 'The NAS did not answer the poll.');
  throw Object.assign(error, { code: buildPollBadge(view, count).text });
}
