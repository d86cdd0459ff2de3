import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stageKinds } from '../../dist/lib/core/job.js';
import { readControllerConfig, controllerFields } from '../../dist/lib/core/read-controller-config.js';
import { maxContextLength, readGateMessage } from '../../dist/lib/core/read-gate-message.js';
import { readPlan, readStageKind, type NodeConfig } from '../../dist/lib/core/read-plan.js';
import { readPollInterval } from '../../dist/lib/core/read-poll-interval.js';
import { readRequest } from '../../dist/lib/core/read-request.js';
import { refusalCodes } from '../../dist/lib/core/refusal.js';
import { readSettings } from '../../dist/lib/core/settings.js';
import { buildTopicName, buildTopics, markRetained, readRequestTopic } from '../../dist/lib/core/topics.js';
import { maxPayloadBytes, readPayload } from '../../dist/lib/mqtt/read-payload.js';
import { anyJson, anyText, anyValue, buildDeep, edgeText, grafted, mutated } from './inputs.mts';
import { checkMade } from './invariants.mts';
import { target, type Target } from './target.mts';

const requests = [
  { transaction: 't1', operator: 'ann', serial: '0012345', stages: ['surface_validate'] },
  { transaction: 't2', operator: 'ann', serials: ['A', 'B'], profile: 'full' },
  { transaction: 't3', operator: 'ann', serial: 'A' },
  { transaction: 't4', operator: 'ann', serial: 'A', phrase: 'tank' },
];
const payload = fc.oneof({ weight: 3, arbitrary: grafted(requests) }, anyJson, anyValue);
const verb = fc.oneof(fc.constantFrom('start', 'cancel', 'check', 'unlock', 'lock'), anyText);

const messages = requests.map((request) => ({
  _msgid: '1',
  topic: 'burnin/demo/drive/A/set/start',
  payload: request,
  retain: false,
  note: { kept: [1, 2] },
}));
const nodes: readonly NodeConfig[] = [
  { id: 'tab', type: 'tab' },
  { id: 'gate', type: 'drive-lock', z: 'tab', wires: [['s1'], []] },
  { id: 's1', type: 'burnin-stage', z: 'tab', stage: 'long_smart', wires: [['b'], [], []] },
  { id: 'b', type: 'badblocks-run', z: 'tab', wires: [['l'], [], []] },
  { id: 'l', type: 'link out', z: 'tab', links: ['r'], wires: [] },
  { id: 'r', type: 'report', z: 'tab', wires: [[], ['gate']] },
];
const isNode = (value: unknown): value is NodeConfig =>
  typeof value === 'object' &&
  value !== null &&
  'id' in value &&
  typeof value.id === 'string' &&
  'type' in value;

/** Values no sentence of ours holds, so that a value that is repeated is found. */
const secret = fc.oneof(anyText, fc.stringMatching(/^[a-z0-9]{12,20}$/)).map((text) => `§secret§${text}`);
const variables = Object.values(controllerFields).map((field) => field.variable);
const plausible = fc.constantFrom(
  '',
  'demo',
  '22',
  'on',
  'mqtt://h',
  'https://h',
  'disk,loop',
  '/tmp',
  'root',
);
const env = fc.dictionary(
  fc.oneof(
    fc.constantFrom<string>(...variables, 'PORT', 'BURNIN_TRUENAS_URL', 'BURNIN_TRUENAS_API_KEY'),
    edgeText,
  ),
  fc.oneof(secret, plausible),
  { maxKeys: 20 },
);

function checkProblems(result: { ok: boolean; problems?: readonly string[] }): void {
  if (result.ok) return;
  const text = (result.problems ?? []).join('\n');
  assert.notEqual(text, '');
  assert.ok(!text.includes('§secret§'), 'a problem repeats a value');
}

const utf8 = new TextEncoder();

export const doorTargets: readonly Target[] = [
  target({
    covers: ['readRequest'],
    input: fc.tuple(verb, payload),
    fromText: (text) =>
      ['start', { transaction: text, operator: text, serials: [text], [text]: text }] as [string, unknown],
    check: ([name, input]) => {
      const result = readRequest(name, input);
      if (!result.ok) {
        assert.ok(refusalCodes.includes(result.refusal.code));
        const { message } = result.refusal;
        assert.ok(Array.from(message).length <= 500 && !/[\n\r\0]/.test(message));
        return;
      }
      const { request } = result;
      const { serials, operator, transaction } = request;
      const stages = 'stages' in request ? request.stages : null;
      assert.ok(serials.length >= 1 && serials.length <= 256 && new Set(serials).size === serials.length);
      for (const text of [...serials, operator, transaction]) assert.match(text, /^[^\p{Cc}]{1,128}$/u);
      assert.ok(stages === null || stages.every((stage) => stageKinds.includes(stage)));
    },
  }),
  target({
    covers: ['readGateMessage'],
    input: fc
      .oneof(
        { weight: 3, arbitrary: grafted(messages) },
        fc.dictionary(fc.oneof(edgeText, fc.string({ maxLength: 8 })), anyValue),
      )
      .map((value) => (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>),
    fromText: (text) => ({ topic: text, payload: text, note: text, deep: buildDeep(text.length) }),
    check: (input) => {
      const message = readGateMessage(input);
      if (message.kind === 'ticket') {
        assert.ok(input['burnin'] != null);
        return;
      }
      assert.ok(message.verb.length <= 64);
      const text = JSON.stringify(message.context);
      assert.ok(text.length <= 2 * maxContextLength, `${text.length} characters of context`);
      assert.deepEqual(JSON.parse(text), message.context);
      assert.equal(Object.getPrototypeOf(message.context), Object.prototype);
      assert.equal(message.isRetained, input['retain'] === true);
    },
  }),
  target({
    covers: ['readPlan'],
    input: fc.oneof(
      grafted([nodes]).map((list) => (Array.isArray(list) ? list.filter(isNode) : [])),
      fc.array(
        anyValue.map((wires) => ({ id: 'gate', type: 'drive-lock', wires })),
        { maxLength: 3 },
      ),
    ),
    fromText: (text) =>
      Array.from({ length: 2000 }, (_, index) => ({
        id: index === 0 ? 'gate' : `n${index}`,
        type: index === 0 ? 'drive-lock' : 'link out',
        links: [`n${index + 1}`, text],
        wires: [[`n${index + 1}`, `n${(index * 7) % 2000}`, text]],
      })),
    check: (flow) => {
      const plan = readPlan(flow, 'gate');
      assert.equal(plan[0], 'precheck');
      assert.equal(plan.at(-1), 'final_check');
      assert.equal(new Set(plan).size, plan.length);
      assert.ok(plan.every((kind) => stageKinds.includes(kind)));
    },
  }),
  target({
    covers: ['readStageKind'],
    input: anyValue,
    fromText: (text) => text,
    check: (value) => {
      const kind = readStageKind(value);
      assert.ok(kind === null || kind === value);
    },
  }),
  target({
    covers: ['readPollInterval'],
    input: anyValue,
    fromText: (text) => text,
    check: (value) => {
      const ms = readPollInterval(value);
      assert.ok(Number.isInteger(ms) && ms >= 1_000 && ms <= 3_600_000, `${ms} ms`);
    },
  }),
  target({
    covers: ['readSettings'],
    input: env,
    fromText: (text) => Object.fromEntries(variables.map((name) => [name, text])),
    check: (input) => {
      const result = readSettings(input);
      checkProblems(result);
      if (result.ok) checkMade(result.settings);
    },
  }),
  target({
    covers: ['readControllerConfig'],
    input: fc.tuple(
      fc.dictionary(
        fc.oneof(fc.constantFrom(...Object.keys(controllerFields)), edgeText),
        fc.oneof(secret, plausible, anyValue),
      ),
      env,
    ),
    fromText: (text) =>
      [{ nas: text, mqttUrl: text, deviceTypes: text }, {}] as [object, Record<string, string>],
    check: ([config, variablesGiven]) => {
      const result = readControllerConfig(config, variablesGiven);
      checkProblems(result);
      if (result.ok) checkMade(result.settings);
    },
  }),
  target({
    covers: ['readRequestTopic', 'markRetained', 'buildTopicName', 'buildTopics'],
    input: fc.tuple(
      anyText,
      anyText,
      fc.oneof(anyText, mutated(['burnin/demo/drive/A/set/start', 'burnin/demo/set/start'])),
    ),
    fromText: (text) => [text, text, `burnin/${text}/drive/${text}/set/${text}`] as [string, string, string],
    check: ([nas, serial, topic]) => {
      const names = [nas, serial].map(buildTopicName) as [string, string];
      for (const name of names) assert.match(name, /^[A-Za-z0-9_-]+$/);
      assert.equal(names[0] === names[1], nas === serial, 'two names never meet');
      const topics = buildTopics(nas);
      const command = `${topics.drive(serial).state.replace(/state$/, 'set')}/start`;
      assert.deepEqual(readRequestTopic(nas, command), {
        verb: 'start',
        topicDrive: buildTopicName(serial),
        isMarkedRetained: false,
      });
      const marked = markRetained(command);
      assert.equal(marked === null ? null : readRequestTopic(nas, marked)?.isMarkedRetained, true);
      const request = readRequestTopic(nas, topic);
      if (request !== null) assert.ok(topic.startsWith(`burnin/${names[0]}/`) && request.verb !== '');
    },
  }),
  target({
    covers: ['readPayload'],
    input: fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .oneof(anyText, mutated(requests.map((request) => JSON.stringify(request))))
        .map((text) => utf8.encode(text)),
      fc.constantFrom('['.repeat(60_000), '{"a":'.repeat(12_000), '1e999').map((text) => utf8.encode(text)),
    ),
    fromText: (text) => utf8.encode(text),
    check: (bytes) => {
      const value = readPayload(bytes);
      if (bytes.length > maxPayloadBytes) assert.match(JSON.stringify(value), /malformed/);
      assert.notEqual(readRequest('start', value).ok, undefined);
    },
  }),
];
