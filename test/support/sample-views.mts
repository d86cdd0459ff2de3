import type { DriveFacts } from '../../dist/lib/core/drive.js';
import type { Job, Stage } from '../../dist/lib/core/job.js';
import type { DriveView, JobView, NasView, Progress } from '../../dist/lib/core/views.js';

/** Parts of views as an engine would make them: a 14 TB drive in the first verify pass of a surface validation. */
export const sampleNow = Date.parse('2026-11-22T10:00:00Z');

export function sampleFacts(changes: Partial<DriveFacts> = {}): DriveFacts {
  return {
    serial: 'ZL2ABC12',
    wwn: '0x5000c500c3a1b2c4',
    sizeBytes: 14000519643136,
    name: 'sda',
    deviceNumber: '8:0',
    type: 'disk',
    model: 'ST14000NM001G',
    physicalSectorBytes: 4096,
    isRotational: true,
    transport: 'sata',
    temperatureC: 38,
    ...changes,
  };
}

export function sampleJob(changes: Partial<Job> = {}): Job {
  return {
    id: '01JDA5ZK3W',
    nas: 'tank-nas',
    drive: { serial: 'ZL2ABC12', wwn: '0x5000c500c3a1b2c4', sizeBytes: 14000519643136 },
    model: 'ST14000NM001G',
    state: 'running',
    operator: 'alice',
    transaction: 'a1',
    gateId: 'gate',
    context: '{}',
    cancelRequestedBy: null,
    createdAt: Date.parse('2026-11-21T08:00:00Z'),
    startedAt: Date.parse('2026-11-21T08:00:05Z'),
    endedAt: null,
    reasons: [],
    grants: [],
    grantedBy: null,
    grantedAt: null,
    grantedBoot: null,
    ...changes,
  };
}

export function sampleStage(changes: Partial<Stage> = {}): Stage {
  return {
    jobId: '01JDA5ZK3W',
    position: 1,
    kind: 'surface_validate',
    state: 'running',
    stationId: 'station',
    memo: null,
    startedAt: Date.parse('2026-11-21T08:01:00Z'),
    endedAt: null,
    percent: 18,
    reasons: [],
    evidence: [],
    ...changes,
  };
}

export function sampleProgress(changes: Partial<Progress> = {}): Progress {
  return {
    percent: 18.4,
    phase: 'verify_aa',
    phasePercent: 47.26,
    speedBytesPerS: 193_456_789,
    badBlocks: 0,
    finishAt: Date.parse('2026-11-26T23:40:20Z'),
    ...changes,
  };
}

/** Precheck done, surface validation running, final check ahead. */
export function sampleJobView(changes: Partial<JobView> = {}): JobView {
  const ended = Date.parse('2026-11-21T08:00:20Z');
  const evidence = [{ key: 'identity', state: 'found' as const, text: 'serial, WWN and size as admitted' }];
  return {
    job: sampleJob(),
    stages: [
      sampleStage({
        ...{ position: 0, kind: 'precheck', state: 'passed', percent: 100, evidence },
        ...{ startedAt: Date.parse('2026-11-21T08:00:05Z'), endedAt: ended },
      }),
      sampleStage(),
      sampleStage({ position: 2, kind: 'final_check', state: 'pending', percent: 0, startedAt: null }),
    ],
    progress: sampleProgress(),
    ...changes,
  };
}

export function sampleDriveView(changes: Partial<DriveView> = {}): DriveView {
  return {
    drive: sampleFacts(),
    locks: [],
    isToldApartByWwn: false,
    isPresent: true,
    seenAt: sampleNow,
    job: sampleJobView(),
    isHealthy: true,
    smart: { readAt: sampleNow, powerOnHours: 17, reallocated: 0, pending: 0 },
    grant: null,
    slot: '2:5',
    badBlocks: null,
    ...changes,
  };
}

export function sampleNasView(changes: Partial<NasView> = {}): NasView {
  return {
    nas: 'tank-nas',
    running: 1,
    queued: 2,
    freeSlots: 3,
    link: 'connected',
    linkMessage: 'connected to 192.0.2.10',
    lastPollAt: sampleNow - 4000,
    unfit: [{ name: 'sdq', reason: 'no_serial', model: 'Flash Disk', sizeBytes: 16_008_609_792 }],
    activities: [{ pool: 'tank', kind: 'scrub', percent: 41.7 }],
    truenas: { way: 'json_rpc', version: 'TrueNAS-25.10.6', link: 'connected', message: '' },
    isStale: false,
    alerts: [],
    ...changes,
  };
}
