import { flagAt, itemsAt, numberAt, textAt, valueAt } from './read-json';
import type { NewestSelfTest } from './smart';

type Outcome = 'passed' | 'failed' | 'no_verdict';

interface Entry {
  readonly outcome: Outcome;
  readonly text: string;
}

/** Slots of the SCSI self-test log (log page 10h). */
const scsiSlots = 20;

/**
 * The newest finished self-test in `smartctl --json` of any protocol; null where there is no log at all.
 * Tests that were aborted or are under way are passed over: they say nothing of the drive.
 */
export function readNewestSelfTest(json: unknown): NewestSelfTest | null {
  const entries = readAta(json) ?? readNvme(json) ?? readScsi(json);
  if (entries === null) return null;
  const newest = entries.find((entry) => entry.outcome !== 'no_verdict');
  if (newest === undefined) return { outcome: 'none', text: 'no finished self-test in the log' };
  return { outcome: newest.outcome === 'failed' ? 'failed' : 'passed', text: newest.text };
}

/** The log is under `extended` or under `standard`, newest first. */
function readAta(json: unknown): readonly Entry[] | null {
  const log = valueAt(json, 'ata_smart_self_test_log');
  const kind = ['extended', 'standard'].find((name) => valueAt(log, name) !== undefined);
  if (kind === undefined) return null;
  return itemsAt(log, kind, 'table').map((item) => ({
    outcome: judgeAta(item),
    text: joinWords(textAt(item, 'type', 'string'), textAt(item, 'status', 'string')),
  }));
}

/** High half of the status byte: 0 passed, 1 and 2 aborted or reset, 3 fatal error, 4 to 8 failed, 15 running. */
function judgeAta(item: unknown): Outcome {
  const value = numberAt(item, 'status', 'value');
  if (value === null) return judgeFlag(flagAt(item, 'status', 'passed'));
  const code = value >> 4;
  if (code >= 3 && code <= 8) return 'failed';
  return code === 0 ? 'passed' : 'no_verdict';
}

function judgeFlag(isPassed: boolean | null): Outcome {
  if (isPassed === null) return 'no_verdict';
  return isPassed ? 'passed' : 'failed';
}

/** Results 5 to 7 are failures; 1 to 4, 8 and 9 are kinds of abort. */
function readNvme(json: unknown): readonly Entry[] | null {
  if (valueAt(json, 'nvme_self_test_log') === undefined) return null;
  return itemsAt(json, 'nvme_self_test_log', 'table').map((item) => ({
    outcome: judgeResult(numberAt(item, 'self_test_result', 'value'), 5),
    text: joinWords(textAt(item, 'self_test_code', 'string'), textAt(item, 'self_test_result', 'string')),
  }));
}

/** One member a test, `scsi_self_test_0` the newest. Results 3 to 7 are failures, 15 is under way. */
function readScsi(json: unknown): readonly Entry[] | null {
  const slots = Array.from({ length: scsiSlots }, (_, slot) => valueAt(json, `scsi_self_test_${slot}`));
  const items = slots.filter((item) => item !== undefined);
  if (items.length === 0) return null;
  return items.map((item) => ({
    outcome: judgeResult(numberAt(item, 'result', 'value'), 3),
    text: joinWords(textAt(item, 'code', 'string'), textAt(item, 'result', 'string')),
  }));
}

function judgeResult(result: number | null, firstFailure: number): Outcome {
  if (result === 0) return 'passed';
  return result !== null && result >= firstFailure && result <= 7 ? 'failed' : 'no_verdict';
}

function joinWords(type: string | null, status: string | null): string {
  return `${type ?? 'self-test'}: ${status ?? 'no words'}`;
}
