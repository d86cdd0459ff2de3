import type { NodeMessageInFlow } from 'node-red';
import { isTicket, type Burnin } from '../../lib/burnin/burnin';
import { buildOutcomeBadge, buildStationBadge, type Badge } from '../../lib/core/build-badge';
import { buildEndMessage, buildProgressMessage } from '../../lib/core/build-messages';
import type { Stage, StageKind } from '../../lib/core/job';
import type { Progress, StageEnd, StageProgress } from '../../lib/core/views';
import { messageIntervalMs, openThrottle } from './throttle';
import type { Behaviour, Work } from './work';

/** The behaviour of a node that runs a stage. Outputs: next (also tickets passed on), stopped, progress. */
export function buildStation(work: Work, kind: StageKind): Behaviour {
  const { id } = work.node;
  const isHere = (stage: Stage) => stage.state === 'running' && stage.stationId === id;
  const progress = openThrottle<string, StageProgress>({
    intervalMs: messageIntervalMs,
    emit: (step) => work.send([null, null, buildProgressMessage(step)]),
  });
  work.node.on('close', () => progress.close());
  /** Serial → progress of the drives that are here; a look through all drives at every step would be too much. */
  const here = new Map<string, Progress | null>();
  const show = (otherwise: Badge) =>
    work.badge.show(() => buildStationBadge([...here.values()]) ?? otherwise);
  const ended = (end: StageEnd) => {
    here.delete(end.ticket.serial);
    progress.drop(end.ticket.serial);
    const message = buildEndMessage(end);
    work.send(end.outcome === 'passed' ? [message, null, null] : [null, message, null]);
  };
  return {
    attach: (burnin) => {
      here.clear();
      for (const { drive, job } of burnin.drives()) {
        if (job?.stages.some(isHere)) here.set(drive.serial, job.progress);
      }
      show({});
      return burnin.attachStation({
        id,
        kind,
        progressed: (step) => {
          here.set(step.ticket.serial, step.progress);
          progress.offer(step.ticket.serial, step);
          show({});
        },
        ended: (end) => {
          ended(end);
          show(buildOutcomeBadge(end.outcome));
        },
      });
    },
    receive: (burnin, message, send) => {
      const ticket = message['burnin'];
      if (!arrive({ burnin, work, message, send }) || !isTicket(ticket)) return;
      here.set(ticket.serial, here.get(ticket.serial) ?? null);
      show({});
    },
  };
}

/** True when the stage was taken. */
function arrive(at: { burnin: Burnin; work: Work; message: NodeMessageInFlow; send: Work['send'] }): boolean {
  const { burnin, work, message } = at;
  const arrival = burnin.arrive(work.node.id, message['burnin']);
  if (arrival.kind === 'pass') at.send([message, null, null]);
  if (arrival.kind === 'drop') work.node.debug(`Ticket dropped: ${arrival.reason}`);
  return arrival.kind === 'run';
}
