import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';

import { drives, type DriveUse } from './drive-catalog';
import { findDrive, findPresent, insertDrive, pullDrive, renumberDrives, swapDrives } from './drive-moves';
import { buildFreshState, type HostState } from './host-state';
import { pools } from './pools';
import { endTest, interruptTests, startTest, type RehearsalHost } from './rehearsal-host';
import type { RehearsalControls } from './rehearsal-controls';
import type { RehearsalServer } from './ssh-server';
import type { Middleware } from './truenas/middleware';
import { killWriters } from './writers';

export interface ControlParts {
  readonly host: RehearsalHost;
  readonly server: RehearsalServer;
  readonly middleware: Middleware;
  /** Seconds of the NAS to one of ours, as it was opened. */
  readonly speed: number;
}

export function buildControls(parts: ControlParts): RehearsalControls {
  return { ...buildPowerControls(parts), ...buildDriveControls(parts), ...buildPoolControls(parts) };
}

type Power = 'reset' | 'reboot' | 'completeAll' | 'slowDown' | 'cut' | 'revokeKey';

function buildPowerControls({
  host,
  server,
  middleware,
  speed,
}: ControlParts): Pick<RehearsalControls, Power> {
  const cutPower = async () => {
    server.dropConnections();
    server.killCommands();
    middleware.restart();
    await emptyRun(host.root);
    const selfTests = interruptTests(host);
    host.clock.restart();
    return selfTests;
  };
  let healing: NodeJS.Timeout | undefined;
  const setCut = (isCut: boolean) => {
    server.setCut(isCut);
    middleware.setCut(isCut);
  };
  return {
    reset: async () => {
      await cutPower();
      for (const dir of ['sys', 'rehearsal/drives']) remove(path.join(host.root, dir));
      host.change(buildFreshState(host.state.version));
    },
    reboot: async () => {
      const selfTests = await cutPower();
      remove(path.join(host.root, 'sys'));
      host.change({ bootId: randomUUID(), selfTests, tableNames: null });
    },
    // Eight sweeps over the slowest of all drives, and some more.
    completeAll: () =>
      host.clock.advance(1.1 * Math.max(...drives.map((each) => (8 * each.sizeBytes) / each.bytesPerS))),
    slowDown: (factor) => host.clock.setSpeed(speed / factor),
    cut: (durationMs) => {
      clearTimeout(healing);
      setCut(true);
      healing = setTimeout(() => setCut(false), durationMs);
      healing.unref();
    },
    revokeKey: () => host.change({ revoked: 'operator' }),
  };
}

type Drives = 'renumber' | 'failDrive' | 'pull' | 'insert' | 'hotSwap' | 'startSelfTest' | 'endSelfTest';

function buildDriveControls({ host }: ControlParts): Pick<RehearsalControls, Drives> {
  return {
    renumber: (serials) => host.change(renumberDrives(host.state, serials)),
    failDrive: (serial) =>
      host.change({ failed: [...new Set([...host.state.failed, findDrive(serial).serial])] }),
    pull: (serial) => host.change(pullDrive(host.state, serial)),
    insert: (serial) => host.change(insertDrive(host.state, serial)),
    hotSwap: (out, into) => host.change(swapDrives(host.state, out, into)),
    startSelfTest: (serial, kind = 'LONG') => {
      const entry = findPresent(host.state, serial);
      if (entry.drive.smart === 'not_available') throw new Error(`drive ${serial} has no SMART`);
      startTest(host, entry, { kind, endsS: null });
    },
    endSelfTest: (serial, outcome = 'passed') => endTest(host, findDrive(serial).serial, outcome),
  };
}

function buildPoolControls({
  host,
}: ControlParts): Pick<RehearsalControls, 'startScrub' | 'endScrub' | 'setPool'> {
  return {
    startScrub: (pool = 'tank', kind = 'scrub') =>
      host.change({ scans: { ...host.state.scans, [knownPool(pool)]: kind } }),
    endScrub: (pool = 'tank') => host.change({ scans: withoutScan(host.state, knownPool(pool)) }),
    setPool: (pool, condition) =>
      host.change({
        pools: { ...host.state.pools, [knownPool(pool, 'boot_pool')]: condition },
        scans: withoutScan(host.state, pool),
      }),
  };
}

function knownPool(name: string, except?: DriveUse): string {
  if (pools.some((pool) => pool.name === name && pool.use !== except)) return name;
  throw new Error(`the rehearsal NAS has no pool ${name} to do this to`);
}

function withoutScan({ scans }: HostState, pool: string): HostState['scans'] {
  return Object.fromEntries(Object.entries(scans).filter(([name]) => name !== pool));
}

/** Takes `/run` away in one step before the writers, so that no supervisor leaves a result behind. */
async function emptyRun(root: string): Promise<void> {
  const trash = path.join(root, `rehearsal/trash-${randomUUID()}`);
  renameSync(path.join(root, 'run'), trash);
  mkdirSync(path.join(root, 'run'));
  await killWriters(root);
  remove(path.join(root, 'rehearsal/locks'));
  remove(trash);
}

function remove(target: string): void {
  rmSync(target, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
}
