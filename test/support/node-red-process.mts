import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { until } from './until.mts';

/** A node of a flow file. */
export type FlowNode = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

export interface NodeRedOptions {
  readonly port: number;
  readonly dataDir: string;
  /** Settings as a user gives them. */
  readonly env: Readonly<Record<string, string>>;
  /** Changes the bundled flow before the first start. */
  readonly edit?: (flow: readonly FlowNode[]) => readonly FlowNode[];
}

export type DeployType = 'full' | 'flows' | 'nodes' | 'reload';

const root = path.resolve(import.meta.dirname, '../..');
const startTimeoutMs = 40_000;

/** The product as its user runs it: a process of its own. */
export class NodeRed {
  readonly #options: NodeRedOptions;
  #child: ChildProcess | null = null;
  #output = '';

  constructor(options: NodeRedOptions) {
    this.#options = options;
    if (options.edit === undefined) return;
    const directory = path.join(options.dataDir, 'node-red');
    mkdirSync(directory, { recursive: true });
    writeFileSync(path.join(directory, 'flows.json'), JSON.stringify(options.edit(readBundledFlow())));
  }

  /** What it printed so far, over all its starts. */
  get output(): string {
    return this.#output;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Resolves when it says that it is ready. */
  async start(): Promise<void> {
    const { port, dataDir, env } = this.#options;
    const seen = this.#output.length;
    const child = spawn(process.execPath, [path.join(root, 'dist/flows/start.js')], {
      cwd: root,
      env: { PATH: process.env.PATH, HOME: dataDir, PORT: String(port), BURNIN_DATA: dataDir, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    const take = (text: string) => (this.#output += text);
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    const isReady = () => {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`Node-RED ended:\n${this.#output}`);
      return this.#output.includes('database:', seen);
    };
    await until('Node-RED to be ready', isReady, startTimeoutMs);
  }

  /** SIGKILL: no goodbye to anybody. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** SIGTERM: an orderly end. */
  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }

  async readFlow(): Promise<FlowNode[]> {
    const answer = await fetch(this.#url('flows'));
    return (await answer.json()) as FlowNode[];
  }

  /** What the editor's Deploy button does, and its "restart flows" as `reload`. */
  async deploy(type: DeployType, flow?: readonly FlowNode[]): Promise<void> {
    const answer = await fetch(this.#url('flows'), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'Node-RED-Deployment-Type': type },
      body: JSON.stringify(flow ?? (await this.readFlow())),
    });
    if (answer.status !== 204) throw new Error(`deploy answered ${answer.status}: ${await answer.text()}`);
  }

  #url(what: string): string {
    return `http://127.0.0.1:${this.#options.port}/${what}`;
  }
}

function readBundledFlow(): FlowNode[] {
  return JSON.parse(readFileSync(path.join(root, 'flows/burnin.json'), 'utf8')) as FlowNode[];
}

/** Puts a delay in front of a station, as a user may: while it lasts the job is between two stages. */
export function delayBefore(
  flow: readonly FlowNode[],
  isStation: (node: FlowNode) => boolean,
  seconds: number,
): FlowNode[] {
  const station = flow.find(isStation);
  if (station === undefined) throw new Error('the flow has no such station');
  const id = `de1a${station.id.slice(4)}`;
  const redirected = flow.map((node) => {
    const wires = node['wires'] as string[][] | undefined;
    const changed = wires?.map((output) => output.map((target) => (target === station.id ? id : target)));
    return changed === undefined ? node : { ...node, wires: changed };
  });
  const delay = {
    id,
    type: 'delay',
    z: station['z'],
    pauseType: 'delay',
    timeout: String(seconds),
    timeoutUnits: 'seconds',
    x: 100,
    y: 700,
    wires: [[station.id]],
  };
  return [...redirected, delay];
}
