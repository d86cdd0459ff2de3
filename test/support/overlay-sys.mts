import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import type { LocalHost } from './local-shell.mts';

/** Writes a file below `/sys/block/<name>` of a host whose `/sys` is otherwise the machine's. */
export function overlayBlockFile(host: LocalHost, name: string, path: string, data: string | Buffer): void {
  const sys = join(host.root, 'sys');
  if (lstatSync(sys).isSymbolicLink()) {
    unlinkSync(sys);
    linkAll('/sys', sys);
    unlinkSync(join(sys, 'block'));
    linkAll('/sys/block', join(sys, 'block'));
  }
  const block = join(sys, 'block', name);
  if (existsSync(block) && lstatSync(block).isSymbolicLink()) {
    unlinkSync(block);
    linkAll(join('/sys/block', name), block);
  }
  const file = join(block, path);
  rmSync(file, { force: true });
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, data);
}

function linkAll(from: string, to: string): void {
  mkdirSync(to);
  for (const name of readdirSync(from)) symlinkSync(join(from, name), join(to, name));
}

/** The page 0x80 of a SCSI device: four bytes, then the serial. */
export function serialPage(serial: string): Buffer {
  const text = serial.padStart(20);
  return Buffer.concat([Buffer.from([0, 0x80, 0, text.length]), Buffer.from(text, 'latin1')]);
}
