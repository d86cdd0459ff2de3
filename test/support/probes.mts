import type { DriveFacts, ProbedDrive, ProbeReport, SafetyLock } from '../../dist/lib/core/drive.js';

/** A drive as a probe tells it. */
export function probed(
  serial: string,
  locks: SafetyLock[] = [],
  changes: Partial<DriveFacts> = {},
): ProbedDrive {
  const drive = {
    serial,
    wwn: null,
    sizeBytes: 1e12,
    name: 'sdb',
    deviceNumber: '8:16',
    type: 'disk',
    model: null,
    physicalSectorBytes: 4096,
    isRotational: true,
    transport: 'sata',
    temperatureC: null,
    ...changes,
  };
  return { drive, locks };
}

/** A probe that found these drives. */
export function reportOf(...drives: ProbedDrive[]): ProbeReport {
  return { bootId: 'b', uptimeS: 1, drives, gaps: [], unfit: [], activities: [], hasMiddleware: false };
}

const ambiguous: SafetyLock = { kind: 'ambiguous', detail: '2 devices with serial A1' };

/** Two drives with one serial number, told apart by their WWNs. */
export function twins(more: SafetyLock[] = []): [ProbedDrive, ProbedDrive] {
  return [
    probed('A1', [ambiguous, ...more], { name: 'sda', wwn: '0x5000c500000000a1' }),
    probed('A1', [ambiguous], { name: 'sdb', wwn: '0x5000c500000000b2' }),
  ];
}
