import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { StoreUnreachableError } from '../core/refusal';
import type { Settings } from '../core/settings';
import { buildTopicName } from '../core/topics';
import { openRehearsalNas } from '../demo/rehearsal-nas';
import { openMqttLink, type MqttLink } from '../mqtt/open-mqtt-link';
import { openDriveProbe } from '../nas/open-drive-probe';
import { openRemoteRuns } from '../nas/open-remote-runs';
import { openSshShell } from '../nas/open-ssh-shell';
import type { Shell } from '../nas/shell';
import { openMailer } from '../notify/open-mailer';
import { openWebhook } from '../notify/open-webhook';
import { openStore, type Store } from '../store/open-store';
import { takeProcessLock, type ProcessLock } from '../store/process-lock';
import type { Burnin, BurninEvents } from './burnin';
import { createBus } from './bus';
import { createBurnin } from './create-burnin';
import type { EngineBase, LogLevel } from './engine-base';
import { LaterShell } from './later-shell';
import { systemClock } from './system-clock';

export interface BurninOptions {
  readonly settings: Settings;
  log(level: LogLevel, text: string): void;
  /** Milliseconds between two looks at the running stages; fit for the NAS unless given. */
  readonly lookEveryMs?: number;
}

/** How often running stages are looked at; a rehearsal, whose days last seconds, wants it more often. */
const usualLookEveryMs = 2_000;
const rehearsalLookEveryMs = 400;

/** Hotter than any drive's rated limit: a shelf in this state does not need another writer. */
const maxStartTemperatureC = 60;

/**
 * Builds the engine of one NAS with everything real: store, shell, clients, clock. Returns at once and connects in the
 * background. Throws when the database cannot be opened, and StoreUnreachableError when another process has it open or
 * holds it; nothing is left open then.
 */
export function openBurnin(options: BurninOptions): Burnin {
  const files = openFiles(options.settings);
  try {
    return openOnFiles(options, files);
  } catch (error) {
    files.close();
    throw error;
  }
}

/** The database, ours alone. */
interface Files {
  readonly store: Store;
  close(): void;
}

function openFiles(settings: Settings): Files {
  const lock = lockDatabase(settings);
  try {
    const store = openStore(path.join(settings.dataDir, `${settings.nas}.db`));
    return { store, close: () => closeFiles(store, lock) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The lock last: while the store is open, nobody else may have it. */
function closeFiles(store: Store, lock: ProcessLock): void {
  try {
    store.close();
  } finally {
    lock.release();
  }
}

/** Two engines on one database would follow the same runs, and each would call those of the other vanished. */
function lockDatabase({ dataDir, nas }: Settings): ProcessLock {
  const lock = takeProcessLock(buildLockFile({ dataDir, nas }));
  if (lock !== null) return lock;
  throw new StoreUnreachableError(
    `Another Node-RED already serves the NAS "${nas}" from this directory; stop it, or choose another data directory than ${path.resolve(dataDir)}.`,
  );
}

/** Whoever holds this file serves the NAS. */
export function buildLockFile({ dataDir, nas }: Pick<Settings, 'dataDir' | 'nas'>): string {
  return path.join(dataDir, `${nas}.lock`);
}

function openOnFiles({ settings, log, lookEveryMs }: BurninOptions, { store, close }: Files): Burnin {
  const bus = createBus<BurninEvents>((error) => log('error', `listener: ${String(error)}`));
  const base: EngineBase = { nas: settings.nas, store, clock: systemClock, bus, log };
  const host = openHost(settings);
  const { shell } = host;
  const link = openMqtt(base, settings, (request) => void burnin.request({ ...request, ...mqttDoor }));
  const notifiers = [openMailer(settings.notify), openWebhook(settings.notify)].filter(
    (item) => item !== null,
  );
  const burnin = createBurnin({
    base,
    runs: openRemoteRuns(shell),
    probe: openDriveProbe(shell, settings.deviceTypes),
    link: shell,
    notifiers,
    deviceTypes: settings.deviceTypes,
    maxParallel: settings.maxParallel,
    lookEveryMs: lookEveryMs ?? (settings.ssh === null ? rehearsalLookEveryMs : usualLookEveryMs),
    maxStartTemperatureC,
    makeId: randomUUID,
    topicDrive: buildTopicName,
    closeLinks: async () => {
      await Promise.all([link.close(), host.close()]);
    },
    closeStore: close,
  });
  publish(burnin, link);
  return burnin;
}

const mqttDoor = { origin: 'mqtt', gateId: null, context: {} } as const;

function openHost(settings: Settings): { shell: Shell; close(): Promise<void> } {
  if (settings.ssh !== null) {
    const shell = openSshShell(settings.ssh);
    return { shell, close: () => shell.close() };
  }
  const opening = openRehearsalNas({ dir: path.join(settings.dataDir, 'rehearsal') });
  const shell = new LaterShell(opening.then((nas) => openSshShell(nas.ssh)));
  const close = async (): Promise<void> => {
    await shell.close();
    const nas = await opening.catch(() => null);
    await nas?.close();
  };
  return { shell, close };
}

function openMqtt(
  base: EngineBase,
  settings: Settings,
  onRequest: Parameters<typeof openMqttLink>[0]['onRequest'],
): MqttLink {
  return openMqttLink({
    nas: base.nas,
    settings: settings.mqtt,
    clock: base.clock,
    onRequest,
    onNoise: (text) => base.log('warn', `mqtt: ${text}`),
  });
}

/** Everything that is known now, then everything that changes: retained state is right from the first connection on. */
function publish(burnin: Burnin, link: MqttLink): void {
  burnin.on('nas', (view) => link.publishNas(view));
  burnin.on('drive', (view) => link.publishDrive(view));
  burnin.on('gone', (serial) => link.removeDrive(serial));
  burnin.on('event', (event) => link.publishEvent(event));
  burnin.on('answer', (answer) => link.respond(answer));
  link.publishNas(burnin.view());
  for (const view of burnin.drives()) link.publishDrive(view);
}
