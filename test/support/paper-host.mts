import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { createLocalHost } from './local-shell.mts';
import type { Interpreter, LocalHost } from './local-shell.mts';

/** One line of `lsblk -P`, as keys and values; missing columns are empty. */
export type LsblkLine = Readonly<Record<string, string>>;

/** What the sources of facts say on a host that exists on paper only. */
export interface PaperFacts {
  readonly lsblk: readonly LsblkLine[];
  /** Lines of `findmnt -rno MAJ:MIN,SOURCE,TARGET,FSTYPE`. */
  readonly findmnt?: readonly string[];
  readonly swaps?: readonly string[];
  /** Text of `zpool status -LP`; without it there is no zpool. */
  readonly zpool?: string;
  /** Paths below `/sys`, with their text. */
  readonly sys?: Readonly<Record<string, string | Buffer>>;
  /** Lines of the kernel's own list of mounts; without them there is none. */
  readonly mountinfo?: readonly string[];
}

const columns =
  'NAME,KNAME,PKNAME,MAJ:MIN,TYPE,SIZE,PHY-SEC,ROTA,TRAN,SERIAL,WWN,MODEL,FSTYPE,PARTTYPE,LABEL,UUID,MOUNTPOINT'.split(
    ',',
  );

/** A whole drive, `sda`; its number follows from its letter. */
export function diskLine(name: string, more: LsblkLine = {}): LsblkLine {
  const number = `8:${(name.charCodeAt(2) - 97) * 16}`;
  const facts = { TYPE: 'disk', SIZE: '4000787030016', 'PHY-SEC': '4096', ROTA: '1', TRAN: 'sata' };
  return { NAME: name, KNAME: name, 'MAJ:MIN': number, ...facts, SERIAL: `S-${name}`, ...more };
}

/** The first partition of a drive. */
export function partLine(disk: string, more: LsblkLine = {}): LsblkLine {
  const number = `8:${(disk.charCodeAt(2) - 97) * 16 + 1}`;
  return {
    NAME: `${disk}1`,
    KNAME: `${disk}1`,
    PKNAME: disk,
    'MAJ:MIN': number,
    TYPE: 'part',
    SIZE: '1',
    ...more,
  };
}

/** A host whose programs and files answer as written. It needs no root. */
export function createPaperHost(interpreter: Interpreter, facts: PaperFacts): LocalHost {
  const host = createLocalHost(interpreter);
  const at = (path: string, text: string | Buffer) => {
    mkdirSync(dirname(join(host.root, path)), { recursive: true });
    writeFileSync(join(host.root, path), text);
  };
  const tool = (name: string, text: string) => {
    at(`answers/${name}`, text);
    writeFileSync(join(host.bin, name), `#!/bin/sh\ncat ${host.root}/answers/${name}\n`, { mode: 0o755 });
  };
  for (const dir of ['sys', 'proc']) rmSync(join(host.root, dir));
  mkdirSync(join(host.root, 'proc/sys/kernel/random'), { recursive: true });
  for (const file of ['uptime', 'sys/kernel/random/boot_id']) {
    symlinkSync(`/proc/${file}`, join(host.root, 'proc', file));
  }
  at('proc/swaps', ['Filename Type Size Used Priority', ...(facts.swaps ?? []), ''].join('\n'));
  for (const line of facts.lsblk) {
    if (line.PKNAME === undefined)
      mkdirSync(join(host.root, 'sys/block', line.KNAME ?? '', 'holders'), { recursive: true });
  }
  for (const [path, text] of Object.entries(facts.sys ?? {})) at(`sys/${path}`, text);
  if (facts.mountinfo !== undefined) at('proc/self/mountinfo', facts.mountinfo.join('\n'));
  tool('lsblk', facts.lsblk.map(formatLine).join(''));
  tool('findmnt', (facts.findmnt ?? ['0:5 proc /proc proc']).join('\n'));
  if (facts.zpool !== undefined) tool('zpool', facts.zpool);
  return host;
}

/** A line as lsblk -P prints it. */
export function formatLine(line: LsblkLine): string {
  return `${columns.map((column) => `${column}="${line[column] ?? ''}"`).join(' ')}\n`;
}
