import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { StoreUnreachableError, UnreachableError } from '../core/refusal';
import type { Settings } from '../core/settings';
import { buildTopicName } from '../core/topics';
import { openRehearsalNas, type RehearsalNas } from '../demo/rehearsal-nas';
import { openMqttLink, type MqttLink } from '../mqtt/open-mqtt-link';
import { openDriveProbe } from '../nas/open-drive-probe';
import { openRemoteRuns } from '../nas/open-remote-runs';
import { openSshShell } from '../nas/open-ssh-shell';
import type { Shell } from '../nas/shell';
import { openMidcltCaller } from '../nas/truenas/open-midclt-caller';
import { openTruenasNas } from '../nas/truenas/open-truenas-nas';
import { openTruenasSocket } from '../nas/truenas/open-truenas-socket';
import type { TruenasCaller } from '../nas/truenas/truenas-caller';
import { watchOnlyDrives, watchOnlyRuns } from '../nas/watch-only';
import { openMailer } from '../notify/open-mailer';
import { openWebhook } from '../notify/open-webhook';
import { openStore, type Store } from '../store/open-store';
import { takeProcessLock, type ProcessLock } from '../store/process-lock';
import type { Burnin, BurninEvents } from './burnin';
import type { BurninParts } from './burnin-parts';
import { createBus } from './bus';
import { createBurnin } from './create-burnin';
import { describeError, type EngineBase, type LogLevel } from './engine-base';
import { LaterCaller } from './later-caller';
import { LaterShell } from './later-shell';
import type { Middleware } from './middleware';
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
  const link = openMqtt(base, settings, (request) => void burnin.request({ ...request, ...mqttDoor }));
  const notifiers = [openMailer(settings.notify), openWebhook(settings.notify)].filter(
    (item) => item !== null,
  );
  const burnin = createBurnin({
    base,
    ...host,
    mayWriteDescription: settings.mayWriteDescription,
    notifiers,
    dailyReport: settings.dailyReport,
    deviceTypes: settings.deviceTypes,
    maxParallel: settings.maxParallel,
    lookEveryMs: lookEveryMs ?? (settings.ssh === null ? rehearsalLookEveryMs : usualLookEveryMs),
    maxStartTemperatureC,
    makeId: randomUUID,
    topicDrive: buildTopicName,
    closeLinks: async () => {
      // What cannot be closed well must not keep the database from the next engine.
      for (const end of await Promise.allSettled([link.close(), host.close()])) {
        if (end.status === 'rejected') log('warn', `closing: ${describeError(end.reason)}`);
      }
    },
    closeStore: close,
  });
  publish(burnin, link);
  return burnin;
}

const mqttDoor = { origin: 'mqtt', gateId: null, context: {} } as const;

/** The NAS from outside: what can be asked of it, and by which ways. */
interface Host extends Pick<BurninParts, 'runs' | 'probe' | 'link' | 'isWatchOnly' | 'middleware'> {
  close(): Promise<void>;
}

function openHost(settings: Settings): Host {
  const { ssh, truenas } = settings;
  if (ssh !== null) return openShellHost(settings, openSshShell(ssh));
  if (truenas !== null) return openWatchedHost(openTruenasSocket(truenas));
  return openRehearsal(settings);
}

/** With an API key its socket is asked, else `midclt` on the host, where there is one. */
function openShellHost(settings: Settings, shell: Shell, socket?: TruenasCaller): Host {
  const { truenas, deviceTypes } = settings;
  const caller = socket ?? (truenas === null ? openMidcltCaller(shell) : openTruenasSocket(truenas));
  return {
    runs: openRemoteRuns(shell),
    probe: openDriveProbe(shell, deviceTypes),
    link: shell,
    isWatchOnly: false,
    middleware: openMiddleware(caller, { hasHost: true, isOptional: caller.view.way === 'midclt' }),
    close: () => closeAll([caller, shell]),
  };
}

/** No SSH: TrueNAS CORE, or a TrueNAS that is only to be watched. */
function openWatchedHost(caller: TruenasCaller): Host {
  return {
    runs: watchOnlyRuns,
    probe: watchOnlyDrives,
    link: {
      get state() {
        return caller.view.link;
      },
      get message() {
        return caller.view.message;
      },
      onChange: (listener) => caller.onChange(listener),
    },
    isWatchOnly: true,
    middleware: openMiddleware(caller, { hasHost: false, isOptional: false }),
    close: () => closeAll([caller]),
  };
}

function openRehearsal(settings: Settings): Host {
  const dir = path.join(settings.dataDir, 'rehearsal');
  const opening = openRehearsalNas({ dir, version: settings.rehearsal });
  const host = openRehearsalHost(settings, opening);
  const closeNas = async (): Promise<void> => (await opening.catch(() => null))?.close();
  return { ...host, close: () => host.close().finally(closeNas) };
}

/** As a NAS of its version is reached: a CORE by its API alone, a plain Linux by SSH alone, the others by both. */
function openRehearsalHost(settings: Settings, opening: Promise<RehearsalNas>): Host {
  const openCaller = () => new LaterCaller(opening.then(openRehearsalSocket));
  const openShell = () => new LaterShell(opening.then((nas) => openSshShell(nas.ssh)));
  if (settings.rehearsal.startsWith('core')) return openWatchedHost(openCaller());
  if (settings.rehearsal === 'linux') return openShellHost(settings, openShell());
  return openShellHost(settings, openShell(), openCaller());
}

function openRehearsalSocket({ truenas }: RehearsalNas): TruenasCaller {
  if (truenas === null) throw new UnreachableError('the rehearsal NAS is no TrueNAS');
  return openTruenasSocket(truenas);
}

function openMiddleware(
  caller: TruenasCaller,
  { hasHost, isOptional }: { readonly hasHost: boolean; readonly isOptional: boolean },
): Middleware {
  return {
    ...openTruenasNas(caller, { hasHost }),
    get view() {
      return caller.view;
    },
    isOptional,
    onHint: (listener) => caller.onHint(listener),
    onChange: (listener) => caller.onChange(listener),
  };
}

/** Each is closed, whatever becomes of the others. */
async function closeAll(items: readonly { close(): Promise<void> }[]): Promise<void> {
  const ends = await Promise.allSettled(items.map((item) => item.close()));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
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
