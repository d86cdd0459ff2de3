import type { Node, NodeAPI, NodeDef, NodeMessage, NodeMessageInFlow } from 'node-red';
import type { Burnin } from '../../lib/burnin/burnin';
import { buildErrorBadge } from '../../lib/core/build-badge';
import type { Message } from '../../lib/core/build-messages';
import { openBadge, type BadgeHolder } from './badge';
import { followNothing, type ControllerLink } from './controller-link';

/** Configuration of every working node. */
export interface WorkDef extends NodeDef {
  /** Id of the `burnin-controller`. */
  readonly controller: string;
}

/** A message for each output, null for none. */
export type Outputs = (Message | NodeMessage | null)[];

/** What a node does for its part of the engine. */
export interface Work {
  readonly node: Node;
  readonly badge: BadgeHolder;
  /** Sends from whichever instance of the node is alive. */
  send(outputs: Outputs): void;
}

/** The behaviour of one node type. */
export interface Behaviour {
  /** Subscribes to the engine; returns the function that ends that, in no time. */
  attach(burnin: Burnin): () => void;
  /** A message came in. What it throws goes to Catch nodes and the badge. */
  receive(burnin: Burnin, message: NodeMessageInFlow, send: Work['send']): void | Promise<void>;
}

/** A controller node as others find it. */
export interface ControllerNode extends Node {
  link?: ControllerLink;
}

/** Makes a working node: follows its controller, answers its messages, detaches when it is closed. */
export function startWork(options: {
  RED: NodeAPI;
  node: Node;
  def: WorkDef;
  build: (work: Work) => Behaviour;
}): void {
  const { RED, node, def } = options;
  RED.nodes.createNode(node, def);
  const badge = openBadge(node);
  const work: Work = { node, badge, send: (outputs) => node.send(outputs) };
  const behaviour = options.build(work);
  const controller = RED.nodes.getNode(def.controller) as ControllerNode | null;
  const follower = { attach: behaviour.attach, down: badge.show };
  const following = controller?.link?.follow(follower) ?? followNothing(follower);
  node.on('close', () => following.end());
  node.on('input', (message, send, done) => {
    const give: Work['send'] = (outputs) => send(outputs);
    void answer(() => behaviour.receive(following.use(), message, give), done, badge);
  });
}

/** Never rejects: an unhandled rejection would end Node-RED. */
async function answer(
  handle: () => void | Promise<void>,
  done: (error?: Error) => void,
  badge: BadgeHolder,
): Promise<void> {
  try {
    await handle();
  } catch (error) {
    badge.show(buildErrorBadge(error));
    done(error instanceof Error ? error : new Error(String(error)));
    return;
  }
  done();
}
