import { randomUUID } from 'node:crypto';
import type { IClientOptions } from 'mqtt';
import type { DriveAttributes } from '../../dist/lib/core/build-drive-attributes.js';
import type { DriveState } from '../../dist/lib/core/build-drive-state.js';
import type { NasState } from '../../dist/lib/core/build-nas-state.js';
import type { EventPayload, ResponsePayload } from '../../dist/lib/core/build-payloads.js';
import { buildTopics } from '../../dist/lib/core/topics.js';
import { openMqttWatcher, type MqttWatcher } from './mqtt-watcher.mts';
import { until } from './until.mts';

const endStates = ['passed', 'failed', 'cancelled', 'indeterminate'];

/** A person who knows the topics and nothing else: asks by MQTT and reads by MQTT. */
export class MqttUser {
  readonly watcher: MqttWatcher;
  readonly nas: string;

  constructor(watcher: MqttWatcher, nas: string) {
    this.watcher = watcher;
    this.nas = nas;
  }

  static async open(url: string, nas: string, options: IClientOptions = {}): Promise<MqttUser> {
    return new MqttUser(await openMqttWatcher(url, options), nas);
  }

  get topics() {
    return buildTopics(this.nas);
  }

  close(): Promise<void> {
    return this.watcher.close();
  }

  /** The newest state of a drive, null before the first. */
  state(serial: string): DriveState | null {
    return this.#last(this.topics.drive(serial).state) as DriveState | null;
  }

  attributes(serial: string): DriveAttributes | null {
    return this.#last(this.topics.drive(serial).attributes) as DriveAttributes | null;
  }

  nasState(): NasState | null {
    return this.#last(this.topics.state) as NasState | null;
  }

  /** Types of all events about a drive, in order. */
  events(serial: string): EventPayload[] {
    return this.#all(this.topics.drive(serial).event) as EventPayload[];
  }

  /** States of a drive in order, each once. */
  states(serial: string): string[] {
    const states = (this.#all(this.topics.drive(serial).state) as DriveState[]).map(({ state }) => state);
    return states.filter((state, index) => state !== states[index - 1]);
  }

  /** Waits for a state of a drive. */
  untilState(serial: string, isMet: (state: DriveState) => boolean, timeoutMs = 30_000): Promise<DriveState> {
    const find = () => {
      const state = this.state(serial);
      return state !== null && isMet(state) ? state : null;
    };
    const describe = () => `${isMet.toString()}; the last state was ${JSON.stringify(this.state(serial))}`;
    return until(describe, find, timeoutMs);
  }

  /** Waits until the drive's job has ended, whichever way. */
  untilEnd(serial: string, timeoutMs = 60_000): Promise<DriveState> {
    return this.untilState(serial, ({ state }) => endStates.includes(state), timeoutMs);
  }

  /** Waits until the engine has a link to its NAS. */
  untilLink(): Promise<unknown> {
    return until('the link to the NAS', () => this.nasState()?.link === 'connected', 30_000);
  }

  start(...serials: string[]): Promise<ResponsePayload[]> {
    return this.request('start', { serials }, serials.length);
  }

  cancel(serial: string): Promise<ResponsePayload[]> {
    return this.request('cancel', { serial });
  }

  /** Sends a request on the NAS's topic and waits for its answers. */
  request(verb: string, fields: object, answers = 1): Promise<ResponsePayload[]> {
    const transaction = randomUUID();
    return this.send(
      `burnin/${this.nas}/set/${verb}`,
      JSON.stringify({ transaction, operator: 'ann', ...fields }),
      { answers },
    );
  }

  /** Sends any payload to any topic and waits for the answers that follow. */
  async send(
    topic: string,
    payload: string,
    { answers = 1, retain = false } = {},
  ): Promise<ResponsePayload[]> {
    const before = this.watcher.payloads(this.topics.response).length;
    await this.watcher.publish(topic, payload, { retain });
    const find = () => (this.#all(this.topics.response) as ResponsePayload[]).slice(before);
    await until(`${answers} answers to ${payload}`, () => find().length >= answers, 30_000);
    return find();
  }

  #last(topic: string): unknown {
    const text = this.watcher.payloads(topic).at(-1);
    return text === undefined || text === '' ? null : JSON.parse(text);
  }

  #all(topic: string): unknown[] {
    const texts = this.watcher.payloads(topic).filter((text) => text !== '');
    return texts.map((text): unknown => JSON.parse(text));
  }
}

/** Codes of refusals, `ok` for what was accepted. */
export function codesOf(answers: readonly ResponsePayload[]): string[] {
  return answers.map((answer) => (answer.ok ? 'ok' : answer.error.code));
}
