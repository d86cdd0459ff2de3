import { buildPlan, judgePlan } from '../core/build-plan';
import type { ProbeReport } from '../core/drive';
import type { Job, StageKind } from '../core/job';
import { judgeAdmission } from '../core/judge-admission';
import { readRequest, type BurninRequest } from '../core/read-request';
import { RefusedError, UnreachableError, type Refusal } from '../core/refusal';
import type { Answer } from '../core/views';
import type { Gate, IncomingRequest } from './burnin';
import { recordEvent, type EngineBase } from './engine-base';
import { recordClosing } from './followers';
import type { Gates } from './gates';

export interface RequestParts {
  readonly base: EngineBase;
  readonly gates: Gates;
  /** A probe that began after it was asked for. */
  probe(): Promise<ProbeReport>;
  makeJobId(): string;
  /** Drive part of a topic for a serial. */
  topicDrive(serial: string): string;
  /** Jobs were admitted or cancelled: free slots, wake followers. */
  changed(serials: readonly string[]): void;
}

/** Takes a request from any door. Everything in it is judged before anything changes. Never rejects. */
export async function takeRequest(
  parts: RequestParts,
  incoming: IncomingRequest,
): Promise<readonly Answer[]> {
  try {
    const answers = await answerRequest(parts, incoming);
    for (const answer of answers) tellAnswer(parts, incoming, answer);
    return answers;
  } catch (error) {
    const failure = describeFailure(parts.base, error);
    return [{ ok: false, transaction: null, verb: incoming.verb, serial: null, error: failure }];
  }
}

async function answerRequest(parts: RequestParts, incoming: IncomingRequest): Promise<readonly Answer[]> {
  const { verb } = incoming;
  const read = readRequest(verb, incoming.payload);
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
  const refusal = judgeTopic(parts, incoming, read.request) ?? rememberTransaction(parts.base, read.request);
  if (refusal !== null) return refuseAll(refusal);
  try {
    return read.request.verb === 'start'
      ? await startDrives(parts, incoming, read.request)
      : read.request.serials.map((serial) => cancelDrive(parts, read.request, serial));
  } catch (error) {
    return refuseAll(describeFailure(parts.base, error));
  }
}

function judgeTopic(parts: RequestParts, incoming: IncomingRequest, request: BurninRequest): Refusal | null {
  const isMatch = request.serials.every((serial) => parts.topicDrive(serial) === incoming.topicDrive);
  if (incoming.topicDrive === null || isMatch) return null;
  return { code: 'malformed', message: 'The serial in the request is not that of the drive in the topic.' };
}

function rememberTransaction({ store, clock }: EngineBase, { transaction }: BurninRequest): Refusal | null {
  if (store.requests.remember({ transaction, at: clock.now() })) return null;
  return {
    code: 'replayed',
    message: 'A request with this transaction was taken before. Use a new transaction.',
  };
}

function describeFailure(base: EngineBase, error: unknown): Refusal {
  if (error instanceof RefusedError) return { code: error.code, message: error.message };
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof UnreachableError) {
    return {
      code: 'stale',
      message: `Nothing is known of the drives now: ${text} Try again when the NAS is reachable.`,
    };
  }
  base.log('error', `request failed: ${text}`);
  return { code: 'not_ready', message: `The request could not be taken: ${text}` };
}

async function startDrives(
  parts: RequestParts,
  incoming: IncomingRequest,
  request: BurninRequest,
): Promise<readonly Answer[]> {
  const gate = parts.gates.choose(incoming.gateId);
  const plan = buildPlan(request.stages ?? gate.readPlan());
  const refusal = judgePlan(plan);
  if (refusal !== null) throw new RefusedError(refusal.code, refusal.message);
  const report = await parts.probe();
  const start = { parts, incoming, request, gate, plan, report };
  const answers = request.serials.map((serial) => startDrive(start, serial));
  parts.changed(request.serials);
  return answers;
}

interface Start {
  readonly parts: RequestParts;
  readonly incoming: IncomingRequest;
  readonly request: BurninRequest;
  readonly gate: Gate;
  readonly plan: readonly StageKind[];
  readonly report: ProbeReport;
}

function startDrive(start: Start, serial: string): Answer {
  const { transaction } = start.request;
  const refuse = (error: Refusal): Answer => ({ ok: false, transaction, verb: 'start', serial, error });
  const refusal = judgeAdmission(serial, start.report);
  if (refusal !== null) return refuse(refusal);
  const job = buildJob(start, serial);
  if (start.parts.base.store.jobs.admit({ job, plan: start.plan }) === 'already_live') {
    return refuse({
      code: 'already_live',
      message: `Drive ${serial} has a live job. Wait for its end or cancel it.`,
    });
  }
  const message = `Queued: ${start.plan.join(', ')}.`;
  return { ok: true, transaction, verb: 'start', serial, job: job.id, message };
}

function buildJob({ parts, incoming, request, gate, report }: Start, serial: string): Job {
  const probed = report.drives.find(({ drive }) => drive.serial === serial);
  if (probed === undefined) throw new Error(`drive ${serial} was judged but is not in the probe`);
  const { wwn, sizeBytes, model } = probed.drive;
  return {
    id: parts.makeJobId(),
    nas: parts.base.nas,
    drive: { serial, wwn, sizeBytes },
    model,
    state: 'queued',
    operator: request.operator,
    transaction: request.transaction,
    gateId: gate.id,
    context: JSON.stringify(incoming.context),
    cancelRequestedBy: null,
    createdAt: parts.base.clock.now(),
    startedAt: null,
    endedAt: null,
    reasons: [],
  };
}

function cancelDrive(parts: RequestParts, request: BurninRequest, serial: string): Answer {
  const { transaction, operator } = request;
  const { base } = parts;
  const job = base.store.jobs.listLive(base.nas).find(({ drive }) => drive.serial === serial);
  if (job === undefined) {
    const message = `Drive ${serial} has no live job, so there is nothing to cancel.`;
    return { ok: false, transaction, verb: 'cancel', serial, error: { code: 'not_live', message } };
  }
  base.store.jobs.requestCancel(job.id, operator);
  closeIdleJob(base, job, operator);
  parts.changed([serial]);
  return { ok: true, transaction, verb: 'cancel', serial, job: job.id, message: 'Cancelling.' };
}

/** A job with no stage at work ends at once; otherwise its follower stops the run first. */
export function closeIdleJob(base: EngineBase, job: Job, by: string): void {
  if (job.state !== 'queued' && job.state !== 'running') return;
  if (base.store.stages.list(job.id).some((stage) => stage.state === 'running')) return;
  const reasons = [`Cancelled by ${by}.`];
  const end = {
    jobId: job.id,
    from: job.state,
    outcome: 'cancelled',
    reasons,
    now: base.clock.now(),
  } as const;
  if (!base.store.jobs.close(end)) return;
  const closed = base.store.jobs.get(job.id);
  if (closed !== null) recordClosing(base, closed);
}

function tellAnswer(parts: RequestParts, incoming: IncomingRequest, answer: Answer): void {
  const { base, gates } = parts;
  base.bus.emit('answer', answer);
  if (incoming.gateId !== null) gates.answer(incoming.gateId, answer);
  const refused = answer.ok ? null : answer.error;
  recordEvent(base, {
    type:
      refused === null
        ? `${answer.verb}_accepted`
        : answer.verb === 'start'
          ? 'start_refused'
          : 'request_refused',
    serial: answer.serial,
    job: answer.ok ? answer.job : null,
    message: refused === null ? `Request by ${incoming.origin}.` : `${refused.code}: ${refused.message}`,
  });
}
