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
import { Poller } from './poller';
import { Reports } from './reports';
import { openStageRunners } from './stages/open-stage-runners';
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
  const inventory = new Inventory({ base, troubles, grants, progressOf });
  const janitor = new Janitor(base, parts.runs, troubles);
  const shared = {
    beat: openBeat(base.clock, parts.lookEveryMs),
    troubles,
    gates: new Gates(base),
    stations: new Stations(base),
    grants,
    tries: new UnlockTries(base.clock),
    inventory,
    janitor,
  };
  const look = batched(() => parts.runs.look());
  const followers: Followers = openFollowers(parts, hooks, { ...shared, look });
  const poller = openPoller(parts, hooks, { ...shared, look });
  return { ...shared, followers, poller, ...openReports(parts, inventory) };
}

type Shared = Omit<EngineParts, 'followers' | 'poller' | 'reports' | 'deliveries'> & {
  readonly look: () => Promise<HostLook>;
};

function openFollowers(parts: BurninParts, hooks: EngineHooks, shared: Shared): Followers {
  const { base, runs, probe, deviceTypes, makeId } = parts;
  const { beat, stations, troubles, gates, inventory, look } = shared;
  const runners = openStageRunners({
    base,
    runs,
    probe,
    look,
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
  { base, probe }: BurninParts,
  hooks: EngineHooks,
  { grants, inventory, janitor, look }: Shared,
): Poller {
  const housekeeper = new Housekeeper(base);
  return new Poller({
    base,
    probe: () => probe.probe(),
    look,
    took: (report, host) => {
      // First: no drive is shown with a permission that what was found has ended.
      grants.review(report);
      inventory.take(report);
      janitor.take(host);
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
