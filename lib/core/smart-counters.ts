import type { SmartFacts } from './smart';

/** The counters of SmartFacts that a burn-in judges. */
export type SmartCounterKey =
  | 'reallocated'
  | 'reallocationEvents'
  | 'pending'
  | 'uncorrectable'
  | 'reportedUncorrect'
  | 'endToEndErrors'
  | 'crcErrors'
  | 'grownDefects'
  | 'uncorrectedErrors'
  | 'criticalWarning'
  | 'mediaErrors';

/** How one counter is judged. */
export interface SmartCounter {
  readonly key: SmartCounterKey;
  /** Key of its evidence, stable across versions. */
  readonly evidenceKey: string;
  readonly label: string;
  /** Drives of this protocol are expected to report it. */
  readonly protocol: 'ATA' | 'SCSI' | 'NVMe';
  /** Anything but zero fails a drive before its burn-in. */
  readonly isZeroAtStart: boolean;
  /** Anything but zero fails a drive after its burn-in, also without a rise. */
  readonly isZeroAtEnd: boolean;
  /** `fail`: a rise over the burn-in fails the drive; `warn`: it is only pointed out. */
  readonly onRise: 'fail' | 'warn';
}

const base = { isZeroAtStart: false, isZeroAtEnd: false, onRise: 'fail' } as const;
const zeroAtStart = { ...base, isZeroAtStart: true } as const;
const alwaysZero = { ...zeroAtStart, isZeroAtEnd: true } as const;

/** Every judged counter, in the order of reports. */
export const smartCounters: readonly SmartCounter[] = [
  {
    key: 'reallocated',
    evidenceKey: 'smart_reallocated',
    label: 'Reallocated sectors (attribute 5)',
    protocol: 'ATA',
    ...zeroAtStart,
  },
  {
    key: 'reallocationEvents',
    evidenceKey: 'smart_reallocation_events',
    label: 'Reallocation events (attribute 196)',
    protocol: 'ATA',
    ...base,
  },
  {
    key: 'pending',
    evidenceKey: 'smart_pending',
    label: 'Pending sectors (attribute 197)',
    protocol: 'ATA',
    ...alwaysZero,
  },
  {
    key: 'uncorrectable',
    evidenceKey: 'smart_uncorrectable',
    label: 'Offline uncorrectable sectors (attribute 198)',
    protocol: 'ATA',
    ...alwaysZero,
  },
  {
    key: 'reportedUncorrect',
    evidenceKey: 'smart_reported_uncorrect',
    label: 'Reported uncorrectable errors (attribute 187)',
    protocol: 'ATA',
    ...base,
  },
  {
    key: 'endToEndErrors',
    evidenceKey: 'smart_end_to_end',
    label: 'End-to-end errors (attribute 184)',
    protocol: 'ATA',
    ...base,
  },
  {
    key: 'crcErrors',
    evidenceKey: 'smart_crc_errors',
    label: 'Interface CRC errors (attribute 199)',
    protocol: 'ATA',
    ...base,
    onRise: 'warn',
  },
  {
    key: 'grownDefects',
    evidenceKey: 'smart_grown_defects',
    label: 'Grown defects',
    protocol: 'SCSI',
    ...zeroAtStart,
  },
  {
    key: 'uncorrectedErrors',
    evidenceKey: 'smart_uncorrected_errors',
    label: 'Uncorrected errors',
    protocol: 'SCSI',
    ...zeroAtStart,
  },
  {
    key: 'criticalWarning',
    evidenceKey: 'smart_critical_warning',
    label: 'Critical warning bits',
    protocol: 'NVMe',
    ...alwaysZero,
  },
  {
    key: 'mediaErrors',
    evidenceKey: 'smart_media_errors',
    label: 'Media errors',
    protocol: 'NVMe',
    ...zeroAtStart,
  },
];

/** The counters that matter for these readings: those of their protocol, and any other that was reported. */
export function listCounters(...readings: readonly SmartFacts[]): readonly SmartCounter[] {
  return smartCounters.filter(({ key, protocol }) =>
    readings.some((facts) => facts.protocol === protocol || facts[key] !== null),
  );
}
