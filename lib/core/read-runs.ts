import type { DriveIdentity } from './drive';
import { readRecords } from './read-host-answer';
import type { FieldReader, HostRecord, Reading } from './read-host-answer';
import { startRefusals } from './remote-run';
import type { HostLook, RunLook, RunRecord, StartAnswer } from './remote-run';

/** Reads the answer to a start: exactly one of `started` and `refused`. */
export function readStartAnswer(records: readonly HostRecord[]): Reading<StartAnswer> {
  const answers: StartAnswer[] = [];
  const reading = readRecords(records, {
    started: (fields) =>
      answers.push({
        kind: 'started',
        name: fields.text(),
        pid: fields.count(),
        bootId: fields.text(),
        form: fields.word(['systemd', 'setsid'] as const),
      }),
    refused: (fields) =>
      answers.push({ kind: 'refused', code: fields.word(startRefusals), detail: fields.text() }),
  });
  return reading.ok ? readOnly(answers, 'the start') : reading;
}

/** Reads one look at all runs. */
export function readHostLook(records: readonly HostRecord[]): Reading<HostLook> {
  const hosts: Omit<HostLook, 'runs'>[] = [];
  const runs: Omit<RunLook, 'log'>[] = [];
  const logs = new Map<string, string[]>();
  const ends: true[] = [];
  const reading = readRecords(records, {
    listed: () => ends.push(true),
    host: (fields) => hosts.push({ bootId: fields.text(), uptimeS: fields.number(), clockS: fields.count() }),
    run: (fields) => runs.push(readRun(fields)),
    log: (fields) => {
      const runId = fields.text();
      const lines = logs.get(runId) ?? [];
      lines.push(fields.text());
      logs.set(runId, lines);
    },
  });
  if (!reading.ok) return reading;
  const [host] = hosts;
  if (host === undefined) return { ok: false, problem: 'the look names no boot' };
  if (ends.length === 0) return { ok: false, problem: 'the list of runs broke off' };
  const full = runs.map((run) => ({ ...run, log: (logs.get(run.runId) ?? []).join('\n') }));
  return { ok: true, value: { ...host, runs: full } };
}

/** Reads what one run left; null when the NAS has no such run. */
export function readRunRecord(records: readonly HostRecord[]): Reading<RunRecord | null> {
  const badBlocks: number[] = [];
  const identities: DriveIdentity[] = [];
  const reading = readRecords(records, {
    bad: (fields) => {
      fields.text();
      badBlocks.push(fields.count());
    },
    identity: (fields) => {
      fields.text();
      identities.push({ serial: fields.text(), wwn: fields.textOrNull(), sizeBytes: fields.count() });
    },
  });
  if (!reading.ok) return reading;
  const host = readHostLook(records);
  if (!host.ok) return host;
  const [look] = host.value.runs;
  if (look === undefined) return { ok: true, value: null };
  return { ok: true, value: { look, badBlocks, driveNow: identities[0] ?? null } };
}

export type StopAnswer = 'gone' | 'stuck' | 'no_such_run';

/** Reads the answer to a stop. */
export function readStopAnswer(records: readonly HostRecord[]): Reading<StopAnswer> {
  const answers: StopAnswer[] = [];
  const reading = readRecords(records, {
    stopped: (fields) => answers.push(fields.word(['gone', 'stuck', 'no_such_run'] as const)),
  });
  return reading.ok ? readOnly(answers, 'the stop') : reading;
}

/** Reads the answer to a clear: `held` means that the run still lives and nothing was removed. */
export function readClearAnswer(records: readonly HostRecord[]): Reading<'gone' | 'held'> {
  const answers: ('gone' | 'held')[] = [];
  const reading = readRecords(records, {
    cleared: (fields) => answers.push(fields.word(['gone', 'held'] as const)),
  });
  return reading.ok ? readOnly(answers, 'the clearing') : reading;
}

function readOnly<T>(answers: readonly T[], of: string): Reading<T> {
  const [answer] = answers;
  return answer === undefined || answers.length > 1
    ? { ok: false, problem: `${of} has ${answers.length} answers` }
    : { ok: true, value: answer };
}

function readRun(fields: FieldReader): Omit<RunLook, 'log'> {
  return {
    runId: fields.text(),
    owner: fields.text(),
    serial: fields.text(),
    bootId: fields.text(),
    isHeld: fields.flag(),
    result: fields.textOrNull(),
    positionBytes: fields.countOrNull(),
    movedBytes: fields.countOrNull(),
    deviceMovedBytes: fields.countOrNull(),
    badBlockCount: fields.count(),
    startedUptimeS: fields.numberOrNull(),
    endedUptimeS: fields.numberOrNull(),
  };
}
