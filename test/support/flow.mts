import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { releaseAllBurnins, shareBurnin } from '../../dist/lib/burnin/shared-burnin.js';
import { readControllerConfig } from '../../dist/lib/core/read-controller-config.js';
import { FakeBurnin } from './fake-burnin.mts';

const require = createRequire(import.meta.url);

export type Message = Record<string, unknown> & { payload?: unknown; topic?: unknown };
export type FlowNode = Record<string, unknown> & { id: string; type: string };
interface Helper {
  /** Events of the runtime. */
  readonly _events: NodeJS.EventEmitter;
  load(nodes: unknown[], flow: FlowNode[], credentials?: object): Promise<void>;
  setFlows(flow: FlowNode[], type: 'full' | 'flows' | 'nodes'): Promise<void>;
  getNode(id: string): { receive(message: Message): void } | null;
  startServer(): Promise<void>;
  stopServer(): Promise<void>;
  unload(): Promise<void>;
}

export const helper = require('node-red-node-test-helper') as Helper;
export const controllerId = 'c0c0c0c0c0c0c0c0';
const types = ['burnin-controller', 'truenas-poll', 'drive-lock', 'burnin-stage', 'badblocks-run', 'report'];
const nodes = types.map((type) => (require(`../../dist/nodes/${type}.js`) as { default: unknown }).default);
const sunk = new Map<string, Message[]>();

/** Messages that reached a `sink` node, also across deploys. */
export function received(id: string): Message[] {
  const list = sunk.get(id) ?? [];
  sunk.set(id, list);
  return list;
}

interface Red {
  nodes: { createNode(node: unknown, def: FlowNode): void; registerType(type: string, make: unknown): void };
}
interface Sink {
  on(event: 'input', listener: (message: Message, send: unknown, done: () => void) => void): void;
}

function registerSink(red: Red): void {
  function Sink(this: Sink, def: FlowNode): void {
    red.nodes.createNode(this, def);
    this.on('input', (message, _send, done) => {
      received(def.id).push(message);
      done();
    });
  }
  red.nodes.registerType('sink', Sink);
}

/** Loads a flow with an engine of the test already in place, and waits until its nodes are attached. */
export async function load(flow: FlowNode[]): Promise<FakeBurnin> {
  return loadWith(putFake(), flow);
}

/** The same with an engine that was put in place and changed before. */
export async function loadWith(fake: FakeBurnin, flow: FlowNode[]): Promise<FakeBurnin> {
  await helper.load([registerSink, ...nodes], flow);
  await until(() => fake.deployments === 1, 'the first deploy');
  return fake;
}

/** Loads a flow whose controller finds no engine. */
export async function loadBare(flow: FlowNode[], credentials = {}): Promise<void> {
  await helper.load([registerSink, ...nodes], flow, credentials);
}

/** Puts an engine into the shared map, as an earlier deploy would have left it. */
export function putFake(): FakeBurnin {
  const fake = new FakeBurnin();
  const config = readControllerConfig({}, process.env);
  assert.ok(config.ok);
  const ignore = () => undefined;
  const { settings } = config;
  shareBurnin({
    id: controllerId,
    settings,
    log: ignore,
    ready: ignore,
    waiting: (error) => assert.fail(String(error)),
    failed: (error) => assert.fail(String(error)),
    open: () => fake,
  });
  return fake;
}

/** Ends what a test loaded. */
export async function unload(): Promise<void> {
  await helper.unload();
  await releaseAllBurnins(() => undefined);
  sunk.clear();
}

/** Waits for a condition; fails after three seconds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const end = Date.now() + 3000;
  while (!condition()) {
    if (Date.now() > end) assert.fail(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Waits for the first message of a sink. */
export async function first(id: string): Promise<Message> {
  await until(() => received(id).length > 0, `a message at ${id}`);
  return received(id)[0] ?? {};
}

/** Status texts that reached a sink wired to a status node. */
export function badges(id: string): string[] {
  return received(id).map((message) => (message['status'] as { text?: string }).text ?? '');
}

export function receive(id: string, message: Message): void {
  const node = helper.getNode(id);
  assert.ok(node, `${id} is not there`);
  node.receive(message);
}

/** The nodes of a flow: tab, controller, Catch, Status and Complete with their sinks, and what the test adds. */
export function buildFlow(...added: FlowNode[]): FlowNode[] {
  const z = 'tab0tab0tab0';
  const scope = added.filter((node) => node.type !== 'sink').map((node) => node.id);
  return [
    { id: z, type: 'tab', label: 'Test' },
    { id: controllerId, type: 'burnin-controller', name: '' },
    { id: 'catch0000000', z, type: 'catch', scope, uncaught: false, wires: [['caught000000']] },
    { id: 'status000000', z, type: 'status', scope, wires: [['badges000000']] },
    { id: 'complete0000', z, type: 'complete', scope, wires: [['complete0001']] },
    ...['caught000000', 'badges000000', 'complete0001'].map((id) => ({ id, z, type: 'sink', wires: [] })),
    ...added.map((node) => ({ z, ...(node.type === 'sink' ? {} : { controller: controllerId }), ...node })),
  ];
}
export const caught = 'caught000000';
export const badged = 'badges000000';
export const completed = 'complete0001';

/** Sinks by id. */
export function sinks(...ids: string[]): FlowNode[] {
  return ids.map((id) => ({ id, type: 'sink', wires: [] }));
}

/** Text of the error that a Catch node got. */
export function errorText(message: Message): string {
  return (message['error'] as { message: string }).message;
}

/** Starts and stops the runtime around the tests of the describe it is called in. */
export function useRuntime(): void {
  before(() => helper.startServer());
  after(() => helper.stopServer());
  afterEach(unload);
}
