import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Gives a file its content by renaming, so that a process reading it sees the old or the new one and never a part.
 * A file that is right already is left alone.
 */
export function putFile(file: string, content: string | Uint8Array, mode = 0o644): void {
  if (existsSync(file) && readFileSync(file).equals(Buffer.from(content))) {
    chmodSync(file, mode);
    return;
  }
  mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.draft`;
  writeFileSync(draft, content, { mode });
  chmodSync(draft, mode);
  renameSync(draft, file);
}

/** Creates a file only where there is none: counters that the fakes go on from. */
export function seedFile(file: string, content: string): void {
  if (!existsSync(file)) putFile(file, content);
}
