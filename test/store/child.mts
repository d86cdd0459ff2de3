import { setImmediate } from 'node:timers/promises';
import { openStore } from '../../dist/lib/store/open-store.js';
import { buildJob, buildVerdict, nas, plan, startJob } from './temporary-store.mts';

/**
 * A second process on the same database file: `child.mts COMMAND FILE NAME`. It says `ready`, waits for the parent's
 * word, works, and tells its result. It fails loudly: any exception ends it with a status other than 0.
 */
const [command = '', file = '', name = ''] = process.argv.slice(2);

const tell = (message: unknown): void => {
  process.send?.(message);
};

const opened = command === 'open' ? null : openStore(file);
const store = () => opened ?? openStore(file);

const commands: Readonly<Record<string, () => unknown>> = {
  /** Opens the file for the first time, maybe together with others. */
  open: () => store().installation.id(),

  /** Admits a job for each of fifty drives; answers the drives it won. */
  admit: () =>
    Array.from({ length: 50 }, (_, drive) => `S${drive}`).filter(
      (serial) => store().jobs.admit({ job: buildJob(`${name}-${serial}`, serial), plan }) === 'admitted',
    ),

  /** Claims and closes until nothing is left; answers the ids it was given. */
  claim: () => {
    const { jobs } = store();
    const given: string[] = [];
    while (jobs.countLive(nas).queued > 0) {
      for (const { id } of jobs.claimSlots({ nas, maxParallel: 3, limit: 2, now: 1 })) {
        given.push(id);
        jobs.close({ jobId: id, from: 'running', outcome: 'cancelled', reasons: ['done'], now: 2 });
      }
    }
    return given;
  },

  /** Each of these may be true in one process alone. */
  compete: () => {
    const { jobs, stages, reports, requests } = store();
    const key = { jobId: 'a', position: 0, now: 1 };
    const ended = jobs.lastPerDrive(nas).filter((job) => job.endedAt !== null);
    return {
      take: stages.take({ ...key, stationId: name }),
      cancel: jobs.requestCancel('a', name),
      remember: requests.remember({ transaction: 't', at: 1, jobs: [] }),
      given: ended.filter((job) => reports.markGiven(job.id, 1)).length,
    };
  },

  /** Runs whole jobs until it is killed, and tells of each after its end was stored. */
  hammer: async () => {
    for (let round = 0; ; round += 1) {
      const id = `${name}-${round}`;
      startJob(store(), id);
      for (const position of plan.keys()) {
        store().stages.take({ jobId: id, position, stationId: 's', now: 1 });
        store().stages.saveMemo({ jobId: id, position, memo: { round } });
        store().log.append(id, 1, ['one', 'two', 'three']);
        store().stages.end({ jobId: id, position, verdict: buildVerdict('passed'), now: 2 });
      }
      tell({ passed: id });
      await setImmediate();
    }
  },
};

async function work(): Promise<void> {
  const run = commands[command];
  if (run === undefined) throw new Error(`no command ${command}`);
  tell({ result: await run() });
  opened?.close();
  process.disconnect();
}

process.once('message', () => void work());
// Also when the parent has gone: nobody would end this process then.
process.once('disconnect', () => process.exit());
tell('ready');
