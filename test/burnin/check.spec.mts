import assert from 'node:assert/strict';
import type { Answer, BurninEvent } from '../../dist/lib/core/views.js';
import { readDatabase } from '../support/read-database.mts';
import { Bench, Line } from '../support/engine.mts';
import { twins } from '../support/probes.mts';

const codesOf = (answer: Answer | undefined) => answer?.reasons?.map(({ code }) => code);

describe('a check', () => {
  let bench: Bench;
  let told: Answer[];
  let events: BurninEvent[];
  beforeEach(() => {
    bench = new Bench();
    bench.host.addDrive('A');
    bench.host.addDrive('B', [
      { kind: 'mounted', detail: '/mnt' },
      { kind: 'active_pool', detail: 'tank' },
    ]);
    [told, events] = [[], []];
    bench.burnin.on('answer', (answer) => told.push(answer));
    bench.burnin.on('event', (event) => events.push(event));
  });
  afterEach(() => bench.close());

  const check = (serial: string | string[], more: object = {}, door: object = {}) => {
    const named = typeof serial === 'string' ? { serial } : { serials: serial };
    return bench.request('check', { ...named, ...more }, door);
  };

  it('says yes where a start would be done, with its plan', async () => {
    new Line(bench.burnin);
    const [answer] = await check('A');
    assert.ok(answer?.ok);
    assert.equal(answer.message, 'A start would be done: precheck, surface_validate, final_check.');
    assert.deepEqual([answer.job, answer.reasons, answer.notes, answer.phrase], [null, [], [], null]);
    assert.deepEqual(told, [answer]);
  });

  it('changes nothing, is no event, and leaves the transaction for the start', async () => {
    new Line(bench.burnin);
    await bench.burnin.poll();
    const rows = () =>
      ['jobs', 'requests', 'events', 'drives'].map((table) =>
        readDatabase(bench.file, `SELECT * FROM ${table}`),
      );
    const before = rows();
    for (const serial of ['A', 'B', 'nobody']) await check(serial, { transaction: 'same' });
    await check('A', {}, { isRetained: true });
    await check('A', { stages: 'nonsense' });
    assert.deepEqual(rows(), before);
    assert.deepEqual(events, []);
    assert.equal(told.length, 5);
    const [start] = await bench.request('start', { serial: 'A', transaction: 'same' });
    assert.equal(start?.ok, true);
    assert.deepEqual(codesOf((await check('A', { transaction: 'same' }))[0]), ['replayed', 'already_live']);
  });

  it('lists each safety lock with its phrase, and what to type for all of them', async () => {
    new Line(bench.burnin);
    const [, answer] = await check(['A', 'B']);
    assert.ok(answer?.ok === false);
    assert.equal(answer.error.code, 'locked');
    assert.deepEqual(answer.reasons, [
      {
        code: 'locked',
        kind: 'active_pool',
        detail: 'tank',
        message: 'Drive B is in the imported pool tank.',
        phrase: 'tank',
      },
      {
        code: 'locked',
        kind: 'mounted',
        detail: '/mnt',
        message: 'Drive B is mounted at /mnt.',
        phrase: 'DESTROY MOUNTED FILESYSTEM',
      },
    ]);
    assert.equal(answer.phrase, 'tank + DESTROY MOUNTED FILESYSTEM');
    const typed = await bench.request('unlock', { serial: 'B', phrase: answer.phrase });
    assert.equal(typed[0]?.ok, true);
    const [again] = await check('B');
    assert.equal(again?.ok, true);
    assert.match(
      again.notes?.[0] ?? '',
      /^The permission of ann would be used up: the drive is mounted at \/mnt; it is in .* tank\.$/,
    );
    assert.equal((await check('B'))[0]?.ok, true, 'a question uses nothing up');
    assert.equal((await bench.start('B'))[0]?.ok, true);
  });

  it('says why nothing can be typed', async () => {
    new Line(bench.burnin);
    bench.host.setLocks('B', [{ kind: 'swap', detail: 'sdb2' }]);
    const [answer] = await check('B');
    assert.deepEqual([answer?.phrase, answer?.reasons?.[0]?.phrase], [null, undefined]);
    assert.match(answer?.reasons?.[0]?.message ?? '', /Turn the swap off/);
  });

  it('lists all that is against it at once', async () => {
    const [answer] = await check('B', { stages: ['io_validate'] });
    assert.deepEqual(codesOf(answer), ['no_gate', 'stage_unavailable', 'locked', 'locked']);
    bench.host.isReachable = false;
    assert.deepEqual(codesOf((await check('B'))[0]), ['no_gate', 'stale']);
  });

  it('names each of two drives with one serial number, with its phrase', async () => {
    new Line(bench.burnin);
    bench.host.drives.push(...twins());
    const [answer] = await check('A1');
    assert.deepEqual(
      answer?.reasons?.map(({ phrase }) => phrase),
      ['0x5000c500000000a1', '0x5000c500000000b2'],
    );
  });

  it('takes a held queue and full places for no reason, and tells them', async () => {
    bench.host.activities.push({ pool: 'tank', kind: 'scrub', percent: 12 });
    bench.maxParallel = 1;
    await bench.restart();
    new Line(bench.burnin);
    const answers = await check(['A']);
    assert.equal(answers[0]?.ok, true);
    assert.deepEqual(answers[0].notes, ['No job begins: pool tank is being scrubbed (12 % done).']);
    bench.host.addDrive('C');
    const several = await check(['A', 'C']);
    assert.deepEqual(
      several.map(({ ok, notes }) => [ok, notes?.length]),
      [
        [true, 1],
        [true, 2],
      ],
    );
    assert.match(several[1]?.notes?.[1] ?? '', /All places are taken/);
  });

  it('is refused as a whole when it cannot be understood', async () => {
    const [retained] = await check('A', {}, { isRetained: true });
    assert.ok(retained?.ok === false);
    assert.deepEqual([retained.error.code, retained.serial], ['retained', null]);
    const [topic] = await check('A', {}, { topicDrive: 'B' });
    assert.ok(topic?.ok === false && topic.error.code === 'malformed');
  });
});

describe('a pool at work', () => {
  it('holds the queue until it is done, and says so', async () => {
    const bench = new Bench();
    try {
      bench.host.addDrive('A');
      bench.host.unfit.push({ name: 'sdx', reason: 'no_serial', model: null, sizeBytes: 1 });
      bench.host.activities.push({ pool: 'tank', kind: 'resilver', percent: null });
      const line = new Line(bench.burnin);
      await bench.start('A');
      const view = await bench.burnin.poll();
      assert.deepEqual([view.queued, view.running], [1, 0]);
      assert.deepEqual(view.alerts, ['No job begins: pool tank is resilvering.']);
      assert.deepEqual([view.activities, view.unfit], [bench.host.activities, bench.host.unfit]);
      bench.host.activities.length = 0;
      const after = await bench.burnin.poll();
      assert.deepEqual([after.running, after.alerts], [1, []]);
      line.detach();
    } finally {
      await bench.close();
    }
  });
});

describe('a poll', () => {
  it('tells when it is over, well or not, once', async () => {
    const bench = new Bench();
    try {
      const polled: boolean[] = [];
      bench.burnin.on('polled', ({ isStale }) => polled.push(isStale));
      await bench.burnin.poll();
      assert.deepEqual(polled, [false]);
      bench.host.isReachable = false;
      bench.aheadMs = 60_000;
      await bench.burnin.poll();
      assert.deepEqual(polled, [false, true]);
    } finally {
      await bench.close();
    }
  });
});
