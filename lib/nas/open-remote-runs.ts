import {
  readClearAnswer,
  readHostLook,
  readRunRecord,
  readStartAnswer,
  readStopAnswer,
} from '../core/read-runs';
import { RefusedError } from '../core/refusal';
import type { RunSpec } from '../core/remote-run';
import { judgeParts, runHostCall } from './host-script';
import type { RemoteRuns } from './remote-runs';
import type { Shell } from './shell';

/** How long a stop waits after TERM, and again after KILL. */
export interface StopPatience {
  readonly termS: number;
  readonly killS: number;
}

const files = ['host', 'run-files'];

/** The runs on the NAS behind `shell`. */
export function openRemoteRuns(shell: Shell, patience: StopPatience = { termS: 60, killS: 15 }): RemoteRuns {
  return {
    start: (spec) =>
      runHostCall(shell, {
        parts: [
          ...files,
          ...judgeParts,
          'drive-openers',
          'run-helpers',
          'run-grants',
          'run-checks',
          'run-start',
        ],
        call: 'start_run',
        args: buildStartArguments(spec),
        timeoutMs: 180_000,
        isSupervisor: true,
        read: readStartAnswer,
      }),
    look: () =>
      runHostCall(shell, {
        parts: [...files, 'run-settle', 'run-look'],
        call: 'look_runs',
        args: [],
        timeoutMs: 60_000,
        read: readHostLook,
      }),
    collect: (runId, deviceTypes) =>
      runHostCall(shell, {
        parts: [...files, ...judgeParts, 'run-settle', 'run-look'],
        call: 'collect_run',
        args: [runId, deviceTypes.join(' ')],
        timeoutMs: 90_000,
        read: readRunRecord,
      }),
    stop: (runId) =>
      runHostCall(shell, {
        parts: [...files, 'run-settle', 'run-stop'],
        call: 'stop_run',
        args: [runId, ...[patience.termS, patience.killS].map((seconds) => String(seconds * 10))],
        timeoutMs: (patience.termS + patience.killS + 90) * 1000,
        read: readStopAnswer,
      }),
    clear: (runId) => clear(shell, runId),
  };
}

async function clear(shell: Shell, runId: string): Promise<void> {
  const answer = await runHostCall(shell, {
    parts: [...files, 'run-settle', 'run-stop'],
    call: 'clear_run',
    args: [runId],
    timeoutMs: 60_000,
    read: readClearAnswer,
  });
  if (answer === 'held') throw new RefusedError('already_live', `Run ${runId} still lives; stop it first.`);
}

/** In the order of `start_run`'s head. */
function buildStartArguments({ badblocks, drive, ...spec }: RunSpec): string[] {
  const { range } = badblocks;
  return [
    spec.runId,
    spec.owner,
    drive.serial,
    drive.wwn ?? '-',
    String(drive.sizeBytes),
    spec.deviceTypes.join(' '),
    String(spec.deadlineS),
    badblocks.mode,
    String(badblocks.blockBytes),
    String(badblocks.blocksPerRequest),
    String(badblocks.errorLimit),
    badblocks.patterns.join(' '),
    range === null ? '-' : String(range.first),
    range === null ? '-' : String(range.last),
    String(spec.notAfterClockS),
    spec.bootId,
    ...spec.grants.map(({ kind, detail }) => `${kind} ${detail === '' ? '-' : detail}`),
  ];
}
