import type { Node, NodeAPI, NodeDef } from 'node-red';
import { releaseBurnin, shareBurnin, type BurninWish } from '../lib/burnin/shared-burnin';
import { buildBadge } from '../lib/core/build-badge';
import { readControllerConfig, type ControllerField } from '../lib/core/read-controller-config';
import { noController, openControllerLink, type ControllerLink } from './rim/controller-link';
import type { ControllerNode } from './rim/work';

/** Secrets of a controller, kept in Node-RED's encrypted file. */
export interface ControllerCredentials {
  sshPassword?: string;
  truenasApiKey?: string;
  mqttUsername?: string;
  mqttPassword?: string;
  smtpUrl?: string;
  webhookUrl?: string;
}

/** Configuration of a `burnin-controller`: every field may be blank. */
export type ControllerDef = NodeDef &
  Readonly<Partial<Record<Exclude<ControllerField, keyof ControllerCredentials>, string>>>;

/** The owner of an engine: the engine lives as long as this node is part of the flows, whatever is deployed. */
export default function register(RED: NodeAPI): void {
  function BurninController(this: ControllerNode, def: ControllerDef): void {
    RED.nodes.createNode(this, def);
    startController(RED, this, def);
  }
  const secret = { type: 'password' } as const;
  RED.nodes.registerType('burnin-controller', BurninController, {
    credentials: {
      sshPassword: secret,
      truenasApiKey: secret,
      mqttUsername: { type: 'text' },
      mqttPassword: secret,
      smtpUrl: secret,
      webhookUrl: secret,
    },
  });
}

function startController(RED: NodeAPI, node: ControllerNode, def: ControllerDef): void {
  // Not node.log(): the engine outlives this instance of the node.
  const log: BurninWish['log'] = (level, text) =>
    RED.log[level](`[burnin-controller:${def.name || def.id}] ${text}`);
  const link = openControllerLink((error) => log('error', describe(error)));
  node.link = link;
  const started = () => link.started();
  RED.events.on('flows:started', started);
  const withdraw = wish({ node, def, link, log });
  node.on('close', (removed: boolean, done: () => void) => {
    RED.events.removeListener('flows:started', started);
    withdraw();
    link.set(noController);
    if (!removed) done();
    else void releaseBurnin(node.id, log).then(done);
  });
}

/** Asks for the engine; returns the function that withdraws the wish. */
function wish(at: {
  node: Node;
  def: ControllerDef;
  link: ControllerLink;
  log: BurninWish['log'];
}): () => void {
  const { node, def, link, log } = at;
  const config = readControllerConfig({ ...def, ...node.credentials }, process.env);
  if (!config.ok) {
    config.problems.forEach((problem) => log('error', problem));
    refuse(
      link,
      'bad settings',
      `The burn-in controller's settings are wrong: ${config.problems.join('; ')}`,
    );
    return () => undefined;
  }
  return shareBurnin({
    id: node.id,
    settings: config.settings,
    log,
    ready: (burnin) => link.set({ kind: 'up', burnin }),
    waiting: buildWaiting(link, log),
    failed: (error) => {
      log('error', describe(error));
      refuse(link, 'engine not open', `The engine could not be opened: ${describe(error)}`);
    },
  });
}

/** The database is in use; what is said of that is said once, not at each attempt. */
function buildWaiting(link: ControllerLink, log: BurninWish['log']): BurninWish['waiting'] {
  let told = '';
  return ({ message }) => {
    if (message === told) return;
    told = message;
    log('warn', `${message} It is tried again.`);
    const badge = buildBadge('yellow', 'ring', 'database in use');
    link.set({ kind: 'down', badge, message: `The engine could not be opened yet: ${message}` });
  };
}

function refuse(link: ControllerLink, badge: string, message: string): void {
  link.set({ kind: 'down', badge: buildBadge('red', 'ring', badge), message });
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
