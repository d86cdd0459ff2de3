import type {
  DriveIdentity,
  PoolActivity,
  ProbedDrive,
  ProbeReport,
  SafetyLock,
  UnfitDevice,
} from '../../dist/lib/core/drive.js';
import { UnreachableError } from '../../dist/lib/core/refusal.js';
import type { HostLook, RunLook, RunRecord, RunSpec, StartAnswer } from '../../dist/lib/core/remote-run.js';
import type { SmartAnswer, SmartReading, SmartRound } from '../../dist/lib/core/smart.js';
import type { DriveProbe } from '../../dist/lib/nas/drive-probe.js';
import type { RemoteRuns } from '../../dist/lib/nas/remote-runs.js';
import { logHead, phasesLog, runLook } from './looks.mts';

/** A NAS in memory, at the border where the engine meets the real one. Runs move only when a test moves them. */
export class FakeHost implements RemoteRuns, DriveProbe {
  bootId = 'boot-1';
  clockS = 1_800_000_000;
  isReachable = true;
  smart: SmartReading = { kind: 'not_available', reason: 'loop device' };
  /** What the drives answer when many are asked; without an entry as `smart`. */
  readonly smartOf = new Map<string, SmartAnswer>();
  /** Serials of every round of SMART questions. */
  readonly smartRounds: string[][] = [];
  /** What the next start answers instead of starting. */
  refusal: Extract<StartAnswer, { kind: 'refused' }> | null = null;
  /** The next start happens, but its answer is lost. */
  losesAnswer = false;
  readonly starts: RunSpec[] = [];
  readonly stops: string[] = [];
  readonly runs = new Map<string, { look: RunLook; badBlocks: number[]; drive: DriveIdentity }>();
  readonly drives: ProbedDrive[] = [];
  readonly gaps: string[] = [];
  readonly unfit: UnfitDevice[] = [];
  readonly activities: PoolActivity[] = [];

  addDrive(serial: string, locks: SafetyLock[] = []): DriveIdentity {
    const drive = {
      serial,
      wwn: null,
      sizeBytes: 64 * 2 ** 20,
      name: `sd${this.drives.length}`,
      deviceNumber: `8:${this.drives.length}`,
      type: 'disk',
      model: 'Model X',
      physicalSectorBytes: 4096,
      isRotational: true,
      transport: 'sata',
      temperatureC: 30,
    };
    this.drives.push({ drive, locks });
    return drive;
  }

  /** What the next probe finds on a drive. */
  setLocks(serial: string, locks: SafetyLock[]): void {
    const index = this.drives.findIndex(({ drive }) => drive.serial === serial);
    const probed = this.drives[index];
    if (probed === undefined) throw new Error(`no drive ${serial}`);
    this.drives[index] = { ...probed, locks };
  }

  /** Ends the run of a drive as a clean four-pattern run, or with what a test wants different. */
  finish(serial: string, changes: Partial<RunLook> = {}, badBlocks: number[] = []): void {
    const run = [...this.runs.values()].findLast((item) => item.look.serial === serial);
    if (run === undefined) throw new Error(`no run on ${serial}`);
    const { look, drive } = run;
    const { startedUptimeS } = look;
    const deviceMovedBytes = 8 * drive.sizeBytes;
    const clean = {
      isHeld: false,
      result: 'exit 0',
      deviceMovedBytes,
      endedUptimeS: (startedUptimeS ?? 0) + 10,
    };
    run.look = { ...look, ...clean, log: runLook().log, badBlockCount: badBlocks.length, ...changes };
    run.badBlocks = badBlocks;
  }

  reboot(): void {
    this.bootId = `boot-${Number(this.bootId.slice(5)) + 1}`;
    this.runs.clear();
  }

  probe(): Promise<ProbeReport> {
    return this.#answer(() => ({
      bootId: this.bootId,
      uptimeS: 100,
      drives: [...this.drives],
      gaps: [...this.gaps],
      unfit: [...this.unfit],
      activities: [...this.activities],
      hasMiddleware: false,
    }));
  }

  readSmart(): Promise<SmartReading> {
    return this.#answer(() => this.smart);
  }

  readSmartOfAll(drives: readonly DriveIdentity[]): Promise<SmartRound> {
    this.smartRounds.push(drives.map(({ serial }) => serial));
    return this.#answer(() => ({
      bootId: this.bootId,
      answers: drives.map(({ serial }) => this.smartOf.get(serial) ?? this.smart),
    }));
  }

  look(): Promise<HostLook> {
    const runs = [...this.runs.values()].map((run) => run.look);
    return this.#answer(() => ({ bootId: this.bootId, uptimeS: 100, clockS: this.clockS, runs }));
  }

  start(spec: RunSpec): Promise<StartAnswer> {
    if (!this.isReachable)
      return this.#answer<StartAnswer>(() => ({ kind: 'refused', code: 'expired', detail: '' }));
    if (this.runs.has(spec.runId))
      return Promise.resolve({ kind: 'refused', code: 'run_exists', detail: spec.runId });
    if (this.refusal !== null) return Promise.resolve(this.refusal);
    this.starts.push(spec);
    const { runId, owner, drive } = spec;
    const log = logHead + (phasesLog('0xaa').split('Reading')[0] ?? '');
    const { serial } = drive;
    const look = runLook({
      runId,
      owner,
      serial,
      bootId: this.bootId,
      isHeld: true,
      result: null,
      movedBytes: drive.sizeBytes,
      endedUptimeS: null,
      startedUptimeS: 50,
      log,
    });
    this.runs.set(runId, { look, badBlocks: [], drive });
    if (this.losesAnswer) return Promise.reject(new UnreachableError('connection lost'));
    return Promise.resolve({ kind: 'started', name: 'sda', pid: 1, bootId: this.bootId, form: 'setsid' });
  }

  collect(runId: string): Promise<RunRecord | null> {
    const run = this.runs.get(runId);
    return this.#answer(() =>
      run ? { look: run.look, badBlocks: run.badBlocks, driveNow: run.drive } : null,
    );
  }

  stop(runId: string): Promise<'gone' | 'stuck' | 'no_such_run'> {
    this.stops.push(runId);
    const run = this.runs.get(runId);
    if (run !== undefined) run.look = { ...run.look, isHeld: false, result: 'exit 1', endedUptimeS: 60 };
    return this.#answer(() => (run === undefined ? 'no_such_run' : 'gone'));
  }

  clear(runId: string): Promise<void> {
    this.runs.delete(runId);
    return this.#answer(() => undefined);
  }

  #answer<T>(build: () => T): Promise<T> {
    if (!this.isReachable) return Promise.reject(new UnreachableError('the NAS does not answer'));
    return Promise.resolve(build());
  }
}
