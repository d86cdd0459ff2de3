import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLoopDrive, freshSerial, type LoopDrive, type LoopOptions } from './loop-drive.mts';
import { findFreePort } from './mosquitto.mts';
import { MqttUser } from './mqtt-user.mts';
import { openNasHost, type NasHost } from './nas-host.mts';
import { needRootAndLoops } from './need-root.mts';
import { NodeRed, type NodeRedOptions } from './node-red-process.mts';
import { paceDevice } from './pace.mts';

export interface ControllerOptions {
  readonly nas?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly edit?: NodeRedOptions['edit'];
  /** Of an external broker; without it the embedded one. */
  readonly broker?: { readonly url: string; readonly username: string; readonly password: string };
}

/** Programs that a NAS host, or a drive that is in use or broken, is made with. */
const programs = [
  'sshd',
  'ssh-keygen',
  'unshare',
  'nsenter',
  'perl',
  'fallocate',
  'filefrag',
  'mkfs.ext4',
  'mkswap',
];

/** Call it inside `describe`: a journey that is open while the suite runs. Skips the suite like `needRootAndLoops`. */
export function useJourney(): Journey {
  const journey = new Journey();
  needRootAndLoops(...programs);
  before(() => journey.open());
  after(() => journey.close());
  return journey;
}

/** One Node-RED with its user at the broker. */
export interface Controller {
  readonly red: NodeRed;
  readonly user: MqttUser;
  /** `mqtt://…` of its broker. */
  readonly brokerUrl: string;
  /** Its SQLite file. */
  readonly database: string;
}

/** The whole product on real parts: NAS, drives, Node-RED, broker, user. Everything ends with `close`. */
export class Journey {
  readonly #drives: LoopDrive[] = [];
  readonly #controllers: Controller[] = [];
  readonly #ends: (() => void | Promise<void>)[] = [];
  #host: NasHost | null = null;

  async open(): Promise<void> {
    this.#host = await openNasHost();
  }

  get host(): NasHost {
    if (this.#host === null) throw new Error('the journey is not open');
    return this.#host;
  }

  addDrive(options: Partial<LoopOptions> = {}): LoopDrive {
    const drive = createLoopDrive({ serial: freshSerial('JRNY'), ...options });
    this.#drives.push(drive);
    return drive;
  }

  /** Limits a drive's speed; 0 lifts the limit. */
  pace(drive: LoopDrive, bytesPerS: number): () => void {
    const lift = paceDevice(drive.deviceNumber, bytesPerS);
    this.#ends.push(lift);
    return lift;
  }

  /** Something to undo at the end, last one first. */
  atEnd(undo: () => void | Promise<void>): void {
    this.#ends.push(undo);
  }

  /** Starts a Node-RED for this NAS and waits until it has reached it. */
  async openController(options: ControllerOptions = {}): Promise<Controller> {
    const { nas = 'shelf', env = {}, edit, broker } = options;
    const dataDir = mkdtempSync(path.join(tmpdir(), 'burnin-journey-'));
    this.#ends.push(() => rmSync(dataDir, { recursive: true, force: true }));
    const [port, mqttPort] = [await findFreePort(), await findFreePort()];
    const red = new NodeRed({
      port,
      dataDir,
      ...(edit && { edit }),
      env: {
        ...this.host.env,
        BURNIN_NAS: nas,
        BURNIN_DEVICE_TYPES: 'loop',
        MQTT_PORT: String(mqttPort),
        ...(broker && {
          MQTT_URL: broker.url,
          MQTT_USERNAME: broker.username,
          MQTT_PASSWORD: broker.password,
        }),
        ...env,
      },
    });
    await red.start();
    const brokerUrl = broker?.url ?? `mqtt://127.0.0.1:${mqttPort}`;
    const user = await MqttUser.open(
      brokerUrl,
      nas,
      broker && { username: broker.username, password: broker.password },
    );
    const controller = { red, user, brokerUrl, database: path.join(dataDir, `${nas}.db`) };
    this.#controllers.push(controller);
    await user.untilLink();
    return controller;
  }

  async close(): Promise<void> {
    for (const { red, user } of this.#controllers) {
      await user.close();
      await red.kill();
    }
    await this.#host?.close();
    for (const end of this.#ends.toReversed()) await end();
    for (const drive of this.#drives) drive.destroy();
  }
}
