import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import type { Answer, BurninEvent } from '../../dist/lib/core/views.js';
import { Bench } from '../support/engine.mts';
import { holdDatabase } from '../support/hold-database.mts';

const codes = (answers: readonly Answer[]) => answers.map((answer) => (answer.ok ? 'ok' : answer.error.code));
const messageOf = (answers: readonly Answer[]) =>
  answers.map((answer) => (answer.ok ? answer.message : answer.error.message)).join();
const jobOf = (answers: readonly Answer[]) => answers.flatMap((answer) => (answer.ok ? answer.job : []))[0];

describe('a request', () => {
  let bench: Bench;
  let told: Answer[];
  let atGate: Answer[];
  let events: BurninEvent[];

  const listen = () => {
    [told, atGate, events] = [[], [], []];
    bench.burnin.attachGate({
      id: 'gate',
      readPlan: () => ['surface_validate'],
      send: () => undefined,
      answer: (answer) => atGate.push(answer),
    });
    bench.burnin.on('answer', (answer) => told.push(answer));
    bench.burnin.on('event', (event) => events.push(event));
  };
  const alter = (sql: string) => {
    const database = new Database(bench.file);
    database.exec(sql);
    database.close();
  };

  beforeEach(() => {
    bench = new Bench();
    for (const serial of ['A', 'B']) bench.host.addDrive(serial);
    listen();
  });
  afterEach(() => bench.close());

  const payload = { transaction: 'same', operator: 'ann', serial: 'A' };
  const start = (more: object = {}, door: object = {}) =>
    bench.request('start', { ...payload, ...more }, { gateId: 'gate', ...door });

  describe('and its transaction', () => {
    it('may come again when nothing came of it: the NAS was away, the drive locked, nothing live', async () => {
      bench.host.isReachable = false;
      assert.deepEqual(codes(await start()), ['stale']);
      bench.host.isReachable = true;
      assert.deepEqual(codes(await start({ serial: 'nobody' })), ['unknown_drive']);
      assert.deepEqual(codes(await bench.request('cancel', payload)), ['not_live']);
      assert.deepEqual(codes(await start()), ['ok']);
    });

    it('is used up by a job, and the replay tells which job and how it stands, also after a restart', async () => {
      const job = jobOf(await start()) ?? '';
      const expected = `taken before: job ${job} of drive A (running). Use a new transaction.`;
      const first = await start();
      assert.deepEqual(codes(first), ['replayed']);
      assert.ok(messageOf(first).includes(expected), messageOf(first));
      await bench.restart();
      assert.ok(messageOf(await bench.request('cancel', payload)).includes(expected));
    });

    it('is used up by a request that was taken in part', async () => {
      const several = { transaction: 'same', operator: 'ann' };
      const ask = () => bench.request('start', { ...several, serials: ['nobody', 'A'] });
      assert.deepEqual(codes(await ask()), ['unknown_drive', 'ok']);
      assert.deepEqual(codes(await ask()), ['replayed']);
    });

    it('is used up by a cancel, and the replay tells what was cancelled', async () => {
      const job = jobOf(await start()) ?? '';
      const cancel = { ...payload, transaction: 'other' };
      assert.deepEqual(codes(await bench.request('cancel', cancel)), ['ok']);
      const replay = messageOf(await bench.request('cancel', cancel));
      assert.ok(replay.includes(`job ${job} of drive A (cancelled)`), replay);
    });

    it('names the first jobs of many', async () => {
      const serials = Array.from({ length: 8 }, (_, index) => `S${index}`);
      for (const serial of serials) bench.host.addDrive(serial);
      await bench.request('start', { transaction: 'many', operator: 'ann', serials });
      const answers = await bench.request('start', { transaction: 'many', operator: 'ann', serials });
      assert.match(messageOf(answers), /of drive S4 \(queued\), 3 more\. Use/);
    });

    it('is refused while the same request is at work, and starts one job', async () => {
      const [first, second] = await Promise.all([start(), start({ serial: 'B' })]);
      assert.deepEqual([codes(first), codes(second)], [['ok'], ['replayed']]);
      assert.match(messageOf(second), /is at work now/);
      assert.deepEqual([bench.burnin.view().running, bench.burnin.view().queued], [1, 0]);
    });
  });

  describe('while the database cannot be written', () => {
    const everywhere = (given: readonly Answer[]) => {
      assert.deepEqual(told, given);
      assert.deepEqual(atGate, given);
    };

    it('is refused on every door, with its transaction and words of its own, and may come again', async () => {
      bench.busyTimeoutMs = 20;
      await bench.restart();
      listen();
      const holder = await holdDatabase(bench.file, 60_000);
      const answers = await start();
      assert.deepEqual(codes(answers), ['not_ready']);
      assert.equal(answers[0]?.transaction, 'same');
      assert.match(messageOf(answers), /nothing was changed: the database .* cannot be used just now/);
      everywhere(answers);
      const exit = new Promise((resolve) => holder.once('exit', resolve));
      holder.kill('SIGKILL');
      await exit;
      assert.deepEqual(codes(await start()), ['ok']);
    });

    it('is answered truthfully when only its event cannot be stored', async () => {
      alter(`CREATE TRIGGER broken BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'no room'); END`);
      const several = { transaction: 'same', operator: 'ann' };
      const answers = await bench.request(
        'start',
        { ...several, serials: ['A', 'nobody', 'B'] },
        { gateId: 'gate' },
      );
      assert.deepEqual(codes(answers), ['ok', 'unknown_drive', 'ok']);
      everywhere(answers);
      assert.match(bench.logs.join(), /no room/);
      const cancelled = await bench.cancel(['A', 'B']);
      assert.deepEqual(codes(cancelled), ['ok', 'ok']);
    });

    it('starts nothing when its transaction cannot be stored, and says so', async () => {
      alter(`CREATE TRIGGER broken BEFORE INSERT ON requests BEGIN SELECT RAISE(ABORT, 'no room'); END`);
      const answers = await start();
      assert.deepEqual(codes(answers), ['not_ready']);
      assert.match(messageOf(answers), /no room/);
      everywhere(answers);
      assert.equal(bench.burnin.view().queued + bench.burnin.view().running, 0);
      alter('DROP TRIGGER broken');
      assert.deepEqual(codes(await start()), ['ok']);
    });
  });

  it('is answered to everybody else when a gate throws on its answer', async () => {
    bench.burnin.attachGate({
      id: 'gate',
      readPlan: () => ['surface_validate'],
      send: () => undefined,
      answer: () => assert.fail('a broken node'),
    });
    const answers = await start();
    assert.deepEqual(codes(answers), ['ok']);
    assert.deepEqual(told, answers);
    assert.deepEqual(events.filter(({ type }) => type === 'start_accepted').length, 1);
  });

  it('never rejects, whatever a flow sends', async () => {
    const trap = {
      get transaction(): string {
        throw new Error('gotcha');
      },
    };
    const door = { isRetained: false, topicDrive: null, origin: 'test', gateId: 'gate', context: {} };
    for (const value of [trap, new Proxy({}, { ownKeys: () => assert.fail() }), Buffer.alloc(1_000_000)]) {
      const answers = await bench.burnin.request({ verb: 'start', payload: value, ...door });
      assert.deepEqual(codes(answers), ['malformed']);
      assert.ok(JSON.stringify(answers).length < 1000);
    }
    const answers = await bench.burnin.request({ verb: 'x'.repeat(100_000), payload: {}, ...door });
    assert.ok(JSON.stringify(answers).length < 1000);
  });
});
