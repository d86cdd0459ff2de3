import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';

import type { DriveIdentity } from '../../dist/lib/core/drive.js';
import { withSbin } from './need-root.mts';

export interface LoopOptions {
  readonly serial: string;
  readonly wwn?: string;
  readonly sizeBytes?: number;
  /** Directory of the backing file; memory by default. */
  readonly dir?: string;
  /** More lines of the udev database, without `E:`: `ID_FS_TYPE=zfs_member`. */
  readonly udev?: readonly string[];
}

/** A loop device that carries a serial, as a drive does. */
export interface LoopDrive extends DriveIdentity {
  /** `/dev/loop3` */
  readonly path: string;
  /** `loop3` */
  readonly name: string;
  /** `7:3` */
  readonly deviceNumber: string;
  readonly file: string;
  /** Writes the udev entry anew, e.g. to give the serial to another device. */
  describe(options: Partial<LoopOptions>): void;
  /** Of what is on the drive now. */
  checksum(): string;
  destroy(): void;
}

const udevDir = '/run/udev/data';

/** Runs a system tool and gives its standard output. */
export function runTool(tool: string, ...args: string[]): string {
  return execFileSync(tool, args, {
    env: withSbin(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

/** A serial that no other test uses, not even one that runs at the same time. */
export function freshSerial(prefix = 'TEST'): string {
  return `${prefix}${randomUUID().slice(0, 8).toUpperCase()}`;
}

/** A WWN that no other test uses. */
export function freshWwn(): string {
  return `0x5000c500${randomUUID().slice(0, 8)}`;
}

/** Makes a loop drive, filled with 0x5c so that a write shows. It must be destroyed. */
export function createLoopDrive(options: LoopOptions): LoopDrive {
  const { serial, wwn, sizeBytes = 16 * 1024 * 1024, dir = '/dev/shm' } = options;
  const file = join(dir, `loop-drive-${randomUUID()}`);
  writeFileSync(file, Buffer.alloc(Math.min(sizeBytes, 16 * 1024 * 1024), 0x5c));
  truncateSync(file, sizeBytes);
  const path = runTool('losetup', '-f', '--show', file);
  const deviceNumber = runTool('lsblk', '-dno', 'MAJ:MIN', path);
  const entry = join(udevDir, `b${deviceNumber}`);
  const describe = (change: Partial<LoopOptions>) => {
    const { serial: newSerial, wwn: newWwn, udev = [] } = { ...options, ...change };
    const lines = [
      `ID_SERIAL_SHORT=${newSerial}`,
      ...(newWwn === undefined ? [] : [`ID_WWN=${newWwn}`]),
      ...udev,
    ];
    mkdirSync(udevDir, { recursive: true });
    writeFileSync(entry, lines.map((line) => `E:${line}\n`).join(''));
  };
  describe({});
  return {
    serial,
    wwn: wwn ?? null,
    sizeBytes,
    path,
    name: basename(path),
    deviceNumber,
    file,
    describe,
    checksum: () => checksumOf(file),
    destroy: () => {
      rmSync(entry, { force: true });
      if (existsSync(file)) {
        runTool('losetup', '-d', path);
        rmSync(file);
      }
    },
  };
}

function checksumOf(file: string): string {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(1024 * 1024);
  const descriptor = openSync(file, 'r');
  for (;;) {
    const length = readSync(descriptor, buffer);
    if (length === 0) break;
    hash.update(buffer.subarray(0, length));
  }
  closeSync(descriptor);
  return hash.digest('hex');
}
