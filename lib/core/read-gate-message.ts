import { isPlainObject, isSmallData } from './plain-data';

/** A message that came to a gate: a ticket on its next lap, or a request as its sender wrote it. */
export type GateMessage =
  { readonly kind: 'ticket'; readonly ticket: unknown } | ({ readonly kind: 'request' } & GateRequest);

/** A request read from a message. Only its envelope has been looked at; the payload is not checked. */
export interface GateRequest {
  readonly verb: string;
  readonly payload: unknown;
  readonly isRetained: boolean;
  /** Drive part of the topic (`…/drive/<drive>/set/<verb>`), or null. */
  readonly topicDrive: string | null;
  readonly context: Readonly<Record<string, unknown>>;
  /** Names of properties that are too large, or not plain data, to be kept with a job. */
  readonly dropped: readonly string[];
}

/** Characters of JSON kept with a job: its row is read at every look. */
export const maxContextLength = 8192;

/** Longest request that is read from text, the same as from the broker; and longest verb that is given back. */
const maxTextLength = 65_536;
const maxVerbLength = 64;

/** Given anew to each message, or meant for the message that came and not for those that follow. */
const ownProperties = [
  'payload',
  'topic',
  'burnin',
  'retain',
  'qos',
  'req',
  'res',
  'parts',
  'error',
  'status',
  '__proto__',
];

/** Reads a message at the gate. `msg.burnin` marks a ticket; a request's verb is in its payload, else in its topic. */
export function readGateMessage(message: Readonly<Record<string, unknown>>): GateMessage {
  const ticket = message['burnin'];
  if (ticket !== undefined && ticket !== null) return { kind: 'ticket', ticket };
  const topic = readText(message['topic']);
  const { verb, payload } = readPayload(message['payload']);
  return {
    kind: 'request',
    verb: (verb ?? readVerb(topic)).slice(0, maxVerbLength),
    payload,
    isRetained: message['retain'] === true,
    topicDrive: /(?:^|\/)drive\/([^/]+)\/set\/[^/]+$/.exec(topic)?.[1] ?? null,
    ...readContext(message, topic),
  };
}

function readVerb(topic: string): string {
  return topic === '' ? 'start' : topic.slice(topic.lastIndexOf('/') + 1);
}

function readText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Splits the verb off, because the payload's other fields are checked strictly. JSON may come as text. */
function readPayload(value: unknown): { verb: string | null; payload: unknown } {
  const isJson = typeof value === 'string' && value.length <= maxTextLength && /^\s*\{/.test(value);
  const payload = isJson ? readJson(value) : value;
  if (!isPlainObject(payload) || !('verb' in payload)) return { verb: null, payload };
  const { verb, ...rest } = payload;
  return { verb: readText(verb), payload: rest };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function readContext(message: Readonly<Record<string, unknown>>, topic: string) {
  const context: Record<string, unknown> = {};
  const dropped: string[] = [];
  let length = 0;
  for (const [name, value] of Object.entries(message)) {
    if (ownProperties.includes(name)) continue;
    const room = maxContextLength - length - name.length;
    const json = isSmallData(value, room) ? buildJson(value) : null;
    if (json === undefined) continue;
    if (json === null || json.length > room) {
      dropped.push(name);
      continue;
    }
    length += name.length + json.length;
    context[name] = JSON.parse(json);
  }
  // A command topic given back would turn an `mqtt out` behind a station into a second request.
  const isCommand = /(?:^|\/)set\/[^/]*$/.test(topic);
  if (topic !== '' && !isCommand && topic.length <= 256) context['topic'] = topic;
  return { context, dropped };
}

/** Undefined for what JSON cannot hold: functions, big integers. */
function buildJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
