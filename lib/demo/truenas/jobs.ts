import type { Release } from './versions';

type JobState = 'RUNNING' | 'SUCCESS' | 'FAILED' | 'ABORTED';

/** What a job is about; it is looked at anew whenever somebody asks. */
export interface JobWork {
  readonly method: string;
  readonly arguments: readonly unknown[];
  readonly description: string;
  readonly isAbortable: boolean;
  readonly look: () => { readonly state: JobState; readonly percent: number };
  readonly abort: () => void;
}

interface JobRecord {
  readonly id: number;
  readonly work: JobWork;
  readonly startedAt: number;
  /** What others have heard of it. */
  told: 'nothing' | 'start' | 'end';
  ended: { readonly state: JobState; readonly percent: number; readonly at: number } | null;
}

/** The middleware's jobs: numbered from 1, and forgotten when it restarts. */
export interface Jobs {
  start(work: JobWork): number;
  list(release: Release): readonly { readonly id: number }[];
  /** False for a job that is not there or not under way. */
  abort(id: number): boolean;
  /** Looks at all jobs; what has become of which since the last time. */
  settle(): readonly { readonly id: number; readonly msg: 'added' | 'changed' }[];
  forget(): void;
}

export function openJobs(): Jobs {
  let records: JobRecord[] = [];
  const settle: Jobs['settle'] = () =>
    records.flatMap((record) => {
      const isNew = record.told === 'nothing';
      const hasEnded = record.told !== 'end' && endIfOver(record);
      if (!isNew && !hasEnded) return [];
      record.told = hasEnded ? 'end' : 'start';
      return [{ id: record.id, msg: isNew ? ('added' as const) : ('changed' as const) }];
    });
  return {
    start: (work) => {
      const id = (records.at(-1)?.id ?? 0) + 1;
      records = [...records.slice(-999), { id, work, startedAt: Date.now(), told: 'nothing', ended: null }];
      return id;
    },
    list: (release) => records.map((record) => buildJob(record, release)),
    abort: (id) => {
      const record = records.find((each) => each.id === id && each.ended === null);
      if (record === undefined) return false;
      const { percent } = record.work.look();
      record.ended = { state: 'ABORTED', percent, at: Date.now() };
      record.work.abort();
      return true;
    },
    settle,
    forget: () => (records = []),
  };
}

function endIfOver(record: JobRecord): boolean {
  if (record.ended !== null) return true;
  const { state, percent } = record.work.look();
  if (state === 'RUNNING') return false;
  record.ended = { state, percent, at: Date.now() };
  return true;
}

/** CORE tells less of a job. */
function buildJob({ id, work, startedAt, ended }: JobRecord, release: Release): { readonly id: number } {
  const { state, percent } = ended ?? work.look();
  return {
    id,
    method: work.method,
    arguments: work.arguments,
    logs_path: null,
    logs_excerpt: null,
    progress: { percent, description: '', extra: null },
    result: null,
    error: state === 'FAILED' ? 'the drive has gone' : null,
    exception: null,
    exc_info: state === 'FAILED' ? { repr: 'CallError()', type: 'CallError', errno: 14, extra: null } : null,
    state,
    time_started: { $date: startedAt },
    time_finished: ended === null ? null : { $date: ended.at },
    ...(release.isCore
      ? {}
      : {
          message_ids: [],
          transient: false,
          description: work.description,
          abortable: work.isAbortable,
          result_encoding_error: null,
          credentials: {
            type: 'API_KEY',
            data: { username: 'rehearsal', api_key: { id: 1, name: 'rehearsal' } },
          },
        }),
  } as { readonly id: number };
}
