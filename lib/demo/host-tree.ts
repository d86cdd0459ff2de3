import { existsSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';

import { spreadBadSpots, type BadSpot } from './drive-catalog';
import { deviceNumber, presentDrives, type HostState, type PresentDrive } from './host-state';
import { buildLsblkTable, buildMountTable, buildPoolStatus, partitionsOf } from './host-tables';
import { putFile, seedFile } from './put-file';
import { buildSmartReport } from './smart-report';

/**
 * Brings the directory tree that stands for the NAS (`/proc`, `/sys`, `/dev`, `/run` and the tables of its tools) into
 * line with the state. What the fakes count in (sectors, bad spots, contents) is created once and then left to them.
 */
export function writeTree(root: string, state: HostState): void {
  const present = presentDrives(state);
  for (const dir of ['run', 'proc', 'dev', 'rehearsal/locks', 'sys/block', 'sys/devices']) {
    mkdirSync(path.join(root, dir), { recursive: true });
  }
  putFile(path.join(root, 'proc/sys/kernel/random/boot_id'), `${state.bootId}\n`);
  putFile(path.join(root, 'proc/swaps'), 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n');
  putFile(path.join(root, 'rehearsal/lsblk'), buildLsblkTable(present));
  putFile(path.join(root, 'rehearsal/findmnt'), buildMountTable(present, state));
  putFile(path.join(root, 'rehearsal/zpool-status'), buildPoolStatus(present, state));
  for (const entry of present) {
    writeFacts(root, entry);
    writeSysDevice(path.join(root, 'sys/devices', entry.drive.serial), entry);
  }
  linkNames(path.join(root, 'sys/block'), present);
  writeNodes(path.join(root, 'dev'), present);
  const serials = new Set(present.map((entry) => entry.drive.serial));
  for (const serial of readdirSync(path.join(root, 'sys/devices'))) {
    if (!serials.has(serial))
      rmSync(path.join(root, 'sys/devices', serial), { recursive: true, force: true });
  }
}

/** Bad spots as the fake badblocks reads them: in the order of the disk. */
export function writeBadSpots(file: string, spots: readonly BadSpot[]): void {
  const sorted = [...spots].sort((a, b) => a.offsetBytes - b.offsetBytes);
  putFile(file, sorted.map(({ offsetBytes, kind }) => `${offsetBytes} ${kind}\n`).join(''));
}

/** The directory of what the fakes know about one drive. */
export function drivePath(root: string, serial: string): string {
  return path.join(root, 'rehearsal/drives', serial);
}

function writeFacts(root: string, entry: PresentDrive): void {
  const { drive } = entry;
  const dir = drivePath(root, drive.serial);
  const isNew = !existsSync(dir);
  putFile(
    path.join(dir, 'facts'),
    `${[drive.sizeBytes, drive.bytesPerS, entry.deviceNumber, drive.idleC ?? 0, drive.powerOnHours].join(' ')}\n`,
  );
  const report = buildSmartReport(entry);
  if (report !== null) {
    putFile(path.join(dir, 'smart.json'), report.json);
    putFile(path.join(dir, 'smart.exit'), `${report.exitStatus}\n`);
    writeTesting(dir, entry);
  }
  // ZFS closes a member that it has given up: the drive is then free to be claimed.
  if (entry.pool === 'online' || drive.use === 'mounted') {
    putFile(path.join(dir, 'used'), `${drive.use ?? ''}\n`);
  } else {
    rmSync(path.join(dir, 'used'), { force: true });
  }
  if (drive.use === 'mounted') putFile(path.join(dir, 'mounted'), '');
  if (isNew && drive.latent.length > 0) writeBadSpots(path.join(dir, 'latent'), drive.latent);
  if (!entry.isFailing) return;
  rmSync(path.join(dir, 'latent'), { force: true });
  if (!existsSync(path.join(dir, 'bad'))) writeBadSpots(path.join(dir, 'bad'), spreadBadSpots(drive));
}

/** What `smartctl` shows instead while a self-test is under way, with its start and end (0: nobody knows) on the NAS's clock. */
function writeTesting(dir: string, entry: PresentDrive): void {
  const test = entry.selfTests.find(({ outcome }) => outcome === null);
  if (test === undefined) {
    rmSync(path.join(dir, 'testing'), { force: true });
    return;
  }
  putFile(path.join(dir, 'smart-testing.json'), buildSmartReport(entry, test)?.json ?? '');
  putFile(path.join(dir, 'testing'), `${Math.floor(test.startedS)} ${Math.floor(test.endsS ?? 0)}\n`);
}

function writeSysDevice(dir: string, entry: PresentDrive): void {
  const { drive, name } = entry;
  for (const sub of ['holders', 'queue', 'device/hwmon']) mkdirSync(path.join(dir, sub), { recursive: true });
  putFile(path.join(dir, 'dev'), `${entry.deviceNumber}\n`);
  putFile(path.join(dir, 'size'), `${drive.sizeBytes / 512}\n`);
  putFile(path.join(dir, 'queue/rotational'), drive.isRotational ? '1\n' : '0\n');
  seedFile(path.join(dir, 'stat'), `${[812, 0, 41_216, 310, 44, 0, 1_520, 98, 0, 300, 408].join(' ')}\n`);
  if (drive.idleC !== null) {
    seedFile(path.join(dir, 'device/hwmon/hwmon1/temp1_input'), `${drive.idleC * 1000}\n`);
  }
  const parts = new Map(partitionsOf(entry).map((part) => [part.name, part.number]));
  for (const stale of readdirSync(dir).filter((sub) => /^(sd|nvme)/.test(sub) && !parts.has(sub))) {
    rmSync(path.join(dir, stale), { recursive: true, force: true });
  }
  for (const [part, number] of parts) {
    mkdirSync(path.join(dir, part, 'holders'), { recursive: true });
    putFile(path.join(dir, part, 'partition'), `${number}\n`);
    putFile(path.join(dir, part, 'dev'), `${deviceNumber(name, number)}\n`);
  }
}

/** `/sys/block/<name>` are links, as on Linux: the counters belong to the drive, not to its name. */
function linkNames(dir: string, present: readonly PresentDrive[]): void {
  const wanted = new Map(present.map(({ name, drive }) => [name, `../devices/${drive.serial}`]));
  for (const name of readdirSync(dir)) {
    if (!wanted.has(name)) rmSync(path.join(dir, name));
  }
  for (const [name, target] of wanted) {
    const link = path.join(dir, name);
    if (existsSync(link) && readlinkSync(link) === target) continue;
    symlinkSync(target, `${link}.draft`);
    renameSync(`${link}.draft`, link);
  }
}

/** A device node is a file with the serial of its drive in it, so that an open one stays with its drive. */
function writeNodes(dir: string, present: readonly PresentDrive[]): void {
  const nodes = new Map<string, string>([['null', '']]);
  for (const entry of present) {
    nodes.set(entry.name, `${entry.drive.serial}\n`);
    for (const part of partitionsOf(entry)) nodes.set(part.name, `${entry.drive.serial}\n`);
  }
  for (const name of readdirSync(dir)) {
    if (!nodes.has(name)) rmSync(path.join(dir, name));
  }
  for (const [name, content] of nodes) putFile(path.join(dir, name), content);
}
