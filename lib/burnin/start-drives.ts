import { buildPlan, judgePlan } from '../core/build-plan';
import type { ProbeReport } from '../core/drive';
import type { Job, StageKind } from '../core/job';
import { judgeAdmission } from '../core/judge-admission';
import type { BurninRequest } from '../core/read-request';
import { RefusedError, type Refusal } from '../core/refusal';
import type { Answer } from '../core/views';
import type { Gate, IncomingRequest } from './burnin';
import { tellChanged, type RequestParts } from './request-parts';
import { useTransaction } from './transactions';

/** Admits the drives of a request, each judged by itself on a fresh probe. Throws where none could be judged. */
export async function startDrives(
  parts: RequestParts,
  incoming: IncomingRequest,
  request: BurninRequest,
): Promise<readonly Answer[]> {
  const { base } = parts;
  const gate = parts.gates.choose(incoming.gateId);
  const plan = buildPlan(request.stages ?? gate.readPlan());
  const refusal = judgePlan(plan);
  if (refusal !== null) throw new RefusedError(refusal.code, refusal.message);
  const report = await parts.probe();
  const start = { parts, incoming, request, gate, plan, report };
  const answers = base.store.inOneWrite(() => {
    const given = request.serials.map((serial) => startDrive(start, serial));
    useTransaction(base, request.transaction, given);
    return given;
  });
  tellChanged(parts, request.serials);
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
