import type { Node, NodeAPI } from 'node-red';
import { buildBadge } from '../lib/core/build-badge';
import { buildReportMessage } from '../lib/core/build-messages';
import { startWork, type Behaviour, type Work, type WorkDef } from './rim/work';

/** Closes the line: gives out the reports of jobs, and sends round again what is not done. */
export default function register(RED: NodeAPI): void {
  function Report(this: Node, def: WorkDef): void {
    startWork({ RED, node: this, def, build: buildReporter });
  }
  RED.nodes.registerType('report', Report);
}

function buildReporter(work: Work): Behaviour {
  return {
    attach: (burnin) => {
      work.badge.show(buildBadge('grey', 'ring', 'waiting'));
      return burnin.attachReporter({
        id: work.node.id,
        report: (report, message) => {
          work.send([buildReportMessage(report, message), null]);
          work.badge.show(buildBadge('green', 'dot', 'reported'));
        },
      });
    },
    receive: (burnin, message, send) => {
      const arrival = burnin.arriveAtReport(message['burnin']);
      if (arrival.kind === 'again') send([null, message]);
    },
  };
}
