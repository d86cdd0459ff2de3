import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Burnin } from '../../dist/lib/burnin/burnin.js';
import { openBurnin } from '../../dist/lib/burnin/open-burnin.js';
import type { Stage } from '../../dist/lib/core/job.js';
import {
  readSettings,
  type Settings,
  type SshSettings,
  type TruenasSettings,
} from '../../dist/lib/core/settings.js';
import type { Answer, DriveView } from '../../dist/lib/core/views.js';
import { Line } from './engine.mts';
import { findFreePort } from './mosquitto.mts';
import { until } from './until.mts';

export interface WholeEngineOptions {
  /** Without it that of the environment. */
  readonly ssh?: SshSettings;
  /** Likewise. */
  readonly truenas?: TruenasSettings;
  /** More variables of the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

const closed = ['passed', 'failed', 'cancelled', 'unknown'];

/** The engine as the product opens it: real store, SSH client, MQTT and clock. Only Node-RED is missing: a line of stations stands for it. */
export class WholeEngine {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'burnin-whole-'));
  /** Every level and text that was logged. */
  readonly logs: string[] = [];
  readonly settings: Settings;
  burnin: Burnin;
  line: Line;
  #transactions = 0;

  constructor(settings: Settings) {
    this.settings = { ...settings, dataDir: this.dir };
    [this.burnin, this.line] = this.#open(this.settings);
  }

  static async open({ ssh, truenas, env = {} }: WholeEngineOptions): Promise<WholeEngine> {
    const read = readSettings({ BURNIN_NAS: 'demo', MQTT_PORT: String(await findFreePort()), ...env });
    if (!read.ok) throw new Error(read.problems.join());
    return new WholeEngine({ ...read.settings, ...(ssh && { ssh }), ...(truenas && { truenas }) });
  }

  #open(settings: Settings): [Burnin, Line] {
    const log = (level: string, text: string) => void this.logs.push(`${level}: ${text}`);
    const burnin = openBurnin({ settings, log, lookEveryMs: 100 });
    return [burnin, new Line(burnin)];
  }

  /** URL of its broker. */
  get brokerUrl(): string {
    return this.settings.mqtt.url ?? `mqtt://127.0.0.1:${this.settings.mqtt.embeddedPort}`;
  }

  /** Stops the engine; nobody looks at the NAS any more. */
  async stop(): Promise<void> {
    await this.burnin.close();
  }

  /** The same installation again, after `stop`, perhaps with other settings. */
  reopen(changes: Partial<Settings> = {}): void {
    [this.burnin, this.line] = this.#open({ ...this.settings, ...changes });
  }

  view(serial: string): DriveView | undefined {
    return this.burnin.drives().find(({ drive }) => drive.serial === serial);
  }

  /** State of the drive's last job. */
  state(serial: string): string {
    return this.view(serial)?.job?.job.state ?? 'none';
  }

  /** All reasons of the drive's last job, in one text. */
  reasons(serial: string): string {
    return this.view(serial)?.job?.job.reasons.join(' ') ?? '';
  }

  /** The surface validation of the drive's last job. */
  surface(serial: string): Stage | undefined {
    return this.view(serial)?.job?.stages.find(({ kind }) => kind === 'surface_validate');
  }

  percent(serial: string): number {
    return this.view(serial)?.job?.progress?.percent ?? 0;
  }

  start(...serials: string[]): Promise<readonly Answer[]> {
    return this.#request('start', { serials });
  }

  cancel(...serials: string[]): Promise<readonly Answer[]> {
    return this.#request('cancel', { serials });
  }

  /** Waits until badblocks is seen moving on the drive. */
  async untilMoving(serial: string): Promise<void> {
    await until(`${serial} to move: ${this.logs.join('; ')}`, () => this.percent(serial) > 0);
  }

  /** Waits until the drive's job has ended, whichever way. */
  untilEnd(serial: string, timeoutMs = 40_000): Promise<string> {
    const find = () => closed.includes(this.state(serial)) && this.state(serial);
    return until(`the end of ${serial}`, find, timeoutMs);
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** For one drive. */
  unlock(serial: string, phrase: string): Promise<readonly Answer[]> {
    return this.#request('unlock', { serial, phrase });
  }

  check(...serials: string[]): Promise<readonly Answer[]> {
    return this.#request('check', { serials });
  }

  #request(verb: string, fields: object): Promise<readonly Answer[]> {
    const transaction = `t${process.pid}-${(this.#transactions += 1)}`;
    const door = { isRetained: false, topicDrive: null, origin: 'test', gateId: null, context: {} };
    return this.burnin.request({ verb, payload: { transaction, operator: 'ann', ...fields }, ...door });
  }
}
