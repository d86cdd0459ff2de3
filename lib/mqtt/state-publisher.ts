import { buildDriveAttributes } from '../core/build-drive-attributes';
import { buildDriveState, buildUrgentKey } from '../core/build-drive-state';
import { buildNasState } from '../core/build-nas-state';
import type { Clock } from '../core/clock';
import type { NasTopics } from '../core/topics';
import type { DriveView, NasView } from '../core/views';
import type { Outbox } from './outbox';

/** Figures that tick are sent at most this often per drive; everything else at once. */
export const driveIntervalMs = 5_000;

/** Turns views into retained topics. */
export interface StatePublisher {
  publishNas(view: NasView): void;
  publishDrive(view: DriveView): void;
  removeDrive(serial: string): void;
}

export interface PublisherOptions {
  readonly topics: NasTopics;
  readonly clock: Clock;
  readonly outbox: Outbox;
}

interface KnownDrive {
  readonly view: DriveView;
  readonly finish: string | null;
}

/**
 * Builds the publisher of one NAS. It remembers the newest view of each drive: a NAS whose polls fail makes all its
 * drives unavailable, and the hottest drive is a figure of the NAS.
 */
export function buildStatePublisher({ topics, clock, outbox }: PublisherOptions): StatePublisher {
  const drives = new Map<string, KnownDrive>();
  let nasView: NasView | null = null;

  const publishAvailability = ({ drive, isPresent }: DriveView) => {
    const isAvailable = isPresent && nasView?.isStale !== true;
    outbox.retain(topics.drive(drive.serial).availability, isAvailable ? 'online' : 'offline');
  };
  const publishNasState = () => {
    if (nasView === null) return;
    outbox.retain(topics.state, JSON.stringify(buildNasState(nasView, readHottest(drives))));
  };

  return {
    publishNas(view) {
      const hasTurned = nasView?.isStale !== view.isStale;
      nasView = view;
      publishNasState();
      if (hasTurned) for (const known of drives.values()) publishAvailability(known.view);
    },
    publishDrive(view) {
      const { serial } = view.drive;
      const previousFinish = drives.get(serial)?.finish ?? null;
      const state = buildDriveState(view, { now: clock.now(), previousFinish });
      drives.set(serial, { view, finish: state.finish });
      publishAvailability(view);
      const pace = { urgentKey: buildUrgentKey(state), everyMs: driveIntervalMs };
      outbox.retain(topics.drive(serial).state, JSON.stringify(state), pace);
      outbox.retain(topics.drive(serial).attributes, JSON.stringify(buildDriveAttributes(view)));
      publishNasState();
    },
    removeDrive(serial) {
      drives.delete(serial);
      const { availability, state, attributes } = topics.drive(serial);
      for (const topic of [availability, state, attributes]) outbox.remove(topic);
      publishNasState();
    },
  };
}

function readHottest(drives: ReadonlyMap<string, KnownDrive>): number | null {
  const temperatures = [...drives.values()]
    .filter(({ view }) => view.isPresent)
    .flatMap(({ view }) => view.drive.temperatureC ?? []);
  return temperatures.length === 0 ? null : Math.max(...temperatures);
}
