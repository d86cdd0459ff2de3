import type { ProbeReport } from '../core/drive';
import type { HostLook } from '../core/remote-run';
import { batched } from './batched';
import { openBeat, type Beat } from './beat';
import type { BurninParts } from './burnin-parts';
import { Deliveries } from './deliveries';
import { Followers } from './followers';
import { Gates } from './gates';
import { Grants } from './grants';
import { Housekeeper } from './housekeeper';
import { Inventory } from './inventory';
import { Janitor } from './janitor';
import { NasTruth } from './nas-truth';
import { Poller } from './poller';
import { Reports } from './reports';
import { openStageRunners } from './stages/open-stage-runners';
import { ResultNotes } from './result-notes';
import { SmartClock } from './smart-clock';
import { Stations } from './stations';
import { Troubles } from './troubles';
import { UnlockTries } from './unlock-tries';

/** What the parts of an engine call back. */
export interface EngineHooks {
  /** A drive's view changed. */
  touch(serial: string): void;
  /** Something changed that others have to follow. */
  changed(serials: readonly string[]): void;
  /** A poll is over. */
  polled(): void;
}

/** The parts of one engine, joined with each other. */
export interface EngineParts {
  readonly beat: Beat;
  readonly troubles: Troubles;
  readonly gates: Gates;
  readonly stations: Stations;
  readonly grants: Grants;
  readonly tries: UnlockTries;
  readonly inventory: Inventory;
  readonly followers: Followers;
  readonly smartClock: SmartClock;
  readonly truth: NasTruth;
  readonly facts: Facts;
  readonly janitor: Janitor;
  readonly poller: Poller;
  readonly reports: Reports;
  readonly deliveries: Deliveries;
}

/** Builds the parts of an engine. Nothing starts. */
export function openEngineParts(parts: BurninParts, hooks: EngineHooks): EngineParts {
  const { base } = parts;
  const troubles = new Troubles(base);
  const grants = new Grants(base, hooks.touch);
  const progressOf = (jobId: string) => followers.progressOf(jobId);
  const smartOf = (serial: string) => smartClock.of(serial);
  const inventory = new Inventory({
    base,
    troubles,
    grants,
    progressOf,
    smartOf,
    slotOf: (serial) => truth.slotOf(serial),
  });
  const truth = openTruth(parts, hooks);
  const smartClock = openSmartClock(parts, hooks, { troubles, inventory });
  const janitor = new Janitor(base, parts.runs, troubles);
  const shared = {
    beat: openBeat(base.clock, parts.lookEveryMs),
    troubles,
    gates: new Gates(base),
    stations: new Stations(base),
    grants,
    tries: new UnlockTries(base.clock),
    inventory,
    smartClock,
    truth,
    facts: openFacts(truth, smartClock),
    janitor,
  };
  const look = batched(() => parts.runs.look());
  const followers: Followers = openFollowers(parts, hooks, { ...shared, look });
  const poller = openPoller(parts, hooks, { ...shared, look });
  return { ...shared, followers, poller, ...openReports(parts, inventory) };
}

/** Everything that is known of the drives, from all sources. */
export interface Facts {
  /** For showing. */
  poll(): Promise<ProbeReport>;
  /** For deciding: all sources asked afresh. */
  fresh(): Promise<ProbeReport>;
}

function openFacts(truth: NasTruth, smartClock: SmartClock): Facts {
  const withSelfTests = (report: ProbeReport): ProbeReport => {
    smartClock.noteBoot(report.bootId);
    const drives = report.drives.map(({ drive, locks }) => {
      return { drive, locks: [...locks, ...smartClock.locksOf(drive.serial)] };
    });
    return { ...report, drives };
  };
  return {
    poll: async () => withSelfTests(await truth.poll()),
    fresh: async () => withSelfTests(await truth.fresh()),
  };
}

function openTruth(parts: BurninParts, hooks: EngineHooks): NasTruth {
  const { base, probe, middleware, isWatchOnly, mayWriteDescription } = parts;
  const notes = middleware !== null && mayWriteDescription ? new ResultNotes({ base, middleware }) : null;
  return new NasTruth({
    base,
    probe: isWatchOnly ? null : probe,
    middleware,
    took: () => void notes?.write(),
    changed: () => hooks.changed([]),
  });
}

function openSmartClock(
  { base, probe }: BurninParts,
  hooks: EngineHooks,
  { troubles, inventory }: Pick<EngineParts, 'troubles' | 'inventory'>,
): SmartClock {
  return new SmartClock({
    base,
    probe,
    troubles,
    drives: () => inventory.listPresent(),
    changed: (serials) => serials.forEach((serial) => hooks.touch(serial)),
  });
}

type Shared = Omit<EngineParts, 'followers' | 'poller' | 'reports' | 'deliveries'> & {
  readonly look: () => Promise<HostLook>;
};

function openFollowers(parts: BurninParts, hooks: EngineHooks, shared: Shared): Followers {
  const { base, runs, probe, deviceTypes, makeId } = parts;
  const { beat, stations, troubles, gates, inventory, truth, look } = shared;
  const runners = openStageRunners({
    base,
    runs,
    probe,
    look,
    askBeforeRun: (drive) => truth.askBeforeRun(drive),
    deviceTypes,
    makeRunId: makeId,
    setHealth: (serial, isHealthy) => inventory.setHealth(serial, isHealthy),
    physicalSectorBytes: (serial) => inventory.physicalSectorBytes(serial),
  });
  return new Followers({
    base,
    beat,
    stations,
    runners,
    troubles,
    tickets: gates,
    touch: hooks.touch,
    ended: (job, isSentOn) => {
      if (!isSentOn) gates.forgetTicket(job.id);
      hooks.changed([job.drive.serial]);
    },
  });
}

function openPoller(
  { base, isWatchOnly }: BurninParts,
  hooks: EngineHooks,
  { grants, inventory, janitor, facts, smartClock, look }: Shared,
): Poller {
  const housekeeper = new Housekeeper(base);
  return new Poller({
    base,
    probe: facts.poll,
    probeDeeply: facts.fresh,
    // Without SSH nobody knows of runs: not that there are none.
    look: isWatchOnly ? () => Promise.resolve(null) : look,
    took: (report, host) => {
      // First: no drive is shown with a permission that what was found has ended.
      grants.review(report);
      inventory.take(report);
      if (host !== null) {
        janitor.take(host);
        smartClock.start();
      }
      housekeeper.tidy();
    },
    polled: () => hooks.changed([]),
    ended: hooks.polled,
  });
}

function openReports({ base, notifiers }: BurninParts, inventory: Inventory) {
  const reports = new Reports({
    base,
    jobView: (job) => inventory.jobView(job),
    channels: notifiers.map((notifier) => notifier.channel),
    queued: () => deliveries.kick(),
  });
  const deliveries = new Deliveries({ base, notifiers, build: (job) => reports.build(job) });
  return { reports, deliveries };
}
