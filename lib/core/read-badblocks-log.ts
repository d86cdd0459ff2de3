/** One write or compare pass over the device, in the order of the log. */
export interface BadblocksPhase {
  readonly kind: 'write' | 'verify';
  /** `0xaa`, … or `random`. */
  readonly pattern: string;
  readonly isDone: boolean;
}

/** The closing line. The triple is cumulative for the process and counts each block once. */
export interface BadblocksSummary {
  readonly readErrors: number;
  readonly writeErrors: number;
  readonly corruptions: number;
}

/** What badblocks said on standard error. */
export interface BadblocksLog {
  /** Inclusive block numbers it announced, or null. */
  readonly range: { readonly first: number; readonly last: number } | null;
  readonly phases: readonly BadblocksPhase[];
  readonly summary: BadblocksSummary | null;
  /** The `-e` limit ended a phase; all later headers then mean nothing. */
  readonly isOverLimit: boolean;
  /** Block reached when a signal ended it, or null. */
  readonly interruptedAt: number | null;
  /** Lines of no known kind: refusals, seek errors, messages of a supervisor. */
  readonly otherLines: readonly string[];
}

// Longer numbers are no block numbers, and would lose digits.
const rangePattern = /^(?:From block|Checking blocks) (\d{1,15}) to (\d{1,15})$/;
const headPattern = /^(?:Testing with (?:pattern (0x[0-9a-f]+)|random pattern)|Reading and comparing): ?/;
const summaryPattern =
  /^Pass completed, \d+ bad blocks found\. \((-?\d{1,15})\/(-?\d{1,15})\/(-?\d{1,15}) errors\)$/;
const tickPattern = /^ *\d+\.\d\d% done, [-:\d]+ elapsed\. \(-?\d+\/-?\d+\/-?\d+ errors\)$/;
const interruptedPattern = /^Interrupted at block (\d{1,15})$/;

interface Draft {
  range: BadblocksLog['range'];
  phases: { kind: 'write' | 'verify'; pattern: string; isDone: boolean }[];
  summary: BadblocksSummary | null;
  isOverLimit: boolean;
  interruptedAt: number | null;
  otherLines: string[];
  isReadOnly: boolean;
}

/**
 * Reads the standard error of badblocks 1.42 – 1.47 in the C locale, whole or cut off anywhere. Never throws: what it
 * does not know is in `otherLines`, and a verdict treats that as contrary evidence.
 */
export function readBadblocksLog(log: string): BadblocksLog {
  const draft: Draft = {
    range: null,
    phases: [],
    summary: null,
    isOverLimit: false,
    interruptedAt: null,
    otherLines: [],
    isReadOnly: false,
  };
  // Ticks are rubbed out with backspaces, so a line may hold several pieces of text one over the other.
  for (const piece of log.split(/[\b\r\n]+/)) readPiece(draft, piece.trimEnd());
  const { range, phases, summary, isOverLimit, interruptedAt, otherLines } = draft;
  return { range, phases, summary, isOverLimit, interruptedAt, otherLines };
}

function readPiece(draft: Draft, piece: string): void {
  if (piece === '' || tickPattern.test(piece)) return;
  const head = headPattern.exec(piece);
  if (piece === 'done') finishPhase(draft);
  else if (head) startPhase(draft, head);
  else if (!readNotice(draft, piece)) draft.otherLines.push(piece);
}

function startPhase(draft: Draft, head: RegExpExecArray): void {
  const isVerify = head[0].startsWith('Reading');
  const pattern = isVerify ? (draft.phases.at(-1)?.pattern ?? 'unknown') : (head[1] ?? 'random');
  draft.phases.push({ kind: isVerify || draft.isReadOnly ? 'verify' : 'write', pattern, isDone: false });
  readPiece(draft, head.input.slice(head[0].length));
}

function finishPhase(draft: Draft): void {
  const phase = draft.phases.at(-1);
  if (phase) phase.isDone = true;
}

function readNotice(draft: Draft, piece: string): boolean {
  if (piece.startsWith('Checking for bad blocks')) {
    draft.isReadOnly = piece.includes('read-only');
    return true;
  }
  if (piece === 'Too many bad blocks, aborting test') return (draft.isOverLimit = true);
  const range = rangePattern.exec(piece);
  if (range) draft.range = { first: Number(range[1]), last: Number(range[2]) };
  const interrupted = interruptedPattern.exec(piece);
  if (interrupted) draft.interruptedAt = Number(interrupted[1]);
  const summary = summaryPattern.exec(piece);
  if (summary) draft.summary = readSummary(summary);
  return range !== null || interrupted !== null || summary !== null;
}

function readSummary(match: RegExpExecArray): BadblocksSummary {
  return { readErrors: Number(match[1]), writeErrors: Number(match[2]), corruptions: Number(match[3]) };
}
