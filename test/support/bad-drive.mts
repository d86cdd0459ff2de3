import { mkdtempSync, readFileSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createLoopDrive, runTool, type LoopDrive, type LoopOptions } from './loop-drive.mts';

/** A loop drive whose medium fails for real at known places. */
export interface BadDrive {
  readonly drive: LoopDrive;
  /** Numbers of the bad blocks of 4096 bytes. */
  readonly badBlocks: readonly number[];
  destroy(): void;
}

const blockBytes = 4096;
const sizeBytes = 16 * 1024 * 1024;

/**
 * A drive that cannot write some blocks: holes in its file, on a file system that is full. A write that only *ends* in a
 * hole comes back short, which some loop drivers take for done; hence blocks at the start of a request only.
 */
export function createHoleyDrive(options: LoopOptions, badBlocks: readonly number[]): BadDrive {
  const dir = mkdtempSync('/dev/shm/holey-drive-');
  runTool('mount', '-t', 'tmpfs', '-o', 'size=20m,huge=never', 'holey', dir);
  const drive = createLoopDrive({ ...options, sizeBytes, dir });
  for (const block of badBlocks) {
    runTool('fallocate', '-p', '-o', String(block * blockBytes), '-l', String(blockBytes), drive.file);
  }
  const { bavail, bsize } = statfsSync(dir);
  writeFileSync(path.join(dir, 'ballast'), Buffer.alloc(bavail * bsize, 1));
  const destroy = () => {
    drive.destroy();
    runTool('umount', dir);
    rmSync(dir, { recursive: true });
  };
  return { drive, badBlocks, destroy };
}

/**
 * A drive whose last blocks can be neither read nor written: a file on an ext4 on a device that lost its own end
 * afterwards.
 */
export function createTornDrive(options: LoopOptions, badCount: number): BadDrive {
  const dir = mkdtempSync('/dev/shm/torn-drive-');
  const medium = createLoopDrive({ serial: `${options.serial}-M`, sizeBytes: 3 * sizeBytes });
  const layout = ['-q', '-b', String(blockBytes), '-O', '^has_journal', '-E', 'lazy_itable_init=0'];
  runTool('mkfs.ext4', ...layout, medium.path);
  runTool('mount', medium.path, dir);
  const drive = createLoopDrive({ ...options, sizeBytes, dir });
  runTool('losetup', '--direct-io=on', drive.path);
  runTool('sync', drive.file);
  const last = readLastBlock(drive.file);
  truncateSync(medium.file, (last + 1 - badCount) * blockBytes);
  runTool('losetup', '-c', medium.path);
  const first = sizeBytes / blockBytes - badCount;
  const destroy = () => {
    truncateSync(medium.file, medium.sizeBytes);
    runTool('losetup', '-c', medium.path);
    drive.destroy();
    runTool('umount', dir);
    medium.destroy();
    rmSync(dir, { recursive: true });
  };
  return { drive, badBlocks: Array.from({ length: badCount }, (_, index) => first + index), destroy };
}

/** Where the file's last block lies on its device, if its end lies in one piece behind all the rest. */
function readLastBlock(file: string): number {
  const extents = [
    ...runTool('filefrag', '-v', '-b4096', file).matchAll(/^ +\d+: .*?(\d+)\.\. +(\d+): +\d+:/gm),
  ];
  const ends = extents.map((extent) => Number(extent[2]));
  const last = ends.at(-1);
  if (last === undefined || Math.max(...ends) !== last) throw new Error(`no plain layout: ${ends.join(' ')}`);
  return last;
}

/** Highest offset among the descriptors of a process. */
export function readPosition(pid: number): number {
  const files = runTool('ls', `/proc/${pid}/fdinfo`).split('\n');
  const positions = files.map((name) =>
    Number(/^pos:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/fdinfo/${name}`, 'utf8'))?.[1] ?? 0),
  );
  return Math.max(...positions);
}
