import { countAt, flagAt, itemsAt, numberAt, textAt, valueAt } from './read-json';
import { readNewestSelfTest } from './read-self-test';
import type { SmartFacts, SmartLook, SmartReading } from './smart';

/** Exit status bits 0 and 1: wrong device type, or the device could not be opened. */
const noDataBits = 3;

/**
 * Understands one reading of a drive. Never throws, whatever the JSON is. An answer without any data because smartctl
 * could not open the device or knows no way to talk to it is `not_available`, with smartctl's reason.
 */
export function readSmart(reading: SmartReading): SmartLook {
  if (reading.kind !== 'read') return { kind: reading.kind, reason: reading.reason };
  const status = numberAt(reading.json, 'smartctl', 'exit_status');
  if (status === null) return { kind: 'unreadable', reason: 'the answer is not the JSON of smartctl' };
  // smartctl writes its exit status 255 as -1.
  const exitStatus = status & 255;
  const facts = readFacts(reading.json, exitStatus);
  if ((exitStatus & noDataBits) !== 0 && !hasData(reading.json)) {
    return {
      kind: 'not_available',
      reason: readMessages(reading.json) ?? `smartctl ended with ${exitStatus}`,
    };
  }
  return { kind: 'read', facts };
}

function readFacts(json: unknown, exitStatus: number): SmartFacts {
  return {
    protocol: readProtocol(json),
    model: textAt(json, 'model_name') ?? textAt(json, 'scsi_model_name'),
    serial: textAt(json, 'serial_number'),
    isPassed: flagAt(json, 'smart_status', 'passed'),
    exitStatus,
    newestSelfTest: readNewestSelfTest(json),
    temperatureC: numberAt(json, 'temperature', 'current'),
    powerOnHours: countAt(json, 'power_on_time', 'hours'),
    ...readAttributes(json),
    grownDefects: countAt(json, 'scsi_grown_defect_list'),
    uncorrectedErrors: readUncorrectedErrors(json),
    criticalWarning: countAt(json, 'nvme_smart_health_information_log', 'critical_warning'),
    mediaErrors: countAt(json, 'nvme_smart_health_information_log', 'media_errors'),
    percentageUsed: countAt(json, 'nvme_smart_health_information_log', 'percentage_used'),
  };
}

function readProtocol(json: unknown): SmartFacts['protocol'] {
  const name = textAt(json, 'device', 'protocol');
  return name === 'ATA' || name === 'SCSI' || name === 'NVMe' ? name : null;
}

function readAttributes(json: unknown) {
  const table = itemsAt(json, 'ata_smart_attributes', 'table');
  const read = (id: number, name = /^/) => readAttribute(table, id, name);
  return {
    reallocated: read(5),
    reallocationEvents: read(196),
    pending: read(197),
    uncorrectable: read(198),
    reportedUncorrect: read(187),
    // Some makers of SSDs count harmless corrections under this number.
    endToEndErrors: read(184, /end.to.end/i),
    crcErrors: read(199),
  };
}

/**
 * The count of an attribute. Attributes 5 and 196 pack further words into the raw value; smartctl then prints the
 * count followed by a bracket.
 */
function readAttribute(table: readonly unknown[], id: number, name: RegExp): number | null {
  const row = table.find((item) => numberAt(item, 'id') === id && name.test(textAt(item, 'name') ?? ''));
  const printed = /^(\d{1,15}) \(/.exec(textAt(row, 'raw', 'string') ?? '')?.[1];
  return printed === undefined ? countAt(row, 'raw', 'value') : Number(printed);
}

/** Verify may be absent. Without read or write the sum is of use only when it already shows errors. */
function readUncorrectedErrors(json: unknown): number | null {
  const read = (name: string) => countAt(json, 'scsi_error_counter_log', name, 'total_uncorrected_errors');
  const counts = [read('read'), read('write'), read('verify')] as const;
  // Beyond what a number can hold the sum would be infinite, which is lost on its way into the store.
  const sum = counts.reduce<number>(
    (total, count) => Math.min(total + (count ?? 0), Number.MAX_SAFE_INTEGER),
    0,
  );
  const isWhole = counts[0] !== null && counts[1] !== null;
  return isWhole || sum > 0 ? sum : null;
}

const dataMembers = [
  'smart_status',
  'ata_smart_attributes',
  'scsi_grown_defect_list',
  'scsi_error_counter_log',
  'nvme_smart_health_information_log',
];

function hasData(json: unknown): boolean {
  return dataMembers.some((member) => valueAt(json, member) !== undefined);
}

function readMessages(json: unknown): string | null {
  const texts = itemsAt(json, 'smartctl', 'messages').map((message) => textAt(message, 'string'));
  return texts.filter((text) => text !== null).join('; ') || null;
}
