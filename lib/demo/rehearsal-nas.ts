import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import type { SshSettings, TruenasSettings } from '../core/settings';
import { buildControls } from './controls';
import type { RehearsalControls } from './rehearsal-controls';
import { drives, type RehearsalDrive } from './drive-catalog';
import { openFastClock } from './fast-clock';
import { buildFreshState, defaultVersion, loadState, saveState } from './host-state';
import { writeTree } from './host-tree';
import { putFile } from './put-file';
import { buildHost, type RehearsalHost } from './rehearsal-host';
import { installFakes, runCommand } from './run-command';
import { generateHostKey, openRehearsalServer, type RehearsalServer } from './ssh-server';
import { openMiddleware, type Middleware, type MiddlewareControls } from './truenas/middleware';
import type { ApiTimings } from './truenas/world';
import type { RehearsalVersion } from './truenas/versions';
import { findWriters, forgetProcesses, sweepProcesses } from './writers';

export type { RehearsalVersion } from './truenas/versions';

/** Four patterns on 18 TB at 200 MB/s take eight days, or twenty seconds at this speed. */
const defaultSpeed = 36_000;
const sweepMs = 500;

export interface RehearsalNasOptions {
  /** Directory that is the NAS. Another open of it finds the NAS as it was, with its running writers. */
  readonly dir: string;
  /** Seconds of the NAS to one of ours, a whole number; 36 000 unless given. */
  readonly speed?: number;
  /** What it is from now on; as it was unless given, and `25.10` when it is new. */
  readonly version?: RehearsalVersion;
  /** The real middleware's waits and limits, where a test wants others. */
  readonly api?: Partial<ApiTimings>;
}

/**
 * A NAS to rehearse on: an SSH server and the middleware of TrueNAS in this process, with a directory for a disk shelf and
 * small scripts for tools. It runs the very scripts that a real NAS gets, and nothing it does leaves its directory.
 */
export interface RehearsalNas extends RehearsalControls {
  readonly ssh: SshSettings;
  /** Where its API is and who may use it; null for a plain Linux. Another version may have another port. */
  readonly truenas: TruenasSettings | null;
  readonly version: RehearsalVersion;
  /** Every drive it can have, in the order of their first names. */
  readonly drives: readonly RehearsalDrive[];
  /** What may happen to the API alone. */
  readonly api: MiddlewareControls;
  /** Seconds since its boot, on its own fast clock. */
  uptimeS(): number;
  /** Becomes another release, or a plain Linux, as by an update: every connection to the API is dropped, all else stays. */
  setVersion(version: RehearsalVersion): Promise<void>;
  /** Ends the servers. Writers go on, as they do on a NAS that outlives its controller. */
  close(): Promise<void>;
}

/** Opens the NAS of a directory, a new one where there is none. Rejects when the directory cannot be written. */
export async function openRehearsalNas(options: RehearsalNasOptions): Promise<RehearsalNas> {
  mkdirSync(options.dir, { recursive: true, mode: 0o700 });
  chmodSync(options.dir, 0o700);
  const root = path.resolve(options.dir);
  const found = loadState(root) ?? buildFreshState(options.version ?? defaultVersion);
  const state = { ...found, version: options.version ?? found.version };
  saveState(root, state);
  writeTree(root, state);
  const speed = Math.max(1, Math.round(options.speed ?? defaultSpeed));
  const host = buildHost(root, state, openFastClock(root, speed));
  const run = (command: string, channel: Parameters<typeof runCommand>[2]) =>
    runCommand(root, command, channel);
  const server = await openRehearsalServer(loadHostKey(root), run);
  const middleware = await openMiddleware(host, options.api);
  installFakes(root, state.version !== 'linux');
  const hasLostPower = await findPowerCut(root);
  const nas = buildNas({ host, server, middleware, speed });
  if (hasLostPower) await nas.reboot();
  return nas;
}

interface Parts {
  readonly host: RehearsalHost;
  readonly server: RehearsalServer;
  readonly middleware: Middleware;
  readonly speed: number;
}

function buildNas(parts: Parts): RehearsalNas {
  const { host, server, middleware } = parts;
  const sweeper = setInterval(() => sweepProcesses(host.root), sweepMs);
  sweeper.unref();
  const controls = buildControls(parts);
  middleware.controls.obey(controls);
  return {
    ...controls,
    ssh: server.ssh,
    get truenas() {
      return middleware.settings;
    },
    get version() {
      return host.state.version;
    },
    drives,
    api: middleware.controls,
    uptimeS: () => host.clock.uptimeS(),
    setVersion: async (version) => {
      host.change({ version });
      installFakes(host.root, version !== 'linux');
      await middleware.follow();
    },
    close: async () => {
      clearInterval(sweeper);
      await Promise.all([server.close(), middleware.close()]);
      host.clock.close();
    },
  };
}

/**
 * True when writers were cut off with the machine, or the container, that the NAS lived in: all of them at once, and
 * without a trace but their entries in `/proc`.
 */
async function findPowerCut(root: string): Promise<boolean> {
  const { alive, dead } = await findWriters(root);
  forgetProcesses(root, dead);
  return dead.length > 0 && alive.length === 0;
}

function loadHostKey(root: string): string {
  const file = path.join(root, 'rehearsal/host_key');
  if (!existsSync(file)) putFile(file, generateHostKey(), 0o600);
  return readFileSync(file, 'utf8');
}
