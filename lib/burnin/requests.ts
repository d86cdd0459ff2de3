import { cleanText } from '../core/clean-text';
import { readRequest, type BurninRequest, type RequestResult } from '../core/read-request';
import { RefusedError, StoreUnreachableError, UnreachableError, type Refusal } from '../core/refusal';
import type { Answer } from '../core/views';
import type { IncomingRequest } from './burnin';
import { cancelDrives } from './cancel-drives';
import { attempt, describeError, type EngineBase, type NewEvent, recordEvents } from './engine-base';
import type { RequestParts } from './request-parts';
import { startDrives } from './start-drives';
import { doOnce } from './transactions';

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
    return await doOnce(parts.base, request.transaction, async () =>
      request.verb === 'start' ? startDrives(parts, incoming, request) : cancelDrives(parts, request),
    );
  } catch (error) {
    return refuseAll(describeFailure(parts.base, error));
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

function describeFailure(base: EngineBase, error: unknown): Refusal {
  if (error instanceof RefusedError) return { code: error.code, message: error.message };
  const text = describeError(error);
  if (error instanceof StoreUnreachableError) {
    const message = `The request was not done and nothing was changed: ${text}. Send it again when that is over.`;
    return { code: 'not_ready', message };
  }
  if (error instanceof UnreachableError) {
    return {
      code: 'stale',
      message: `Nothing is known of the drives now: ${text} Try again when the NAS is reachable.`,
    };
  }
  base.log('error', `request failed: ${text}`);
  return { code: 'not_ready', message: `The request could not be taken: ${text}` };
}

/** Answers first: they are true, and owed, also when the event table cannot be written. */
function tellAnswers(parts: RequestParts, incoming: IncomingRequest, answers: readonly Answer[]): void {
  const { base, gates } = parts;
  const { gateId, origin } = incoming;
  for (const answer of answers) {
    base.bus.emit('answer', answer);
    if (gateId !== null) attempt(base, `answer to gate ${gateId}`, () => gates.answer(gateId, answer));
  }
  attempt(base, 'events of a request', () =>
    recordEvents(
      base,
      answers.map((answer) => buildAnswerEvent(answer, origin)),
    ),
  );
}

function buildAnswerEvent(answer: Answer, origin: string): NewEvent {
  const { verb, serial } = answer;
  if (answer.ok) {
    return { type: `${verb}_accepted`, serial, job: answer.job, message: `Request by ${origin}.` };
  }
  const type = verb === 'start' ? 'start_refused' : 'request_refused';
  return { type, serial, job: null, message: `${answer.error.code}: ${answer.error.message}` };
}
