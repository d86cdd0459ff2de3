import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buildDriveAttributes } from '../../dist/lib/core/build-drive-attributes.js';
import { buildDriveState } from '../../dist/lib/core/build-drive-state.js';
import { buildEventPayload, buildResponse } from '../../dist/lib/core/build-payloads.js';
import { buildNasState } from '../../dist/lib/core/build-nas-state.js';
import { safetyLockKinds } from '../../dist/lib/core/drive.js';
import { judgeAdmission } from '../../dist/lib/core/judge-admission.js';
import { stageKinds } from '../../dist/lib/core/job.js';
import { requestVerbs } from '../../dist/lib/core/read-request.js';
import { refusalCodes } from '../../dist/lib/core/refusal.js';
import { buildTopicName, buildTopics } from '../../dist/lib/core/topics.js';
import { phases } from '../../dist/lib/core/views.js';
import { probed, reportOf } from '../support/probes.mts';
import { sampleDriveView, sampleNasView, sampleNow } from '../support/sample-views.mts';

const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/topics.md'), 'utf8');

/** The JSON examples below a heading. */
function examplesOf(heading: string): unknown[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/```json\n(.*?)```/gs)].map((match) => JSON.parse(match[1] ?? '') as unknown);
}

const same = { transaction: 'a1', verb: 'start', serial: 'ZL2ABC12' } as const;
const error = { code: 'locked', message: 'the drive is in pool tank' } as const;
const event = {
  at: sampleNow,
  type: 'burnin_failed',
  serial: 'ZL2ABC12',
  job: '01JDA5ZK3W',
  message: '3 bad blocks',
};

/** A drive in use that somebody has unlocked. */
const unlocked = sampleDriveView({
  locks: [
    { kind: 'active_pool', detail: 'tank' },
    { kind: 'mounted', detail: '/mnt/old' },
  ],
  grant: { operator: 'alice', locks: [], endsAt: sampleNow + 600_000 },
});
const { locks, phrase, grant } = buildDriveAttributes(unlocked);
const check = { transaction: 'a1', verb: 'check', serial: 'ZL2ABC12' } as const;
const probe = reportOf(probed('ZL2ABC12', [{ kind: 'active_pool', detail: 'tank' }]));
const admission = judgeAdmission('ZL2ABC12', probe);
assert.ok(!admission.ok);
const { reasons } = admission;

const documented: Record<string, unknown[]> = {
  'Drive state': [buildDriveState(sampleDriveView(), { now: sampleNow, previousFinish: null })],
  'Drive attributes': [buildDriveAttributes(sampleDriveView()), { locks, phrase, grant }],
  'NAS state': [buildNasState(sampleNasView(), 38)],
  Event: [buildEventPayload(event)],
  Response: [
    buildResponse({ ok: true, ...same, job: '01JDA5ZK3W', message: 'queued' }),
    buildResponse({ ok: false, ...same, error }),
    buildResponse({
      ...{ ok: true, ...check, job: null, reasons: [], phrase: null },
      message: 'A start would be done: precheck, surface_validate, final_check.',
      notes: ['All places are taken: the job would wait for one.'],
    }),
    buildResponse({
      ...{ ok: false, ...check, reasons, notes: [], phrase: admission.phrase },
      error: { code: 'locked', message: reasons.map(({ message }) => message).join(' ') },
    }),
  ],
};

describe('the page on topics', () => {
  for (const [heading, payloads] of Object.entries(documented)) {
    it(`shows under "${heading}" exactly what is published`, () => {
      assert.deepEqual(examplesOf(heading), payloads);
    });
  }

  it('names every topic', () => {
    const { status, state, event: nasEvent, response, requests, drive } = buildTopics('NAS');
    const driveTopics: string[] = Object.values({ ...drive('DRIVE') });
    const all = [status, state, nasEvent, response, ...requests, ...driveTopics];
    const names = all.map((topic) =>
      topic
        .replace('NAS', '<nas>')
        .replace(/DRIVE|(?<=drive\/)\+/, '<drive>')
        .replace('set/+', 'set/<verb>'),
    );
    for (const name of names) assert.ok(page.includes(`| \`${name}\` |`), name);
  });

  it('names every field, stage, phase and lock reason', () => {
    const fields = Object.keys(buildDriveState(sampleDriveView(), { now: sampleNow, previousFinish: null }));
    for (const word of [...fields, ...stageKinds, ...phases, ...safetyLockKinds]) {
      assert.ok(page.includes(`\`${word}\``), word);
    }
  });

  it('names every verb and every code of a refusal', () => {
    for (const word of [...requestVerbs, ...refusalCodes]) assert.ok(page.includes(`| \`${word}\` |`), word);
  });

  it('shows how a serial number is cleaned', () => {
    assert.ok(page.includes(`\`S3Z9 NB0K\` is \`${buildTopicName('S3Z9 NB0K')}\``));
  });
});
