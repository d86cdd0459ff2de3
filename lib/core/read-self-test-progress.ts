import { flagAt, itemsAt, numberAt, textAt } from './read-json';
import type { SelfTestInProgress } from './smart';

/**
 * The self-test that a drive is doing at the moment, from `smartctl -x --json=o` of any protocol. Null when it does none,
 * and when the answer does not say: see `tellsSelfTest`. Never throws.
 */
export function readSelfTestInProgress(json: unknown): SelfTestInProgress | null {
  return readAta(json) ?? readNvme(json) ?? readScsi(json);
}

/** Whether the answer speaks of the state of self-tests at all: silence does not mean that none is under way. */
export function tellsSelfTest(json: unknown): boolean {
  return readAtaStatus(json) !== null || readNvmeOperation(json) !== null || readScsiResult(json) !== null;
}

function readAtaStatus(json: unknown): number | null {
  return numberAt(json, 'ata_smart_data', 'self_test', 'status', 'value');
}

function readNvmeOperation(json: unknown): number | null {
  return numberAt(json, 'nvme_self_test_log', 'current_self_test_operation', 'value');
}

function readScsiResult(json: unknown): number | null {
  return numberAt(json, 'scsi_self_test_0', 'result', 'value');
}

/** The status byte is 240 and the tenths that are left; with none of them left it is still at work. */
function readAta(json: unknown): SelfTestInProgress | null {
  const status = readAtaStatus(json);
  if (status === null || !Number.isInteger(status) || status < 240 || status > 249) return null;
  return { text: readAtaName(json), percentLeft: (status - 240) * 10 };
}

/** The status does not say which test it is. Some drives have it as the newest entry of their log already. */
function readAtaName(json: unknown): string {
  const name = 'ata_smart_self_test_log';
  const [newest] = [...itemsAt(json, name, 'extended', 'table'), ...itemsAt(json, name, 'standard', 'table')];
  const isIt = (numberAt(newest, 'status', 'value') ?? 0) >= 240;
  return nameTest(isIt ? (textAt(newest, 'type', 'string') ?? '') : '');
}

/** Operation 0 is none; the percentage counts up, and means nothing without an operation. */
function readNvme(json: unknown): SelfTestInProgress | null {
  const operation = readNvmeOperation(json);
  if (operation === null || operation <= 0) return null;
  const done = numberAt(json, 'nvme_self_test_log', 'current_self_test_completion_percent');
  const text = textAt(json, 'nvme_self_test_log', 'current_self_test_operation', 'string') ?? '';
  return { text: nameTest(text), percentLeft: done === null ? null : readPercent(100 - done) };
}

/** Result 15 of the newest entry. The percentage is in the plain text only. */
function readScsi(json: unknown): SelfTestInProgress | null {
  const isRunning = flagAt(json, 'scsi_self_test_0', 'self_test_in_progress') ?? false;
  if (!isRunning && readScsiResult(json) !== 15) return null;
  const text = textAt(json, 'scsi_self_test_0', 'code', 'string') ?? '';
  return { text: nameTest(text), percentLeft: readScsiPercent(json) };
}

function readScsiPercent(json: unknown): number | null {
  for (const line of itemsAt(json, 'smartctl', 'output')) {
    const percent =
      typeof line === 'string' ? /^Self-test execution status:\s*(\d{1,3})%/.exec(line)?.[1] : null;
    if (percent != null) return readPercent(Number(percent));
  }
  return null;
}

function readPercent(value: number): number | null {
  return value >= 0 && value <= 100 ? value : null;
}

/** The drive's words in ours: SCSI says long for what the others call extended. */
function nameTest(words: string): string {
  if (/extended|long/i.test(words)) return 'extended self-test';
  return /short/i.test(words) ? 'short self-test' : 'self-test';
}
