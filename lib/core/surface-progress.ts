import { readBadblocksLog } from './read-badblocks-log';
import type { BadblocksSpec, RunLook } from './remote-run';
import { phases, type Phase, type Progress } from './views';

/**
 * How far a surface validation is. The phase comes from the headers; the place within it from the bytes moved, held
 * between the headers: the position of the file descriptor still shows the last phase for a moment after a new header.
 */
export function buildSurfaceProgress(
  look: RunLook,
  spec: BadblocksSpec,
  sizeBytes: number,
): Pick<Progress, 'percent' | 'phase' | 'phasePercent' | 'badBlocks'> {
  const { phases: seen } = readBadblocksLog(look.log);
  const count = spec.patterns.length * (spec.mode === 'write' ? 2 : 1);
  const done = Math.min(count, seen.filter((phase) => phase.isDone).length);
  const begun = Math.min(count, seen.length);
  const moved = (look.movedBytes ?? look.deviceMovedBytes ?? 0) / sizeBytes;
  const passes = Math.min(Math.max(moved, done), begun);
  const current = seen[done] ?? seen.at(-1);
  return {
    percent: (100 * passes) / count,
    phase: current ? readPhase(current.kind, current.pattern) : 'none',
    phasePercent: 100 * Math.min(1, Math.max(0, begun > done ? passes - done : passes === 0 ? 0 : 1)),
    badBlocks: look.badBlockCount,
  };
}

function readPhase(kind: 'write' | 'verify', pattern: string): Phase {
  const name = `${kind}_${pattern.replace(/^0x/, '')}`;
  return phases.find((phase) => phase === name) ?? 'none';
}
