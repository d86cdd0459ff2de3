import type { DriveIdentity } from './drive';
import type { Evidence, Verdict } from './job';
import { readBadblocksLog, type BadblocksLog } from './read-badblocks-log';
import type { BadblocksSpec, RunRecord } from './remote-run';

/** A finished whole-drive run and what it was meant to do. */
export interface SurfaceCase {
  readonly drive: DriveIdentity;
  readonly spec: BadblocksSpec;
  readonly record: RunRecord;
  /** Boot in which the run was started. */
  readonly bootId: string;
}

/** No drive writes a whole surface faster; a shorter run did not happen as told. */
const fastestBytesPerS = 1_000_000_000;

/**
 * The verdict over a surface validation. Nothing here looks at the exit status for the health of the drive: badblocks
 * exits 0 after any completed pass, with bad blocks, over its error limit, or with the device pulled half-way.
 *
 * Proof against the drive makes it `failed`; without such proof, anything missing makes it `unknown`; `passed` needs
 * every piece found.
 */
export function judgeSurface(run: SurfaceCase): Verdict {
  const log = readBadblocksLog(run.record.look.log);
  const evidence = [
    judgeDrive(run),
    judgeEnd(run, log),
    judgeRange(run, log),
    judgePhases(run, log),
    judgeSummary(log),
    judgeList(run),
    judgeLimit(log),
    judgeBytes(run),
    judgeTime(run),
    ...judgeTail(run),
  ];
  const reasonsOf = (state: Evidence['state']) =>
    evidence.filter((item) => item.state === state).map((item) => item.text);
  const missing = reasonsOf('missing');
  const contrary = reasonsOf('contrary');
  // Errors of a drive that is no longer there are those of a cable as likely as those of the drive.
  if (run.record.driveNow === null)
    return { outcome: 'unknown', reasons: [...missing, ...contrary], evidence };
  if (contrary.length > 0) return { outcome: 'failed', reasons: [...contrary, ...missing], evidence };
  if (missing.length > 0) return { outcome: 'unknown', reasons: missing, evidence };
  return { outcome: 'passed', reasons: [], evidence };
}

function judgeDrive({ drive, record }: SurfaceCase): Evidence {
  const key = 'drive_present';
  const now = record.driveNow;
  if (now === null) return { key, state: 'missing', text: `Drive ${drive.serial} is no longer there.` };
  const isSame = now.serial === drive.serial && now.sizeBytes === drive.sizeBytes;
  if (isSame && (drive.wwn === null || now.wwn === drive.wwn)) {
    return {
      key,
      state: 'found',
      text: `Drive ${drive.serial} is present with its size of ${drive.sizeBytes} bytes.`,
    };
  }
  return { key, state: 'missing', text: `Drive ${drive.serial} changed its identity during the run.` };
}

function judgeEnd({ record, bootId }: SurfaceCase, log: BadblocksLog): Evidence {
  const key = 'ended_by_itself';
  const { result } = record.look;
  if (record.look.bootId !== bootId)
    return { key, state: 'missing', text: 'The run belongs to another boot of the NAS.' };
  if (log.interruptedAt !== null) {
    return { key, state: 'missing', text: `badblocks was interrupted at block ${log.interruptedAt}.` };
  }
  if (log.otherLines.length > 0) {
    return { key, state: 'missing', text: `badblocks said: ${log.otherLines.slice(0, 3).join(' · ')}` };
  }
  if (result === 'exit 0') return { key, state: 'found', text: 'badblocks ended by itself.' };
  const how = result === null ? 'without leaving a result (killed?)' : `with "${result}"`;
  return { key, state: 'missing', text: `badblocks ended ${how}.` };
}

function judgeRange({ drive, spec }: SurfaceCase, { range }: BadblocksLog): Evidence {
  const key = 'whole_drive';
  const last = Math.floor(drive.sizeBytes / spec.blockBytes) - 1;
  if (range === null) return { key, state: 'missing', text: 'Which blocks were tested is not known.' };
  const text = `Blocks ${range.first} to ${range.last} of 0 to ${last} were tested.`;
  return { key, state: range.first === 0 && range.last === last ? 'found' : 'missing', text };
}

function judgePhases({ spec }: SurfaceCase, log: BadblocksLog): Evidence {
  const key = 'phases_seen';
  const expected = spec.patterns.flatMap((pattern) => [`write ${pattern}`, `verify ${pattern}`]);
  const seen = log.phases.filter((phase) => phase.isDone).map((phase) => `${phase.kind} ${phase.pattern}`);
  const isComplete =
    expected.length === seen.length && expected.every((phase, index) => phase === seen[index]);
  const text = `${seen.length} of ${expected.length} write and verify passes were completed.`;
  return { key, state: isComplete ? 'found' : 'missing', text };
}

function judgeSummary({ summary }: BadblocksLog): Evidence {
  const key = 'summary_clean';
  if (summary === null) return { key, state: 'missing', text: "badblocks' closing line was not seen." };
  const { readErrors, writeErrors, corruptions } = summary;
  const text = `Errors: ${readErrors} reading, ${writeErrors} writing, ${corruptions} in the data read back.`;
  const isClean = readErrors === 0 && writeErrors === 0 && corruptions === 0;
  return { key, state: isClean ? 'found' : 'contrary', text };
}

function judgeList({ record }: SurfaceCase): Evidence {
  const count = Math.max(record.badBlocks.length, record.look.badBlockCount);
  if (count === 0) return { key: 'list_empty', state: 'found', text: 'The list of bad blocks is empty.' };
  return { key: 'list_empty', state: 'contrary', text: `${count} bad blocks were listed.` };
}

function judgeLimit({ isOverLimit }: BadblocksLog): Evidence {
  const key = 'under_limit';
  if (!isOverLimit) return { key, state: 'found', text: 'The limit of bad blocks was not reached.' };
  return { key, state: 'contrary', text: 'Too many bad blocks: the rest of the drive was not tested.' };
}

function judgeBytes({ drive, spec, record }: SurfaceCase): Evidence {
  const key = 'bytes_moved';
  const { deviceMovedBytes } = record.look;
  const blocks = Math.floor(drive.sizeBytes / spec.blockBytes);
  const expected = 2 * spec.patterns.length * blocks * spec.blockBytes;
  if (deviceMovedBytes === null)
    return { key, state: 'missing', text: 'How many bytes were moved is not known.' };
  const text = `${deviceMovedBytes} of ${expected} bytes were written and read back.`;
  return { key, state: deviceMovedBytes >= expected ? 'found' : 'missing', text };
}

function judgeTime({ drive, record }: SurfaceCase): Evidence {
  const key = 'time_plausible';
  const { startedUptimeS, endedUptimeS } = record.look;
  if (startedUptimeS === null) return { key, state: 'missing', text: 'When the run started is not known.' };
  if (endedUptimeS === null) return { key, state: 'missing', text: 'When the run ended is not known.' };
  const elapsedS = endedUptimeS - startedUptimeS;
  const text = `The run took ${Math.round(elapsedS)} s on the clock of the NAS.`;
  return { key, state: elapsedS * fastestBytesPerS >= drive.sizeBytes ? 'found' : 'missing', text };
}

function judgeTail({ drive, spec }: SurfaceCase): Evidence[] {
  const restBytes = drive.sizeBytes % spec.blockBytes;
  if (restBytes === 0) return [];
  return [
    { key: 'tail', state: 'gap', text: `The last ${restBytes} bytes (less than one block) were not tested.` },
  ];
}
