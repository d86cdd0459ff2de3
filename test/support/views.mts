import type { Job, StageKind } from '../../dist/lib/core/job.js';
import type { DriveView, JobView, NasView } from '../../dist/lib/core/views.js';

/** A connected NAS with nothing to do. */
export function buildNas(change: Partial<NasView>): NasView {
  return {
    nas: 'demo',
    running: 0,
    queued: 0,
    freeSlots: 4,
    link: 'connected',
    linkMessage: '',
    lastPollAt: 1000,
    unfit: [],
    activities: [],
    truenas: null,
    isStale: false,
    alerts: [],
    ...change,
  };
}

/** A free drive that is there. */
export function buildDrive(serial: string, change: Partial<DriveView> = {}): DriveView {
  const drive = {
    serial,
    wwn: null,
    sizeBytes: 4096,
    name: 'sda',
    deviceNumber: '8:0',
    type: 'disk',
    model: 'Model',
    physicalSectorBytes: 4096,
    isRotational: true,
    transport: 'sata',
    temperatureC: 30,
  };
  return {
    drive,
    locks: [],
    isToldApartByWwn: false,
    isPresent: true,
    seenAt: 1000,
    job: null,
    isHealthy: null,
    smart: null,
    grant: null,
    slot: null,
    badBlocks: null,
    ...change,
  };
}

/** A job with one stage running at a station. */
export function buildJobView(at: { stationId: string; kind: StageKind; percent: number }): JobView {
  const { stationId, kind, percent } = at;
  const stage = {
    jobId: 'job',
    position: 0,
    kind,
    state: 'running' as const,
    stationId,
    memo: null,
    startedAt: 1,
    endedAt: null,
    percent,
    reasons: [],
    evidence: [],
  };
  const phase = kind === 'surface_validate' ? 'write_aa' : 'none';
  const progress = {
    percent,
    phase,
    phasePercent: 0,
    speedBytesPerS: null,
    badBlocks: 0,
    finishAt: null,
  } as const;
  return { job: buildJob(), stages: [stage], progress };
}

function buildJob(): Job {
  return {
    id: 'job',
    nas: 'demo',
    drive: { serial: 'A', wwn: null, sizeBytes: 4096 },
    model: null,
    state: 'running',
    operator: 'test',
    transaction: 't',
    gateId: 'gate',
    context: '{}',
    cancelRequestedBy: null,
    createdAt: 1,
    startedAt: 1,
    endedAt: null,
    reasons: [],
    grants: [],
    grantedBy: null,
    grantedAt: null,
    grantedBoot: null,
  };
}
