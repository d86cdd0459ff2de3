import type { Evidence, Job, JobState, Stage, StageKind, StageState } from '../../lib/core/job.ts';
import type { ReportFacts } from '../../lib/core/report-data.ts';
import { lookWith } from './smart-captures.mts';

const start = Date.UTC(2026, 10, 2, 8, 0, 0);
const hour = 3_600_000;

/** A job that failed on two bad blocks, to be changed by tests. */
export function sampleJob(changes: Partial<Job> = {}): Job {
  return {
    id: 'job-1',
    nas: 'tank',
    drive: { serial: 'ZL2ABCDE', wwn: '0x5000c500c3b2a1f0', sizeBytes: 16_000_900_661_248 },
    model: 'ST16000NM001G',
    state: 'failed',
    operator: 'anna',
    transaction: 't-1',
    gateId: 'gate',
    context: '{}',
    cancelRequestedBy: null,
    createdAt: start - hour,
    startedAt: start,
    endedAt: start + 100 * hour,
    reasons: ['Surface validation: 2 bad blocks'],
    grants: [],
    grantedBy: null,
    grantedAt: null,
    grantedBoot: null,
    ...changes,
  };
}

export function sampleStage(kind: StageKind, state: StageState, changes: Partial<Stage> = {}): Stage {
  return {
    jobId: 'job-1',
    position: 0,
    kind,
    state,
    stationId: 'station',
    memo: null,
    startedAt: start,
    endedAt: start + hour,
    percent: 100,
    reasons: [],
    evidence: [],
    ...changes,
  };
}

export function sampleEvidence(state: Evidence['state'], text: string): Evidence {
  return { key: 'some_key', state, text };
}

const stages: readonly Stage[] = [
  sampleStage('precheck', 'passed', {
    evidence: [
      sampleEvidence('found', 'SMART overall health passed'),
      sampleEvidence('gap', 'Pending sectors (attribute 197): not reported by the drive'),
    ],
  }),
  sampleStage('surface_validate', 'failed', {
    endedAt: start + 99 * hour,
    memo: { badBlocks: [17, 18], confirmedBadBlocks: [18] },
    reasons: ['2 bad blocks'],
    evidence: [sampleEvidence('contrary', '2 bad blocks'), sampleEvidence('missing', 'No summary was seen')],
  }),
  sampleStage('final_check', 'skipped', { startedAt: null, endedAt: null, percent: 0, stationId: null }),
];

/** Everything a report can hold, to be changed by tests. */
export function sampleFacts(changes: Partial<ReportFacts> = {}): ReportFacts {
  return {
    view: { job: sampleJob(), stages, progress: null },
    smart: {
      before: lookWith('ata-healthy-x-7.3', {}),
      after: lookWith('ata-healthy-x-7.3', { reallocated: 2, crcErrors: 4, percentageUsed: 1 }),
    },
    logTail: ['Testing with pattern 0xaa:', 'Pass completed, 2 bad blocks found. (0/0/2 errors)'],
    events: [
      { at: start, type: 'burnin_failed', serial: 'ZL2ABCDE', job: 'job-1', message: 'Burn-in failed' },
    ],
    now: start + 101 * hour,
    ...changes,
  };
}

/** The sample with another job. */
export function factsOfJob(changes: Partial<Job> & { readonly state: JobState }): ReportFacts {
  return sampleFacts({ view: { job: sampleJob(changes), stages, progress: null } });
}
