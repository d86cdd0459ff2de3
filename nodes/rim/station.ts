import type { NodeMessageInFlow } from 'node-red';
import type { Burnin } from '../../lib/burnin/burnin';
import { buildBadge, buildOutcomeBadge, buildStationBadge } from '../../lib/core/build-badge';
import { buildEndMessage, buildProgressMessage } from '../../lib/core/build-messages';
import type { StageKind } from '../../lib/core/job';
import type { StageEnd, StageProgress } from '../../lib/core/views';
import { messageIntervalMs, openThrottle } from './throttle';
import type { Behaviour, Work } from './work';

/** The behaviour of a node that runs a stage. Outputs: next (also tickets passed on), stopped, progress. */
export function buildStation(work: Work, kind: StageKind): Behaviour {
  const { id } = work.node;
  const progress = openThrottle<string, StageProgress>({
    intervalMs: messageIntervalMs,
    emit: (step) => work.send([null, null, buildProgressMessage(step)]),
  });
  work.node.on('close', () => progress.close());
  const ended = (end: StageEnd) => {
    progress.drop(end.ticket.serial);
    const message = buildEndMessage(end);
    work.send(end.outcome === 'passed' ? [message, null, null] : [null, message, null]);
  };
  return {
    attach: (burnin) => {
      work.badge.show(buildStationBadge(burnin.drives(), id) ?? {});
      return burnin.attachStation({
        id,
        kind,
        progressed: (step) => {
          progress.offer(step.ticket.serial, step);
          work.badge.show(buildStationBadge(burnin.drives(), id) ?? buildBadge('blue', 'dot', 'running'));
        },
        ended: (end) => {
          ended(end);
          work.badge.show(buildStationBadge(burnin.drives(), id) ?? buildOutcomeBadge(end.outcome));
        },
      });
    },
    receive: (burnin, message, send) => arrive({ burnin, work, message, send }),
  };
}

function arrive(at: { burnin: Burnin; work: Work; message: NodeMessageInFlow; send: Work['send'] }): void {
  const { burnin, work, message } = at;
  const arrival = burnin.arrive(work.node.id, message['burnin']);
  if (arrival.kind === 'pass') at.send([message, null, null]);
  if (arrival.kind === 'drop') work.node.debug(`Ticket dropped: ${arrival.reason}`);
  if (arrival.kind === 'run') {
    work.badge.show(buildStationBadge(burnin.drives(), work.node.id) ?? buildBadge('blue', 'dot', 'started'));
  }
}
