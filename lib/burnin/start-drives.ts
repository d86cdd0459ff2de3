import { buildPlan, judgePlan } from '../core/build-plan';
import { describeLocks } from '../core/describe-locks';
import type { ProbeReport } from '../core/drive';
import type { Job, StageKind } from '../core/job';
import { judgeAdmission, type Admission } from '../core/judge-admission';
import type { Grant } from '../core/judge-grant';
import type { StartRequest } from '../core/read-request';
import { RefusedError, type Refusal } from '../core/refusal';
import type { Answer } from '../core/views';
import { describeInstant, describeTime } from '../core/words';
import type { Gate, IncomingRequest } from './burnin';
import { recordChange, type NewEvent } from './engine-base';
import { tellChanged, type RequestParts } from './request-parts';
import { useTransaction } from './transactions';

/** Admits the drives of a request, each judged by itself on a fresh probe. Throws where none could be judged. */
export async function startDrives(
  parts: RequestParts,
  incoming: IncomingRequest,
  request: StartRequest,
): Promise<readonly Answer[]> {
  const { base, grants } = parts;
  const gate = parts.gates.choose(incoming.gateId);
  const plan = buildPlan(request.stages ?? gate.readPlan());
  const refusal = judgePlan(plan);
  if (refusal !== null) throw new RefusedError(refusal.code, refusal.message);
  const report = await parts.probe();
  const start = { parts, incoming, request, gate, plan };
  const judged = request.serials.map((serial) => judge(parts, serial, report));
  const results = recordChange(base, () => {
    const result = judged.map(({ serial, admission }) => startDrive(start, serial, admission));
    useTransaction(
      base,
      request.transaction,
      result.map(({ answer }) => answer),
    );
    return { result, events: result.flatMap(({ event }) => event ?? []) };
  });
  for (const { used } of results) if (used !== null) grants.useUp(used);
  tellChanged(parts, request.serials);
  return results.map(({ answer }) => answer);
}

/** Before the write, as it may end a permission. */
function judge({ grants }: RequestParts, serial: string, report: ProbeReport) {
  return { serial, admission: judgeAdmission(serial, report, grants.findFor(serial, report)) };
}

interface Start {
  readonly parts: RequestParts;
  readonly incoming: IncomingRequest;
  readonly request: StartRequest;
  readonly gate: Gate;
  readonly plan: readonly StageKind[];
}

interface Started {
  readonly answer: Answer;
  /** The permission that the job has taken over. */
  readonly used: Grant | null;
  readonly event: NewEvent | null;
}

function startDrive(start: Start, serial: string, admission: Admission): Started {
  const { transaction } = start.request;
  const refuse = (error: Refusal): Started => {
    return { answer: { ok: false, transaction, verb: 'start', serial, error }, used: null, event: null };
  };
  if (!admission.ok) return refuse(admission.refusal);
  const job = buildJob(start, admission);
  if (start.parts.base.store.jobs.admit({ job, plan: start.plan }) === 'already_live') {
    return refuse(refuseLive(serial));
  }
  const notes = start.parts.disturbances(job.drive);
  const message = [`Queued: ${start.plan.join(', ')}.`, ...notes].join(' ');
  const answer = { ok: true, transaction, verb: 'start', serial, job: job.id, message } as const;
  const { grant } = admission;
  return { answer, used: grant, event: grant && buildOverrideEvent(job, grant) };
}

/** Why a drive with a live job is not started. */
export function refuseLive(serial: string): Refusal {
  const message = `Drive ${serial} has a live job. Wait for its end or cancel it.`;
  return { code: 'already_live', message };
}

function buildOverrideEvent({ id, drive, operator }: Job, grant: Grant): NewEvent {
  const given = describeTime(describeInstant(grant.givenAt));
  const message = `Started by ${operator} although the drive ${describeLocks(grant.locks)}: overridden by ${grant.operator}, ${given}.`;
  return { type: 'lock_overridden', serial: drive.serial, job: id, message };
}

function buildJob(
  { parts, incoming, request, gate }: Start,
  { probed, grant }: Extract<Admission, { ok: true }>,
): Job {
  const { serial, wwn, sizeBytes, model } = probed.drive;
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
    grants: grant?.locks ?? [],
    grantedBy: grant?.operator ?? null,
    grantedAt: grant?.givenAt ?? null,
    grantedBoot: grant?.bootId ?? null,
  };
}
