import { cleanText } from '../core/clean-text';
import { readRequest, type BurninRequest, type RequestResult } from '../core/read-request';
import { RefusedError, type Refusal } from '../core/refusal';
import type { Answer } from '../core/views';
import type { IncomingRequest } from './burnin';
import { cancelDrives } from './cancel-drives';
import { checkDrives } from './check-drives';
import { describeFailure } from './describe-failure';
import { attempt, type NewEvent, recordEvents } from './engine-base';
import type { RequestParts } from './request-parts';
import { startDrives } from './start-drives';
import { doOnce } from './transactions';
import { lockDrive, unlockDrive } from './unlock-drive';

export { closeIdleJob } from './cancel-drives';
export type { RequestParts } from './request-parts';

const maxVerbLength = 64;

/** Takes a request from any door. Everything in it is judged before anything changes. Never rejects. */
export async function takeRequest(
  parts: RequestParts,
  incoming: IncomingRequest,
): Promise<readonly Answer[]> {
  const asked = { ...incoming, verb: cleanText(incoming.verb, maxVerbLength) };
  const answers = await answerRequest(parts, asked);
  tellAnswers(parts, asked, answers);
  return answers;
}

async function answerRequest(parts: RequestParts, incoming: IncomingRequest): Promise<readonly Answer[]> {
  const { verb } = incoming;
  const read = readSafely(incoming);
  const transaction = read.ok ? read.request.transaction : read.transaction;
  const refuseAll = ({ code, message }: Refusal): readonly Answer[] => [
    { ok: false, transaction, verb, serial: null, error: { code, message } },
  ];
  if (incoming.isRetained) {
    return refuseAll({
      code: 'retained',
      message: 'Retained requests are never done. Send it again without retain.',
    });
  }
  if (!read.ok) return refuseAll(read.refusal);
  const { request } = read;
  try {
    refuseOtherTopic(parts, incoming, request);
    if (request.verb === 'check') return await checkDrives(parts, incoming, request);
    return await doOnce(parts.base, request.transaction, () => doRequest(parts, incoming, request));
  } catch (error) {
    return refuseAll(describeFailure(parts.base, error));
  }
}

async function doRequest(
  parts: RequestParts,
  incoming: IncomingRequest,
  request: BurninRequest,
): Promise<readonly Answer[]> {
  switch (request.verb) {
    case 'start':
      return startDrives(parts, incoming, request);
    case 'check':
      return checkDrives(parts, incoming, request);
    case 'cancel':
      return cancelDrives(parts, request);
    case 'unlock':
      return unlockDrive(parts, request);
    case 'lock':
      return lockDrive(parts, request);
  }
}

/** A flow may send an object whose properties throw. */
function readSafely({ verb, payload }: IncomingRequest): RequestResult {
  try {
    return readRequest(verb, payload);
  } catch {
    const refusal = { code: 'malformed', message: 'The payload cannot be read.' } as const;
    return { ok: false, transaction: null, refusal };
  }
}

function refuseOtherTopic(parts: RequestParts, incoming: IncomingRequest, request: BurninRequest): void {
  const isMatch = request.serials.every((serial) => parts.topicDrive(serial) === incoming.topicDrive);
  if (incoming.topicDrive === null || isMatch) return;
  throw new RefusedError('malformed', 'The serial in the request is not that of the drive in the topic.');
}

/** Answers first: they are true, and owed, also when the event table cannot be written. */
function tellAnswers(parts: RequestParts, incoming: IncomingRequest, answers: readonly Answer[]): void {
  const { base, gates } = parts;
  const { gateId, origin } = incoming;
  for (const answer of answers) {
    base.bus.emit('answer', answer);
    if (gateId !== null) attempt(base, `answer to gate ${gateId}`, () => gates.answer(gateId, answer));
  }
  const events = answers.flatMap((answer) => buildAnswerEvent(answer, origin) ?? []);
  attempt(base, 'events of a request', () => recordEvents(base, events));
}

/** Null for a question, and for what tells its own event in the write that makes the change. */
function buildAnswerEvent(answer: Answer, origin: string): NewEvent | null {
  const { verb, serial } = answer;
  if (verb === 'check') return null;
  if (answer.ok) {
    const { job } = answer;
    return job === null ? null : { type: `${verb}_accepted`, serial, job, message: `Request by ${origin}.` };
  }
  const type = verb === 'start' || verb === 'unlock' ? `${verb}_refused` : 'request_refused';
  return { type, serial, job: null, message: `${answer.error.code}: ${answer.error.message}` };
}
