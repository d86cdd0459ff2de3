import { readRequestTopic } from '../core/topics';
import type { ArrivedMessage } from './broker-message';
import type { MqttVersion } from './run-broker-session';
import type { Outbox } from './outbox';
import { readPayload } from './read-payload';

/** A request as it came from the broker. Nothing in it is trusted. */
export interface MqttRequest {
  readonly verb: string;
  /** `<drive>` of the topic, null for the NAS-level form. */
  readonly topicDrive: string | null;
  /** Parsed JSON, or `{ malformed: why }`. */
  readonly payload: unknown;
  readonly isRetained: boolean;
}

export interface RequestReaderOptions {
  readonly nas: string;
  readonly outbox: Outbox;
  onRequest(request: MqttRequest): void;
  onNoise(text: string): void;
}

/** Passes requests on, and deletes retained ones from the broker so that they cannot come back. */
export interface RequestReader {
  read(message: ArrivedMessage): void;
  restart(version: MqttVersion): void;
}

/** Builds the reader of one NAS's requests. */
export function buildRequestReader({ nas, outbox, onRequest, onNoise }: RequestReaderOptions): RequestReader {
  /** Topics whose deletion by us comes back as an empty message, since MQTT 3.1.1 echoes. */
  const echoes = new Set<string>();
  let hasEchoes = false;

  const forget = (topic: string) => {
    if (hasEchoes) echoes.add(topic);
    outbox.send({ topic, payload: '', isRetained: true });
    onNoise(`a retained request was deleted from the broker: ${topic}`);
  };
  const isDeletion = ({ topic, payload, isRetained }: ArrivedMessage): boolean =>
    payload.length === 0 && (isRetained || echoes.delete(topic));

  return {
    read(message) {
      const request = readRequestTopic(nas, message.topic);
      if (request === null || isDeletion(message)) return;
      const { verb, topicDrive, isMarkedRetained } = request;
      if (message.isRetained) forget(message.topic);
      const isRetained = message.isRetained || isMarkedRetained;
      onRequest({ verb, topicDrive, payload: readPayload(message.payload), isRetained });
    },
    restart(version) {
      echoes.clear();
      hasEchoes = version !== 5;
    },
  };
}
