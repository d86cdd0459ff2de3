import assert from 'node:assert/strict';
import { buildReport } from '../../dist/lib/core/build-report.js';
import { jobStates } from '../../dist/lib/core/job.js';
import type { ReportData, ReportFacts } from '../../lib/core/report-data.ts';
import { factsOfJob, sampleEvidence, sampleFacts, sampleJob, sampleStage } from './report-samples.mts';
import { lookWith } from './smart-captures.mts';

const dataOf = (facts: ReportFacts) => buildReport(facts).data as ReportData;
const tagsOf = (html: string) => html.match(/<[^>]*>/g) ?? [];

const evil = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;\r\nBcc: evil@example.org\u0000\u001b[31m\u202e\ud800 ${'w'.repeat(300)}`;

/** The facts with every piece of foreign text replaced by the worst. */
function poison(facts: ReportFacts): ReportFacts {
  const evils = [evil];
  return {
    ...facts,
    view: {
      progress: null,
      job: sampleJob({
        id: evil,
        nas: evil,
        model: evil,
        operator: evil,
        transaction: evil,
        drive: { serial: evil, wwn: evil, sizeBytes: 1 },
        reasons: evils,
        grants: [{ kind: 'active_pool', detail: evil }],
        grantedBy: evil,
        grantedAt: 0,
      }),
      stages: facts.view.stages.map((stage) => ({
        ...stage,
        reasons: stage.reasons.map(() => evil),
        evidence: stage.evidence.map((item) => ({ ...item, key: evil, text: evil })),
      })),
    },
    logTail: facts.logTail.map(() => evil),
    events: facts.events?.map((event) => ({ ...event, type: evil, message: evil })) ?? [],
  };
}

describe('the report of a job', () => {
  it('says in its subject how which drive ended, and where', () => {
    assert.equal(buildReport(sampleFacts()).subject, 'Burn-in FAILED: ST16000NM001G ZL2ABCDE on tank');
    assert.equal(
      buildReport(factsOfJob({ state: 'unknown', model: null })).subject,
      'Burn-in UNKNOWN: ZL2ABCDE on tank',
    );
  });

  it('is never without a reason, whatever the job says', () => {
    for (const state of jobStates) {
      for (const reasons of [[], ['', ' \n']]) {
        const report = buildReport(factsOfJob({ state, reasons }));
        const data = report.data as ReportData;
        assert.equal(data.reasons.length, 1, state);
        assert.match(data.reasons[0] ?? '', /\w/);
        assert.match(report.text, /\nReasons\n-------\n {2}\* \w/);
      }
    }
    assert.deepEqual(dataOf(factsOfJob({ state: 'unknown', reasons: [] })).reasons, [
      'No reason was recorded',
    ]);
    assert.deepEqual(dataOf(factsOfJob({ state: 'passed', reasons: [] })).reasons, ['1 of 3 stages passed']);
    assert.deepEqual(dataOf(factsOfJob({ state: 'running', reasons: [] })).reasons, [
      'The job has not ended',
    ]);
  });

  it('never says passed in its head unless the job passed', () => {
    for (const state of jobStates) {
      const { subject, text } = buildReport(factsOfJob({ state }));
      const head = text.split('\n').slice(0, 4).join(' ');
      assert.equal(/pass/i.test(subject + head), state === 'passed' || state === 'unknown', state);
    }
    assert.match(buildReport(factsOfJob({ state: 'unknown' })).text, /Treat the drive as not tested/);
  });

  it('states every gap: missing evidence, stages not run, SMART not read', () => {
    assert.deepEqual(dataOf(sampleFacts({ smart: null })).gaps, [
      'Pre-check: Pending sectors (attribute 197): not reported by the drive',
      'Surface validation: No summary was seen',
      'Final check: was not run',
      'No SMART readings were kept',
    ]);
    const smart = { before: { kind: 'not_available', reason: 'loop device' }, after: null } as const;
    assert.deepEqual(dataOf(sampleFacts({ smart })).gaps.slice(3), [
      'No SMART data before the burn-in: loop device',
      'No SMART data after the burn-in: no reading was taken',
    ]);
    assert.match(buildReport(sampleFacts({ smart })).text, /No values: see the gaps above/);
    assert.match(buildReport(sampleFacts({ smart })).html, /No values: see the gaps above/);
  });

  it('has no gaps section when nothing lacks, and none for stages still to come', () => {
    const stages = [
      sampleStage('precheck', 'passed', { evidence: [sampleEvidence('found', 'all well')] }),
      sampleStage('final_check', 'pending', { startedAt: null, endedAt: null }),
    ];
    const view = { job: sampleJob({ state: 'running', endedAt: null }), stages, progress: null };
    const report = buildReport(sampleFacts({ view }));
    assert.deepEqual((report.data as ReportData).gaps, []);
    assert.doesNotMatch(report.text, /\nGaps\n/);
    assert.doesNotMatch(report.html, /<h2>Gaps/);
    assert.match(report.text, /Ended +not ended\n {2}Took +not known/);
  });

  it('tells identity, operator and times', () => {
    const { text, html } = buildReport(sampleFacts());
    for (const part of [
      'ZL2ABCDE',
      '0x5000c500c3b2a1f0',
      '16.0 TB (16000900661248 bytes)',
      'anna',
      '2026-11-02 08:00 UTC',
      '4 days 4 hours',
      'Surface validation: failed',
    ]) {
      assert.ok(text.includes(part), part);
      assert.ok(html.includes(part), part);
    }
    const cancelled = buildReport(
      factsOfJob({
        state: 'cancelled',
        cancelRequestedBy: 'berta',
        model: null,
        startedAt: null,
        drive: { serial: 'S', wwn: null, sizeBytes: 9 },
      }),
    ).text;
    assert.match(cancelled, /Cancelled by +berta/);
    assert.match(cancelled, /Model +not known/);
    assert.match(cancelled, /WWN +none/);
    assert.match(cancelled, /Started +never/);
  });

  it('shows what was overridden, by whom and when; and nothing where nothing was', () => {
    assert.equal(dataOf(sampleFacts()).overridden, null);
    assert.doesNotMatch(buildReport(sampleFacts()).text, /Overridden/);
    const grants = [
      { kind: 'active_pool', detail: 'tank' },
      { kind: 'mounted', detail: '/mnt/old' },
    ] as const;
    const grantedAt = Date.UTC(2026, 10, 2, 7, 55);
    const facts = factsOfJob({ state: 'failed', grants, grantedBy: 'berta', grantedAt });
    assert.deepEqual(dataOf(facts).overridden, {
      by: 'berta',
      at: '2026-11-02T07:55:00.000Z',
      locks: grants,
    });
    const { text, html } = buildReport(facts);
    const line =
      'by berta, 2026-11-02 07:55 UTC: the drive is in the imported pool tank; it is mounted at /mnt/old';
    assert.ok(text.replaceAll(/\s+/g, ' ').includes(`Overridden ${line}`), text);
    assert.ok(html.includes(line));
    const nobody = factsOfJob({ state: 'failed', grants, grantedBy: null, grantedAt: null });
    assert.equal(dataOf(nobody).overridden?.by, 'not known');
  });

  it('shows a stage that is under way as not ended', () => {
    const view = {
      job: sampleJob({ state: 'running' }),
      stages: [sampleStage('long_smart', 'running', { endedAt: null })],
      progress: null,
    };
    assert.match(
      buildReport(sampleFacts({ view })).text,
      /1\. Long SMART self-test: running, 2026-11-02 08:00 UTC, not ended/,
    );
  });

  it('compares SMART data and marks what changed', () => {
    const { html } = buildReport(sampleFacts());
    const bad = {
      before: lookWith('ata-healthy-x-7.3', { isPassed: null }),
      after: lookWith('ata-healthy-x-7.3', { isPassed: false }),
    };
    assert.deepEqual(dataOf(sampleFacts({ smart: bad })).smart?.rows[0], {
      key: 'health',
      label: 'Overall health',
      before: null,
      after: 'failing',
    });
    assert.deepEqual(dataOf(sampleFacts()).smart?.rows.slice(0, 3), [
      { key: 'health', label: 'Overall health', before: 'passed', after: 'passed' },
      { key: 'reallocated', label: 'Reallocated sectors (attribute 5)', before: 0, after: 2 },
      { key: 'crc_errors', label: 'Interface CRC errors (attribute 199)', before: null, after: 4 },
    ]);
    assert.match(
      html,
      /<tr class="changed"><td>Reallocated sectors \(attribute 5\)<\/td><td>0<\/td><td>2<\/td>/,
    );
    assert.match(html, /<tr class="same"><td>Overall health/);
  });

  it('lists bad blocks with what a second read made of them', () => {
    const linesOf = (memo: Readonly<Record<string, unknown>> | null) => {
      const view = {
        job: sampleJob(),
        stages: [sampleStage('surface_validate', 'failed', { memo })],
        progress: null,
      };
      const report = buildReport(sampleFacts({ view }));
      return /Bad blocks\n-+\n([\s\S]*?)\n\n/.exec(report.text)?.[1]?.replaceAll(/\s+/g, ' ');
    };
    const stage = ' * Surface validation:';
    assert.equal(linesOf({ badBlocks: [], confirmedBadBlocks: null }), `${stage} none reported`);
    assert.equal(linesOf({ badBlocks: [5] }), `${stage} 1 reported, not read a second time: 5`);
    assert.equal(
      linesOf({ badBlocks: [5, 'x', null], confirmedBadBlocks: [] }),
      `${stage} 1 reported, 0 confirmed by a second read: 5`,
    );
    const many = Array.from({ length: 1500 }, (_, block) => block);
    assert.equal(
      linesOf({ badBlocks: [17, 18, 4096], confirmedBadBlocks: [17, 18] }),
      `${stage} 3 reported, 2 confirmed by a second read: 17, 18`,
    );
    assert.match(linesOf({ badBlocks: many }) ?? '', /1500 reported, .* 18, 19 and 1480 more$/);
    assert.equal(linesOf({ badBlocks: 'none' }), ' * No stage has looked for bad blocks');
    assert.equal(linesOf(null), ' * No stage has looked for bad blocks');
  });

  it('bounds block lists, events and log', () => {
    const badBlocks = Array.from({ length: 1500 }, (_, block) => block);
    const stages = [
      sampleStage('surface_validate', 'failed', { memo: { badBlocks, confirmedBadBlocks: badBlocks } }),
    ];
    const [event] = sampleFacts().events ?? [];
    assert.ok(event);
    const data = dataOf(
      sampleFacts({
        view: { job: sampleJob(), stages, progress: null },
        logTail: Array.from({ length: 5000 }, (_, line) => `line ${line}`),
        events: Array.from({ length: 5000 }, () => event),
      }),
    );
    const blocks = data.stages.at(0)?.bad_blocks;
    assert.ok(blocks);
    assert.equal(blocks.reported, 1500);
    assert.equal(blocks.reported_blocks.length, 1000);
    assert.equal(blocks.confirmed_blocks.length, 1000);
    assert.equal(data.log_tail.length, 200);
    assert.equal(data.log_tail.at(-1), 'line 4999');
    assert.equal(data.events.length, 200);
  });

  it('leaves out what there is nothing of', () => {
    const { view, smart, now } = sampleFacts();
    const { text, html } = buildReport({ view, smart, now, logTail: [] });
    assert.doesNotMatch(text, /Events|End of the log/);
    assert.doesNotMatch(html, /Events|End of the log/);
  });

  it('has data that is plain JSON of version 1', () => {
    const { data } = buildReport(sampleFacts());
    assert.equal(data['version'], 1);
    assert.deepEqual(JSON.parse(JSON.stringify(data)), data);
    assert.equal(data['duration_s'], 360_000);
    assert.equal(data['ended_at'], '2026-11-06T12:00:00.000Z');
  });
});

describe('a report on a hostile drive', () => {
  it('has the same HTML tags as one on a decent drive', () => {
    const decent = factsOfJob({
      state: 'failed',
      grants: [{ kind: 'active_pool', detail: 'tank' }],
      grantedBy: 'ann',
      grantedAt: 0,
    });
    const hostile = buildReport(poison(decent)).html;
    assert.deepEqual(tagsOf(hostile), tagsOf(buildReport(decent).html));
    assert.doesNotMatch(hostile, /<script|<img/);
    assert.match(hostile, /&#62;&#60;script&#62;alert\(1\)/);
  });

  it('has nothing in its text but lines of at most 78 printable characters', () => {
    const { text } = buildReport(poison(sampleFacts()));
    for (const line of text.split('\n')) {
      assert.ok(line.length <= 78, line);
      assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
    }
    assert.doesNotMatch(text, /^Bcc/m);
  });

  it('has a subject of one short line', () => {
    const { subject } = buildReport(poison(sampleFacts()));
    assert.doesNotMatch(subject, /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
    assert.ok(subject.length < 220);
  });

  it('has clean strings all over its data', () => {
    const walk = (value: unknown): void => {
      if (typeof value === 'string') assert.doesNotMatch(value, /[\p{Cc}\p{Cf}\p{Cs}]/u);
      if (typeof value === 'object' && value !== null) Object.values(value).forEach(walk);
    };
    walk(buildReport(poison(sampleFacts())).data);
  });
});
