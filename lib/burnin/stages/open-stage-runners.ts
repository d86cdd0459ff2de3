import type { StageKind } from '../../core/job';
import type { DriveIdentity, SafetyLock } from '../../core/drive';
import type { HostLook } from '../../core/remote-run';
import type { DriveProbe } from '../../nas/drive-probe';
import type { RemoteRuns } from '../../nas/remote-runs';
import { buildOwner, type EngineBase } from '../engine-base';
import { limited } from '../limited';
import { openFinalCheck, openPrecheck } from './smart-check';
import type { StageRunner } from './stage-runner';
import { openSurfaceValidate } from './surface-validate';

export type StageRunners = Readonly<Partial<Record<StageKind, StageRunner>>>;

export interface StageParts {
  readonly base: EngineBase;
  readonly runs: RemoteRuns;
  readonly probe: DriveProbe;
  readonly look: () => Promise<HostLook>;
  readonly deviceTypes: readonly string[];
  readonly makeRunId: () => string;
  askBeforeRun(drive: DriveIdentity): Promise<readonly SafetyLock[]>;
  setHealth(serial: string, isHealthy: boolean | null): void;
  physicalSectorBytes(serial: string): number;
}

/** A runner for each kind of stage that this version can run. */
export function openStageRunners(parts: StageParts): StageRunners {
  const { base, probe, setHealth } = parts;
  const check = { probe, store: base.store, now: () => base.clock.now(), setHealth };
  return {
    precheck: openPrecheck(check),
    surface_validate: openSurfaceValidate({
      ...parts,
      owner: buildOwner(base),
      stop: limited(2, (runId) => parts.runs.stop(runId)),
    }),
    final_check: openFinalCheck(check),
  };
}
