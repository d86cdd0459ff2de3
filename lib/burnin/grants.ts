import { describeLocks } from '../core/describe-locks';
import type { DriveIdentity, ProbedDrive, ProbeReport } from '../core/drive';
import { grantMs, isInTime, isSameDrive, judgeGrant, type Grant, type GrantEnd } from '../core/judge-grant';
import type { GrantView } from '../core/views';
import { attempt, type EngineBase, recordEvent } from './engine-base';

interface Held {
  readonly grant: Grant;
  /** Ends the wait for its end. */
  readonly over: AbortController;
}

const ends: Readonly<Record<GrantEnd, string>> = {
  time_over: 'its ten minutes are over',
  other_drive: 'the drive is no longer the one that was seen',
  restarted: 'the NAS was restarted',
  reclassified: 'its safety locks are no longer those that were seen',
};

/**
 * The permissions to override safety locks, in memory only: none outlives the process. One a drive; each ends by its time,
 * by any change of what was seen, by a start, or when somebody takes it back, and never comes to life again.
 */
export class Grants {
  readonly #base: EngineBase;
  readonly #changed: (serial: string) => void;
  readonly #held = new Map<string, Held>();

  constructor(base: EngineBase, changed: (serial: string) => void) {
    this.#base = base;
    this.#changed = changed;
  }

  /** Gives permission over exactly the safety locks of a drive as probed; it takes the place of an earlier one. */
  give({ drive, locks }: ProbedDrive, bootId: string, operator: string): GrantView {
    const { serial, wwn, sizeBytes } = drive;
    const over = new AbortController();
    const givenAt = this.#base.clock.now();
    const grant: Grant = { drive: { serial, wwn, sizeBytes }, bootId, locks, operator, givenAt };
    this.#drop(serial);
    this.#held.set(serial, { grant, over });
    // The wall clock may be set back; a wait is not stretched by that.
    this.#base.clock.wait(grantMs, over.signal).then(
      () => this.#end(grant, ends.time_over),
      () => undefined,
    );
    this.#changed(serial);
    return buildView(grant);
  }

  /** The permission that holds for a drive as it is now, else null. One that does not hold any more is ended. */
  find(probed: ProbedDrive, bootId: string): Grant | null {
    const grant = this.#held.get(probed.drive.serial)?.grant;
    if (grant === undefined) return null;
    const end = judgeGrant(grant, { probed, bootId, now: this.#base.clock.now() });
    // A twin with the same serial number says nothing about the drive that was meant.
    if (end !== null && end !== 'other_drive') this.#end(grant, ends[end]);
    return end === null ? grant : null;
  }

  /** The permission that holds for whichever drive of a serial number it was given for. */
  findFor(serial: string, { drives, bootId }: ProbeReport): Grant | null {
    const matches = drives.filter(({ drive }) => drive.serial === serial);
    return matches.map((probed) => this.find(probed, bootId)).find((grant) => grant !== null) ?? null;
  }

  /** Ends what does not hold any more by a fresh probe. */
  review({ drives, bootId }: ProbeReport): void {
    for (const { grant } of [...this.#held.values()]) {
      const probed = drives.find(({ drive }) => isSameDrive(drive, grant.drive));
      if (probed !== undefined) this.find(probed, bootId);
      else this.#end(grant, isInTime(grant, this.#base.clock.now()) ? ends.other_drive : ends.time_over);
    }
  }

  /** What the world may know of the permission over a drive; null also for a twin of the drive that was meant. */
  view(drive: DriveIdentity): GrantView | null {
    const grant = this.#held.get(drive.serial)?.grant;
    if (grant === undefined || !isSameDrive(grant.drive, drive)) return null;
    return isInTime(grant, this.#base.clock.now()) ? buildView(grant) : null;
  }

  list(): readonly Grant[] {
    return [...this.#held.values()].map(({ grant }) => grant);
  }

  /** A start has taken it over. */
  useUp({ drive: { serial } }: Grant): void {
    this.#drop(serial);
    this.#changed(serial);
  }

  /** False when there was none. */
  revoke(serial: string, by: string): boolean {
    const held = this.#held.get(serial);
    if (held !== undefined) this.#end(held.grant, `${by} took it back`);
    return held !== undefined;
  }

  /** Forgets all of them, with the engine. */
  close(): void {
    for (const serial of [...this.#held.keys()]) this.#drop(serial);
  }

  /** It is gone before anybody is told, whatever becomes of the telling. */
  #end(grant: Grant, why: string): void {
    const { serial } = grant.drive;
    if (this.#held.get(serial)?.grant !== grant) return;
    this.#drop(serial);
    const what = `that it ${describeLocks(grant.locks)}`;
    const message = `The permission of ${grant.operator} to override ${what} has ended: ${why}.`;
    attempt(this.#base, `end of a permission for drive ${serial}`, () => {
      recordEvent(this.#base, { type: 'grant_ended', serial, job: null, message });
    });
    this.#changed(serial);
  }

  #drop(serial: string): void {
    this.#held.get(serial)?.over.abort(new Error('the permission has ended'));
    this.#held.delete(serial);
  }
}

function buildView({ operator, locks, givenAt }: Grant): GrantView {
  return { operator, locks, endsAt: givenAt + grantMs };
}
