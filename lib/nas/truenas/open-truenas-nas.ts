import { buildTruenasDescription } from '../../core/build-truenas-description';
import type { DriveIdentity } from '../../core/drive';
import type { JobState } from '../../core/job';
import { matchTruenasRow } from '../../core/judge-truenas-identity';
import type { Reading } from '../../core/read-host-answer';
import { UnreachableError } from '../../core/refusal';
import { buildTruenasInventory, disksCall, listTruenasQuestions } from '../../core/truenas-calls';
import type { TruenasAnswer, TruenasCall, TruenasQuestion } from '../../core/truenas-calls';
import { TruenasError } from '../../core/truenas-error';
import type { TruenasDepth, TruenasFacts, TruenasInventory } from '../../core/truenas-inventory';
import { buildChannelBudget } from '../channel-budget';
import type { TruenasCaller } from './truenas-caller';

/** The middleware turns away a client with more than twenty calls under way. */
const maxCalls = 8;

/** What became of a description; nothing was written unless it says so. */
export type DescriptionAnswer =
  | { readonly kind: 'written' | 'unchanged'; readonly text: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** What the TrueNAS middleware knows of its drives. */
export interface TruenasNas {
  /** Cheap: for showing, once a minute and after a hint. Rejects with UnreachableError when the list of drives cannot be had. */
  readInventory(): Promise<TruenasInventory>;
  /** Everything that a drive must pass before a write, asked afresh. Slow: it reads labels from all drives. Rejects likewise. */
  readPreflight(): Promise<TruenasInventory>;
  /**
   * Notes the result of a burn-in in the drive's description, beside what the operator wrote there. Rejects with
   * UnreachableError; a "no" of the middleware is a refusal.
   */
  writeDescription(
    drive: DriveIdentity,
    note: { readonly result: JobState; readonly atMs: number },
  ): Promise<DescriptionAnswer>;
}

/**
 * Reads the middleware behind `caller`, which stays the caller's own to close. `hasHost` says that a probe over SSH reads the
 * drives' temperatures: then the middleware is not asked for them.
 */
export function openTruenasNas(
  caller: TruenasCaller,
  { hasHost }: { readonly hasHost: boolean },
): TruenasNas {
  const ask = limitCalls(caller);
  const read = async (depth: TruenasDepth): Promise<TruenasInventory> => {
    const disks = await askDisks(ask);
    // Known at the latest when one call was answered.
    const { version } = caller;
    const rows = disks.reading.ok ? (disks.reading.value.disks ?? []) : [];
    const temperaturesOf = hasHost ? [] : rows.map(({ name }) => name);
    const questions = listTruenasQuestions({ depth, version, temperaturesOf });
    const answers = await Promise.all(questions.map((question) => answerQuestion(ask, question)));
    return buildTruenasInventory({ depth, version }, [disks, ...answers]);
  };
  return {
    readInventory: () => read('inventory'),
    readPreflight: () => read('preflight'),
    writeDescription: async (drive, { result, atMs }) => {
      const { reading } = await askDisks(ask);
      if (!reading.ok) return { kind: 'refused', reason: reading.problem };
      const row = matchTruenasRow(drive, reading.value.disks ?? []);
      if (!row.ok) return { kind: 'refused', reason: row.problem };
      const text = buildTruenasDescription(row.value.description, result, atMs);
      if (!text.ok) return { kind: 'refused', reason: text.problem };
      if (text.value === row.value.description) return { kind: 'unchanged', text: text.value };
      return await update(ask, row.value.identifier, text.value);
    },
  };
}

/** `isRepeatable` as the caller has it: reads may be asked twice. */
type Ask = (call: Omit<TruenasCall, 'read'>, isRepeatable: boolean) => Promise<unknown>;

function limitCalls(caller: TruenasCaller): Ask {
  const budget = buildChannelBudget(maxCalls);
  const never = new AbortController().signal;
  return async ({ method, params, timeoutMs }, isRepeatable) => {
    const release = await budget.take(never);
    try {
      return await caller.call(method, params, { timeoutMs, isRepeatable });
    } finally {
      release();
    }
  };
}

/** Without the list of drives nothing else makes sense: only here is silence the end of the reading. */
async function askDisks(ask: Ask): Promise<TruenasAnswer> {
  const { reading } = await answerCall(ask, disksCall);
  return { isSafety: true, reading };
}

async function answerQuestion(ask: Ask, { calls, isSafety }: TruenasQuestion): Promise<TruenasAnswer> {
  const problems: string[] = [];
  for (const call of calls) {
    const answer = await answerCall(ask, call).catch((error: unknown) => describeSilence(call, error));
    if (!answer.isAbsent) return { isSafety, reading: answer.reading };
    problems.push(answer.reading.problem);
  }
  return { isSafety, reading: { ok: false, problem: problems.join(', ') } };
}

type Answer =
  | { readonly isAbsent: false; readonly reading: Reading<Partial<TruenasFacts>> }
  | { readonly isAbsent: true; readonly reading: { readonly ok: false; readonly problem: string } };

async function answerCall(ask: Ask, call: TruenasCall): Promise<Answer> {
  try {
    return { isAbsent: false, reading: call.read(await ask(call, true)) };
  } catch (error) {
    if (!(error instanceof TruenasError)) throw error;
    const problem = describeNo(call.method, error, 'READONLY_ADMIN');
    return { isAbsent: error.reason === 'no_method', reading: { ok: false, problem } };
  }
}

function describeSilence({ method }: TruenasCall, error: unknown): Answer {
  if (!(error instanceof UnreachableError)) throw error;
  return { isAbsent: false, reading: { ok: false, problem: `${method} gave no answer: ${error.message}` } };
}

function describeNo(method: string, { reason, message }: TruenasError, role: string): string {
  switch (reason) {
    case 'no_method':
      return `this TrueNAS has no ${method}`;
    case 'not_authorized':
      return `${method} is not allowed to this user, who needs the role ${role}`;
    case 'invalid':
    case 'not_found':
    case 'busy':
    case 'too_many':
    case 'failed':
      return `${method} failed: ${message}`;
  }
}

async function update(ask: Ask, identifier: string, description: string): Promise<DescriptionAnswer> {
  const method = 'disk.update';
  try {
    await ask({ method, params: [identifier, { description }], timeoutMs: 30_000 }, false);
    return { kind: 'written', text: description };
  } catch (error) {
    if (!(error instanceof TruenasError)) throw error;
    return { kind: 'refused', reason: describeNo(method, error, 'DISK_WRITE') };
  }
}
