import type { StageLook } from '../../core/decide-step';
import type { StageMemo, Verdict } from '../../core/job';
import { judgeFinal, judgePrecheck } from '../../core/judge-smart';
import { readSmart } from '../../core/read-smart';
import { readStoredSmart } from '../../core/read-stored-smart';
import type { SmartLook } from '../../core/smart';
import type { DriveProbe } from '../../nas/drive-probe';
import type { Store } from '../../store/open-store';
import type { CollectResult, StageContext, StageRunner, StartResult } from './stage-runner';

export interface SmartCheckParts {
  readonly probe: DriveProbe;
  readonly store: Store;
  readonly now: () => number;
  /** SMART overall health, null where it was not told. */
  setHealth(serial: string, isHealthy: boolean | null): void;
}

/** `precheck`: one SMART reading before anything is written. */
export function openPrecheck(parts: SmartCheckParts): StageRunner {
  return openSmartCheck(parts, 'before', (_context, look) => judgePrecheck(look));
}

/** `final_check`: one SMART reading after everything, compared with the one before. */
export function openFinalCheck(parts: SmartCheckParts): StageRunner {
  return openSmartCheck(parts, 'after', ({ job }, after) => {
    const snapshot = parts.store.snapshots.list(job.id).find((item) => item.moment === 'before');
    return judgeFinal({ before: snapshot === undefined ? null : readStoredSmart(snapshot.json), after });
  });
}

/** A check reads and writes nothing on the NAS, so doing it again after a crash is harmless. */
function openSmartCheck(
  parts: SmartCheckParts,
  moment: 'before' | 'after',
  judge: (context: StageContext, look: SmartLook) => Verdict,
): StageRunner {
  return {
    look: ({ stage }) => Promise.resolve(describe(stage.memo)),
    start: (context) => takeReading(parts, moment, context),
    stop: () => Promise.resolve(),
    collect: (context): Promise<CollectResult> => {
      const look = readLook(context.stage.memo);
      if (look === null) throw new Error('There is no SMART reading to judge.');
      return Promise.resolve({ kind: 'end', verdict: judge(context, look) });
    },
  };
}

function readLook(memo: StageMemo | null): SmartLook | null {
  return memo === null ? null : readStoredSmart(memo['smart']);
}

function describe(memo: StageMemo | null): StageLook {
  return { kind: readLook(memo) === null ? 'not_started' : 'ended' };
}

async function takeReading(
  parts: SmartCheckParts,
  moment: 'before' | 'after',
  context: StageContext,
): Promise<StartResult> {
  const { job, stage } = context;
  const look = readSmart(await parts.probe.readSmart(job.drive));
  const { position } = stage;
  parts.store.inOneWrite(() => {
    parts.store.snapshots.add({ jobId: job.id, position, moment, at: parts.now(), json: look });
    context.saveMemo({ smart: look });
  });
  if (look.kind === 'read') parts.setHealth(job.drive.serial, look.facts.isPassed);
  context.log(look.kind === 'read' ? 'SMART data read.' : `SMART: ${look.reason}`);
  return { kind: 'started' };
}
