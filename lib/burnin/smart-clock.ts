import type { DriveIdentity, SafetyLock } from '../core/drive';
import { buildSmartSummary } from '../core/build-smart-summary';
import { readSelfTestInProgress, tellsSelfTest } from '../core/read-self-test-progress';
import { readSmart } from '../core/read-smart';
import type { SelfTestInProgress, SmartAnswer, SmartRound } from '../core/smart';
import type { SmartSummary } from '../core/views';
import type { DriveProbe } from '../nas/drive-probe';
import type { EngineBase } from './engine-base';
import { hasOwnSelfTest } from './own-self-test';
import { chooseDue, nextDueAt, type Due } from './smart-due';
import type { Troubles } from './troubles';

/** The newest SMART reading of one drive. */
export interface SmartState {
  readonly summary: SmartSummary;
  /** SMART overall health, null where the drive does not tell it. */
  readonly isHealthy: boolean | null;
}

export interface SmartClockParts {
  readonly base: EngineBase;
  readonly probe: Pick<DriveProbe, 'readSmartOfAll'>;
  readonly troubles: Troubles;
  /** The drives that are there now. */
  drives(): readonly DriveIdentity[];
  /** Something new is known of these drives. */
  changed(serials: readonly string[]): void;
}

interface Known {
  readonly state: SmartState | null;
  readonly selfTest: SelfTestInProgress | null;
  /** Null before the first answer. */
  readonly askedAt: number | null;
  readonly dueAt: number;
}

const unknown: Known = { state: null, selfTest: null, askedAt: null, dueAt: -Infinity };

/** Between two rounds of questions, however much is due. */
const breathMs = 5_000;

/**
 * Reads the SMART data of every drive about every five minutes, every minute while one does a self-test: a few drives a
 * call, one call at a time. It wakes no drive, keeps what it knew while the NAS cannot be reached, and starts nothing.
 */
export class SmartClock {
  readonly #parts: SmartClockParts;
  readonly #known = new Map<string, Known>();
  readonly #closed = new AbortController();
  #bootId: string | null = null;
  #isStarted = false;

  constructor(parts: SmartClockParts) {
    this.#parts = parts;
  }

  /** The newest reading, however old; null before the first one and for a drive without SMART. */
  of(serial: string): SmartState | null {
    return this.#known.get(serial)?.state ?? null;
  }

  /** A self-test that no job of ours started, as the last reading that told of self-tests had it. */
  locksOf(serial: string): readonly SafetyLock[] {
    const selfTest = this.#known.get(serial)?.selfTest ?? null;
    if (selfTest === null || hasOwnSelfTest(this.#parts.base, serial)) return [];
    const { text, percentLeft } = selfTest;
    return [{ kind: 'self_test', detail: percentLeft === null ? text : `${text}, ${percentLeft} % left` }];
  }

  /** What a boot ended is forgotten, and every drive is asked again. */
  noteBoot(bootId: string): void {
    if (this.#bootId !== null && this.#bootId !== bootId) {
      for (const [serial, known] of this.#known) {
        this.#known.set(serial, { ...known, selfTest: null, dueAt: -Infinity });
      }
    }
    this.#bootId = bootId;
  }

  /** Begins to ask. A second call does nothing. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    void this.#run();
  }

  close(): void {
    this.#closed.abort(new Error('closed'));
  }

  async #run(): Promise<void> {
    const { base } = this.#parts;
    const { signal } = this.#closed;
    while (!signal.aborted) {
      await this.#round().catch((error: unknown) => this.#noteTrouble(error));
      await base.clock.wait(breathMs, signal).catch(() => undefined);
    }
  }

  async #round(): Promise<void> {
    const { base, probe, troubles, changed } = this.#parts;
    const drives = chooseDue(this.#listDue(), base.clock.now());
    if (drives.length === 0) return;
    const round = await probe.readSmartOfAll(drives).catch((error: unknown) => {
      this.#putOff(drives);
      throw error;
    });
    if (this.#closed.signal.aborted) return;
    troubles.clear(unreadable);
    this.#take(drives, round);
    changed(drives.map(({ serial }) => serial));
  }

  /** Drives that are gone are forgotten here. */
  #listDue(): readonly Due[] {
    const drives = new Map(this.#parts.drives().map((drive) => [drive.serial, drive]));
    for (const serial of this.#known.keys()) {
      if (drives.has(serial)) continue;
      this.#known.delete(serial);
      this.#parts.troubles.clear(nameTrouble(serial));
    }
    return [...drives.values()].map((drive) => ({ drive, dueAt: this.#find(drive.serial).dueAt }));
  }

  #find(serial: string): Known {
    return this.#known.get(serial) ?? unknown;
  }

  #take(drives: readonly DriveIdentity[], { bootId, answers }: SmartRound): void {
    this.noteBoot(bootId);
    for (const [index, { serial }] of drives.entries()) {
      const answer = answers[index];
      if (answer !== undefined) this.#takeAnswer(serial, answer);
    }
  }

  #takeAnswer(serial: string, answer: SmartAnswer): void {
    const now = this.#parts.base.clock.now();
    const known = this.#find(serial);
    this.#noteSilence(serial, answer);
    const { state, selfTest } = readAnswer(known, answer, now);
    const dueAt = nextDueAt({ serial, now, isFirst: known.askedAt === null, isSelfTest: selfTest !== null });
    this.#known.set(serial, { state, selfTest, askedAt: now, dueAt });
  }

  /** One drive that does not answer smartctl is a trouble of its own. */
  #noteSilence(serial: string, answer: SmartAnswer): void {
    const key = nameTrouble(serial);
    if (answer.kind === 'no_answer') this.#parts.troubles.note(key, answer.reason);
    else this.#parts.troubles.clear(key);
  }

  /** The whole round failed: asked again in a minute, with what was known kept. */
  #putOff(drives: readonly DriveIdentity[]): void {
    const dueAt = this.#parts.base.clock.now() + 60_000;
    for (const { serial } of drives) this.#known.set(serial, { ...this.#find(serial), dueAt });
  }

  #noteTrouble(error: unknown): void {
    if (!this.#closed.signal.aborted) this.#parts.troubles.note(unreadable, error);
  }
}

const unreadable = 'SMART data';

function nameTrouble(serial: string): string {
  return `SMART data of drive ${serial}`;
}

/** What is known after an answer. Silence about self-tests ends none; a drive in standby cannot be doing one. */
function readAnswer(known: Known, answer: SmartAnswer, now: number): Pick<Known, 'state' | 'selfTest'> {
  if (answer.kind === 'asleep') return { state: known.state, selfTest: null };
  if (answer.kind !== 'read') return known;
  const selfTest = tellsSelfTest(answer.json) ? readSelfTestInProgress(answer.json) : known.selfTest;
  const look = readSmart(answer);
  if (look.kind !== 'read') return { state: known.state, selfTest };
  const { facts } = look;
  return { selfTest, state: { summary: buildSmartSummary(facts, now), isHealthy: facts.isPassed } };
}
