import assert from 'node:assert/strict';
import { buildDailyReport } from '../../dist/lib/core/build-daily-report.js';
import type { DailyData, DailyFacts } from '../../lib/core/daily-data.ts';
import type { BurninEvent, DriveView, JobReport, NasView } from '../../lib/core/views.ts';
import { sampleJob, sampleStage } from './report-samples.mts';

const now = Date.UTC(2026, 10, 22, 8, 0, 0);
const hour = 3_600_000;

const nas: NasView = {
  nas: 'tank',
  running: 0,
  queued: 0,
  freeSlots: 4,
  link: 'connected',
  linkMessage: '',
  lastPollAt: now - 5000,
  unfit: [],
  activities: [],
  truenas: null,
  isStale: false,
  alerts: [],
};
const drive = (serial: string, changes: Partial<DriveView> = {}) =>
  ({ drive: { serial }, locks: [], isPresent: true, ...changes }) as unknown as DriveView;
const factsWith = (changes: Partial<DailyFacts>): DailyFacts => ({
  nas,
  drives: [],
  ended: [],
  live: [],
  overrides: [],
  since: now - 24 * hour,
  now,
  ...changes,
});
const event = (changes: Partial<BurninEvent> = {}): BurninEvent => ({
  at: now - hour,
  type: 'unlocked',
  serial: 'S1',
  job: null,
  message: 'Unlocked for ten minutes by ann, although the drive is in the imported pool tank.',
  ...changes,
});
const reportOf = (changes: Partial<DailyFacts>): JobReport => {
  const report = buildDailyReport(factsWith(changes));
  assert.ok(report);
  return report;
};
const dataOf = (changes: Partial<DailyFacts>) => reportOf(changes).data as DailyData;
const endOf = (state: 'passed' | 'failed' | 'cancelled' | 'unknown', serial: string) =>
  sampleJob({ state, model: null, drive: { serial, wwn: null, sizeBytes: 1 }, reasons: [`why ${serial}`] });
const tagsOf = (html: string) => html.match(/<[^>]*>/g) ?? [];

describe('the daily report', () => {
  it('is none for a quiet day, however many drives there are', () => {
    assert.equal(buildDailyReport(factsWith({ drives: [drive('A')] })), null);
    assert.equal(buildDailyReport(factsWith({ nas: { ...nas, lastPollAt: null } })), null);
  });

  it('is there for anything that ended, lives, was overridden or wants attention', () => {
    const view = { job: sampleJob({ state: 'queued' }), stages: [], progress: null };
    for (const changes of [
      ...(['passed', 'failed', 'cancelled', 'unknown'] as const).map((state) => ({
        ended: [endOf(state, 'A')],
      })),
      { live: [view] },
      { live: [{ ...view, job: sampleJob({ state: 'running' }) }] },
      { overrides: [event()] },
      { nas: { ...nas, alerts: ['Something is wrong.'] } },
    ]) {
      reportOf(changes);
    }
  });

  it('tells failures first, overrides next, then everything else, in text and page alike', () => {
    const live = [
      { job: sampleJob({ state: 'queued', startedAt: null, model: 'M' }), stages: [], progress: null },
      { job: sampleJob({ state: 'running' }), stages: [], progress: null },
    ];
    const { subject, text, html } = reportOf({
      ended: [endOf('passed', 'P'), endOf('cancelled', 'C'), endOf('unknown', 'U'), endOf('failed', 'F')],
      overrides: [event(), event({ type: 'grant_ended' })],
      live,
      nas: { ...nas, alerts: ['Something is wrong.'] },
    });
    const expected =
      'Burn-in, daily report: 1 failed, 2 overrides, 1 unknown, 1 cancelled, 1 passed, 1 running, 1 queued, 1 alert on tank';
    assert.equal(subject, expected);
    const titles = [
      'Failed',
      'Overridden safety locks',
      'Unknown',
      'Cancelled',
      'Passed',
      'Running',
      'Queued',
      'Alerts',
      'Drives',
    ];
    assert.deepEqual(
      [...html.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, title]) => title),
      titles,
    );
    const places = titles.map((title) => text.indexOf(`\n${title}\n---`));
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
    assert.ok((places[0] ?? -1) > 0);
    assert.ok(text.split('\n').every((line) => line.length <= 78));
    assert.match(html, /<h1 class="failed">/);
  });

  it('says of each end which drive, why, when and by whom, and whose override it rests on', () => {
    const grants = [{ kind: 'active_pool', detail: 'tank' }] as const;
    const job = sampleJob({ grants, grantedBy: 'eve', endedAt: now - hour });
    const { html, data } = reportOf({ ended: [job, sampleJob({ grants, reasons: [], state: 'passed' })] });
    assert.ok(
      html.includes(
        '<li>ZL2ABCDE, ST16000NM001G: Surface validation: 2 bad blocks (ended 2026-11-22 07:00 UTC, by anna, safety locks overridden by eve)</li>',
      ),
    );
    const { failed, passed, kind } = data as DailyData;
    assert.equal(kind, 'daily');
    assert.deepEqual(failed[0], {
      job: 'job-1',
      serial: 'ZL2ABCDE',
      model: 'ST16000NM001G',
      reasons: ['Surface validation: 2 bad blocks'],
      operator: 'anna',
      overridden_by: 'eve',
      ended_at: '2026-11-22T07:00:00.000Z',
    });
    assert.equal(passed[0]?.overridden_by, 'not known');
    assert.match(html, /<li>ZL2ABCDE, ST16000NM001G \(ended/);
  });

  it('says of each live job its stage, how far it is and since when', () => {
    const stages = [
      sampleStage('precheck', 'passed'),
      sampleStage('surface_validate', 'running', { percent: 50, startedAt: now - 3 * hour }),
    ];
    const job = sampleJob({ state: 'running', startedAt: now - 4 * hour, endedAt: null });
    const { html } = reportOf({
      live: [
        { job, stages, progress: null },
        { job, stages: [], progress: null },
        {
          job: sampleJob({ state: 'queued', startedAt: null, createdAt: now - hour }),
          stages: [],
          progress: null,
        },
      ],
    });
    const head = 'ZL2ABCDE, ST16000NM001G';
    for (const line of [
      `${head}: Surface validation, 50 % of the job (since 2026-11-22 04:00 UTC, by anna)`,
      `${head}: between two stages, 0 % of the job (since 2026-11-22 04:00 UTC, by anna)`,
      `${head} (since 2026-11-22 07:00 UTC, by anna)`,
    ]) {
      assert.ok(html.includes(`<li>${line}</li>`), line);
    }
    assert.match(html, /<h1 class="running">/);
  });

  it('tells every permission with time, drive and operator, however many there are', () => {
    const overrides = Array.from({ length: 700 }, (_, index) =>
      event({ serial: `S${index}`, message: `Unlocked by op${index}.` }),
    );
    const { text, data } = reportOf({ overrides });
    for (const [index] of overrides.entries()) {
      assert.ok(text.includes(`2026-11-22 07:00 UTC, drive S${index}: Unlocked by op${index}.`), `S${index}`);
    }
    assert.equal((data as DailyData).overrides.length, 700);
    assert.match(reportOf({ overrides: [event({ serial: null, job: 'j' })] }).text, /07:00 UTC: Unlocked/);
  });

  it('tells the operator at the end of the longest message', () => {
    const message = `Started by ann although the drive ${'is mounted at /mnt; it '.repeat(200)}: overridden by eve.`;
    assert.ok(dataOf({ overrides: [event({ message })] }).overrides[0]?.message.endsWith('by eve.'));
  });

  it('cuts refused unlocks alone when there are very many, and says how many', () => {
    const refused = Array.from({ length: 1000 }, (_, index) =>
      event({ type: 'unlock_refused', message: `wrong_phrase ${index}` }),
    );
    const overrides = [event({ message: 'early' }), ...refused, event({ message: 'late' })];
    const { text, data } = reportOf({ overrides });
    const { counts, overrides: told } = data as DailyData;
    assert.deepEqual([counts.overrides, told.length], [1002, 202]);
    assert.deepEqual(
      [told[0], told[1], told.at(-1)].map((item) => item?.message),
      ['early', 'wrong_phrase 800', 'late'],
    );
    assert.match(text, /\* And 800 earlier refused unlocks\n/);
  });

  it('counts what it cuts from other lists', () => {
    const ended = Array.from({ length: 501 }, () => endOf('cancelled', 'C'));
    const { subject, text, data } = reportOf({ ended });
    assert.match(subject, /501 cancelled/);
    assert.equal((data as DailyData).cancelled.length, 500);
    assert.match(text, /\* And 1 more\n/);
  });

  it('counts drives as the last good poll saw them, and never without one', () => {
    const lock = { kind: 'swap', detail: 'sda2' } as const;
    const drives = [
      drive('A'),
      drive('B', { locks: [lock, lock] }),
      drive('C', { isPresent: false, locks: [lock] }),
    ];
    const unfit = [{ name: 'sdz', reason: 'no_serial', model: null, sizeBytes: 1 }] as const;
    const alerts = ['x'];
    const known = reportOf({ drives, nas: { ...nas, unfit, alerts } });
    assert.deepEqual((known.data as DailyData).drives, {
      seen_at: '2026-11-22T07:59:55.000Z',
      present: 2,
      locked: 1,
      unfit: 1,
    });
    assert.match(
      known.html,
      /2 there, 1 of them with safety locks; 1 more cannot be burned in \(2026-11-22 07:59 UTC\)/,
    );
    assert.match(known.html, /<h1 class="unknown">/);
    const unknown = reportOf({ drives, nas: { ...nas, alerts, lastPollAt: null } });
    assert.equal((unknown.data as DailyData).drives, null);
    assert.match(unknown.text, /Not known: the NAS has not been seen/);
  });

  it('lets no foreign text become markup, a header or a second line', () => {
    const evil = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;\r\nBcc: evil@example.org\u0000\u001b[31m\u202e\ud800 ${'w'.repeat(300)}`;
    const job = sampleJob({
      id: evil,
      model: evil,
      operator: evil,
      drive: { serial: evil, wwn: null, sizeBytes: 1 },
      reasons: [evil],
      grants: [{ kind: 'active_pool', detail: evil }],
      grantedBy: evil,
    });
    const facts = (text: string, of: typeof job): Partial<DailyFacts> => ({
      nas: { ...nas, nas: text, alerts: [text] },
      ended: [of],
      live: [
        { job: { ...of, state: 'running' }, stages: [], progress: null },
        { job: { ...of, state: 'queued' }, stages: [], progress: null },
      ],
      overrides: [event({ type: text, serial: text, job: text, message: text })],
    });
    const harmless = sampleJob({ grants: [{ kind: 'active_pool', detail: 'x' }], grantedBy: 'x' });
    const { subject, text, html, data } = reportOf(facts(evil, job));
    assert.deepEqual(tagsOf(html), tagsOf(reportOf(facts('x', harmless)).html));
    assert.doesNotMatch(html, /<script|<img/);
    for (const part of [subject, text.replaceAll('\n', ''), JSON.stringify(data)]) {
      assert.doesNotMatch(part, /[\p{Cc}\p{Cf}\p{Cs}]/u);
    }
    assert.doesNotMatch(text, /^Bcc:/m);
    assert.doesNotMatch(JSON.stringify(data), /\\[rnu]/);
  });
});
