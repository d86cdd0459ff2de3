import type { Node, NodeAPI } from 'node-red';
import type { Burnin } from '../lib/burnin/burnin';
import { buildGateBadge } from '../lib/core/build-badge';
import { buildTicketMessage } from '../lib/core/build-messages';
import { readGateMessage, type GateRequest } from '../lib/core/read-gate-message';
import { readPlan, type NodeConfig } from '../lib/core/read-plan';
import { RefusedError } from '../lib/core/refusal';
import type { Answer } from '../lib/core/views';
import { openAnswers } from './rim/answers';
import { startWork, type Behaviour, type Work, type WorkDef } from './rim/work';

/** The gate: the only way in. */
export default function register(RED: NodeAPI): void {
  function DriveLock(this: Node, def: WorkDef): void {
    startWork({ RED, node: this, def, build: (work) => buildGate(RED, work) });
  }
  RED.nodes.registerType('drive-lock', DriveLock);
}

/** Outputs: tickets, answers. */
function buildGate(RED: NodeAPI, work: Work): Behaviour {
  const { id } = work.node;
  const answers = openAnswers((answer) => work.send([null, { topic: answer.verb, payload: answer }]));
  const attach = (burnin: Burnin) => {
    const ends = [
      burnin.on('nas', (view) => work.badge.show(buildGateBadge(view))),
      burnin.attachGate({
        id,
        readPlan: () => readPlan(listNodes(RED), id),
        send: (message) => work.send([buildTicketMessage(message), null]),
        answer: answers.heard,
      }),
    ];
    work.badge.show(buildGateBadge(burnin.view()));
    return () => ends.forEach((end) => end());
  };
  return {
    attach,
    receive: async (burnin, message, send) => {
      const read = readGateMessage(message);
      if (read.kind === 'ticket') {
        burnin.lap(read.ticket);
        return;
      }
      warnOfDropped(work, read);
      const given = await answers.own(() => burnin.request(buildRequest(id, read)));
      given.forEach((answer) => send([null, { ...message, payload: answer }]));
      judgeAnswers(read.verb, given);
      work.badge.show(buildGateBadge(burnin.view()));
    },
  };
}

function listNodes(RED: NodeAPI): NodeConfig[] {
  const nodes: NodeConfig[] = [];
  RED.nodes.eachNode((node) => nodes.push({ ...node }));
  return nodes;
}

function buildRequest(gateId: string, read: GateRequest) {
  const { verb, payload, isRetained, topicDrive, context } = read;
  return { verb, payload, isRetained, topicDrive, context, gateId, origin: 'flow' };
}

function warnOfDropped(work: Work, { dropped }: GateRequest): void {
  if (dropped.length > 0) work.node.warn(`Too large to be kept with the job: ${dropped.join(', ')}`);
}

/**
 * Throws when any drive was refused, so that Catch nodes hear of it; the answers have been sent by then. "No" is a good
 * answer to a question: a check is refused only as a whole, when it could not be understood.
 */
function judgeAnswers(verb: string, answers: readonly Answer[]): void {
  const isQuestion = verb === 'check';
  const refused = answers.flatMap((answer) =>
    answer.ok || (isQuestion && answer.serial !== null) ? [] : [answer.error],
  );
  const [first] = refused;
  if (!first) return;
  const { code, message } = first;
  const count = answers.length > 1 ? `${refused.length} of ${answers.length} refused: ` : '';
  throw new RefusedError(code, `${count}${message}`);
}
