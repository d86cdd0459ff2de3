import { buildPlan, judgePlan } from '../core/build-plan';
import { describeLocks } from '../core/describe-locks';
import type { ProbeReport } from '../core/drive';
import type { StageKind } from '../core/job';
import { judgeAdmission, type Admission } from '../core/judge-admission';
import type { StartRequest } from '../core/read-request';
import type { Refusal } from '../core/refusal';
import type { Answer, CheckFindings, CheckReason } from '../core/views';
import type { IncomingRequest } from './burnin';
import { describeFailure } from './describe-failure';
import type { RequestParts } from './request-parts';
import { refuseLive } from './start-drives';
import { judgeReplay } from './transactions';

/**
 * Tells for each drive of a request whether a start would be done now, and all that is against it. Changes nothing, is no
 * event, and leaves the transaction for the start itself.
 */
export async function checkDrives(
  parts: RequestParts,
  incoming: IncomingRequest,
  request: StartRequest,
): Promise<readonly Answer[]> {
  const { plan, reasons } = checkRequest(parts, incoming, request);
  const report = await tryTo(parts, () => parts.probe());
  const live = parts.base.store.jobs.listLive(parts.base.nas);
  const room = parts.maxParallel - live.length;
  const holds = parts.holds();
  return request.serials.map((serial, index) => {
    const isLive = live.some(({ drive }) => drive.serial === serial);
    const admission = report.ok ? judge(parts, serial, report.value) : null;
    const against = [
      ...reasons,
      ...(isLive ? [refuseLive(serial)] : []),
      ...(report.ok ? [] : [report.refusal]),
      ...(admission?.ok === false ? admission.reasons : []),
    ];
    const wait = room - index > 0 ? [] : ['All places are taken: the job would wait for one.'];
    const disturbances = admission?.ok === true ? parts.disturbances(admission.probed.drive) : [];
    const notes = [...describeGrant(admission), ...holds, ...wait, ...disturbances];
    const phrase = admission?.ok === false ? admission.phrase : null;
    return buildAnswer({ request, serial, plan }, { reasons: against, notes, phrase });
  });
}

function judge({ grants }: RequestParts, serial: string, report: ProbeReport): Admission {
  return judgeAdmission(serial, report, grants.findFor(serial, report));
}

/** What concerns all drives alike. */
function checkRequest({ base, gates }: RequestParts, incoming: IncomingRequest, request: StartRequest) {
  const reasons: CheckReason[] = [];
  const replay = judgeReplay(base, request.transaction);
  if (replay !== null) reasons.push({ code: replay.code, message: replay.message });
  let stages = request.stages;
  try {
    const gate = gates.choose(incoming.gateId);
    stages ??= gate.readPlan();
  } catch (error) {
    reasons.push(describeFailure(base, error));
  }
  const plan = stages === null ? [] : buildPlan(stages);
  const refusal = stages === null ? null : judgePlan(plan);
  if (refusal !== null) reasons.push(refusal);
  return { plan, reasons };
}

type Tried<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

async function tryTo<T>({ base }: RequestParts, work: () => Promise<T>): Promise<Tried<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, refusal: describeFailure(base, error) };
  }
}

function describeGrant(admission: Admission | null): readonly string[] {
  const grant = admission?.ok === true ? admission.grant : null;
  if (grant === null) return [];
  const { operator, locks } = grant;
  return [`The permission of ${operator} would be used up: the drive ${describeLocks(locks)}.`];
}

function buildAnswer(
  of: { readonly request: StartRequest; readonly serial: string; readonly plan: readonly StageKind[] },
  findings: CheckFindings,
): Answer {
  const { transaction, verb } = of.request;
  const head = { transaction, verb, serial: of.serial };
  const [first] = findings.reasons;
  if (first === undefined) {
    const message = `A start would be done: ${of.plan.join(', ')}.`;
    return { ok: true, ...head, job: null, message, ...findings };
  }
  const message = findings.reasons.map((reason) => reason.message).join(' ');
  return { ok: false, ...head, error: { code: first.code, message }, ...findings };
}
