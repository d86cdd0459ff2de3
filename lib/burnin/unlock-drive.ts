import { describeLocks } from '../core/describe-locks';
import type { ProbeReport } from '../core/drive';
import { findTyped, judgeUnlock, type Unlockable } from '../core/judge-unlock';
import type { LockRequest, UnlockRequest } from '../core/read-request';
import { RefusedError } from '../core/refusal';
import type { Answer } from '../core/views';
import { describeInstant, describeTime } from '../core/words';
import { attempt, recordChange } from './engine-base';
import type { RequestParts } from './request-parts';
import { spendTransaction } from './transactions';

/** Gives permission to override the safety locks of a drive, as a fresh probe finds them, for the phrase they ask for. */
export async function unlockDrive(parts: RequestParts, request: UnlockRequest): Promise<readonly Answer[]> {
  const [serial] = request.serials;
  const report = await parts.probe();
  const { operator } = request;
  try {
    return [answer(request, unlock(parts, request, report))];
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    const { transaction, verb } = request;
    const message = `${error.message} Asked by ${operator}.`;
    return [{ ok: false, transaction, verb, serial, error: { code: error.code, message } }];
  }
}

function unlock(parts: RequestParts, request: UnlockRequest, report: ProbeReport): string {
  const [serial] = request.serials;
  const judged = judgeUnlock(serial, report);
  if (judged.kind === 'free') return `Drive ${serial} carries no safety lock: it needs no permission.`;
  if (judged.kind === 'refused') throw new RefusedError(judged.refusal.code, judged.refusal.message);
  const match = readTyped(parts, request, judged.choices);
  const { probed } = match;
  const { operator, transaction } = request;
  const what = describeLocks(probed.locks);
  const message = `Unlocked for ten minutes by ${operator}, although the drive ${what}.`;
  // No permission without its trace: what cannot be written down is not given.
  recordChange(parts.base, () => {
    spendTransaction(parts.base, transaction);
    return { result: null, events: [{ type: 'unlocked', serial, job: null, message }] };
  });
  const { endsAt } = parts.grants.give(probed, report.bootId, operator);
  return `Drive ${serial} may be started until ${describeTime(describeInstant(endsAt))} although it ${what}.`;
}

/** The drive whose phrase was typed. The typed text itself goes nowhere. */
function readTyped(
  { tries }: RequestParts,
  { serials: [serial], phrase }: UnlockRequest,
  choices: readonly Unlockable[],
): Unlockable {
  if (tries.isBlocked(serial)) {
    throw new RefusedError(
      'too_many_tries',
      `Five wrong phrases were typed for drive ${serial}: none is taken for ten minutes.`,
    );
  }
  const match = findTyped(choices, phrase);
  if (match === null) {
    const left = tries.noteWrong(serial);
    throw new RefusedError(
      'wrong_phrase',
      `That is not the phrase for drive ${serial}. A check and the attributes of the drive show it. ${left} ${left === 1 ? 'try' : 'tries'} left.`,
    );
  }
  tries.forget(serial);
  return match;
}

/** Takes the permission back. A queued or running job that has one already keeps it: it has to be cancelled. */
export function lockDrive(parts: RequestParts, request: LockRequest): readonly Answer[] {
  const { base, grants } = parts;
  const [serial] = request.serials;
  const wasHeld = grants.revoke(serial, request.operator);
  if (!wasHeld && !parts.knows(serial)) {
    throw new RefusedError('unknown_drive', `No drive with the serial number ${serial} is known.`);
  }
  // What has ended has ended, also when that cannot be written down.
  if (wasHeld) attempt(base, 'transaction of a lock', () => spendTransaction(base, request.transaction));
  const fact = wasHeld ? 'The permission has ended' : 'There was no permission to end';
  const job = base.store.jobs.listLive(base.nas).find((live) => live.drive.serial === serial);
  const rest =
    job !== undefined && job.grants.length > 0
      ? ` Job ${job.id} started with one and keeps it: cancel it to stop it.`
      : '';
  return [answer(request, `${fact}.${rest}`)];
}

function answer(
  { transaction, verb, serials: [serial] }: UnlockRequest | LockRequest,
  message: string,
): Answer {
  return { ok: true, transaction, verb, serial, job: null, message };
}
