import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openRehearsalNas } from '../../dist/lib/demo/rehearsal-nas.js';
import { findFreePort } from './mosquitto.mts';
import { MqttUser } from './mqtt-user.mts';
import { NodeRed } from './node-red-process.mts';

/** The whole product as a newcomer has it: `npm start` with nothing set but where to be, and a user at its broker. */
export class Product {
  readonly red: NodeRed;
  readonly port: number;
  readonly mqttPort: number;
  readonly dir: string;
  #user: MqttUser | null = null;

  private constructor(at: { port: number; mqttPort: number; dir: string; env: Record<string, string> }) {
    const { port, mqttPort, dir, env } = at;
    this.port = port;
    this.mqttPort = mqttPort;
    this.dir = dir;
    const dataDir = this.dataDir;
    this.red = new NodeRed({ port, dataDir, env: { MQTT_PORT: String(mqttPort), ...env } });
  }

  /** Starts it and waits until the rehearsal NAS has been seen. */
  static async open(env: Record<string, string> = {}): Promise<Product> {
    const dir = mkdtempSync(path.join(tmpdir(), 'burnin-product-'));
    const [port, mqttPort] = [await findFreePort(), await findFreePort()];
    const product = new Product({ port, mqttPort, dir, env });
    await product.start();
    return product;
  }

  get dataDir(): string {
    return path.join(this.dir, 'data');
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** Knows the topics and nothing else. Listens since the first start; goes on listening over restarts. */
  get user(): MqttUser {
    if (this.#user === null) throw new Error('the product is not started');
    return this.#user;
  }

  async start(): Promise<void> {
    await this.red.start();
    this.#user ??= await MqttUser.open(`mqtt://127.0.0.1:${this.mqttPort}`, 'demo');
    await this.user.untilLink();
  }

  /** Kernel process ids and names are of no use here: asks Node-RED to press the button of an inject node. */
  async inject(name: string): Promise<number> {
    const node = (await this.red.readFlow()).find((each) => each['name'] === name);
    if (node === undefined) throw new Error(`the flow has no node called ${name}`);
    return (await fetch(`${this.url}inject/${node.id}`, { method: 'POST' })).status;
  }

  /** Ends everything, the writers of the rehearsal NAS included. */
  async close(): Promise<void> {
    await this.#user?.close();
    await this.red.kill();
    const nas = await openRehearsalNas({ dir: path.join(this.dataDir, 'rehearsal') });
    await nas.reset();
    await nas.close();
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}
