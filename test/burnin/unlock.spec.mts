import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { SafetyLock } from '../../dist/lib/core/drive.js';
import type { Answer, BurninEvent, DriveView } from '../../dist/lib/core/views.js';
import { Bench, Line, until } from '../support/engine.mts';
import { twins } from '../support/probes.mts';

const codes = (answers: readonly Answer[]) => answers.map((answer) => (answer.ok ? 'ok' : answer.error.code));
const messageOf = (answers: readonly Answer[]) =>
  answers.map((answer) => (answer.ok ? answer.message : answer.error.message)).join();
const jobOf = (answers: readonly Answer[]) =>
  answers.flatMap((answer) => (answer.ok ? (answer.job ?? []) : []))[0];

const tank: SafetyLock = { kind: 'active_pool', detail: 'tank' };
const minuteMs = 60_000;

describe('an unlock', () => {
  let bench: Bench;
  let events: BurninEvent[];
  beforeEach(() => {
    bench = new Bench();
    bench.host.addDrive('A', [tank]);
    bench.host.addDrive('free');
    listen();
  });
  afterEach(() => bench.close());

  const listen = () => {
    events = [];
    bench.burnin.on('event', (event) => events.push(event));
  };
  const unlock = (phrase = 'tank', more: object = {}, door: object = {}) =>
    bench.request('unlock', { serial: 'A', phrase, ...more }, door);
  const lock = (serial = 'A') => bench.request('lock', { serial });
  const eventsOf = (type: string) => events.filter((event) => event.type === type);
  const viewOf = (serial: string): DriveView | undefined =>
    bench.burnin.drives().find(({ drive }) => drive.serial === serial);

  it('with the phrase lets a start through, once, and the job carries what was overridden', async () => {
    const line = new Line(bench.burnin);
    assert.deepEqual(codes(await bench.start('A')), ['locked']);
    assert.deepEqual(codes(await unlock(' tank ')), ['ok']);
    const started = await bench.start('A');
    assert.deepEqual(codes(started), ['ok']);
    const job = bench.burnin.job(jobOf(started) ?? '')?.job;
    assert.deepEqual([job?.grants, job?.grantedBy], [[tank], 'ann']);
    await until('the run', () => bench.host.starts.length === 1);
    assert.deepEqual(bench.host.starts[0]?.grants, [tank]);
    assert.equal(viewOf('A')?.grant, null);
    bench.host.finish('A');
    await until('the report', () => line.reports.length === 1);
    assert.match(line.reports[0]?.text ?? '', /Overridden +by ann, .*: the drive is in the/);
    assert.deepEqual(codes(await bench.start('A')), ['locked']);
    const [overridden] = eventsOf('lock_overridden');
    assert.deepEqual([overridden?.serial, overridden?.job], ['A', job?.id]);
    assert.match(overridden?.message ?? '', /Started by ann although .* pool tank: overridden by ann, /);
    assert.deepEqual(eventsOf('grant_ended'), []);
  });

  it('never lets anything into the run of a drive that needed no permission', async () => {
    new Line(bench.burnin);
    await bench.start('free');
    await until('the run', () => bench.host.starts.length === 1);
    assert.deepEqual(bench.host.starts[0]?.grants, []);
  });

  it('shows in the view of the drive, and tells who gave it', async () => {
    await unlock();
    const grant = viewOf('A')?.grant;
    assert.deepEqual([grant?.operator, grant?.locks], ['ann', [tank]]);
    const [unlocked] = eventsOf('unlocked');
    assert.equal(
      unlocked?.message,
      'Unlocked for ten minutes by ann, although the drive is in the imported pool tank.',
    );
    assert.deepEqual(eventsOf('unlock_accepted'), []);
  });

  it('does not outlive the process', async () => {
    await unlock();
    await bench.restart();
    new Line(bench.burnin);
    assert.deepEqual(codes(await bench.start('A')), ['locked']);
  });

  it('judges on a fresh probe, whatever the last poll saw', async () => {
    await bench.burnin.poll();
    bench.host.setLocks('A', [tank, { kind: 'mounted', detail: '/mnt' }]);
    assert.deepEqual(codes(await unlock()), ['wrong_phrase']);
    assert.deepEqual(codes(await unlock('tank + DESTROY MOUNTED FILESYSTEM')), ['ok']);
    bench.host.isReachable = false;
    assert.deepEqual(codes(await unlock()), ['stale']);
  });

  it('does not help a start that finds other locks than were seen, not even when they are back', async () => {
    new Line(bench.burnin);
    for (const other of [[tank, { kind: 'mounted', detail: '/mnt' }], [{ ...tank, detail: 'backup' }]]) {
      bench.host.setLocks('A', [tank]);
      await unlock();
      bench.host.setLocks('A', other as SafetyLock[]);
      assert.deepEqual(codes(await bench.start('A')), ['locked']);
      bench.host.setLocks('A', [tank]);
      assert.deepEqual(codes(await bench.start('A')), ['locked']);
    }
    assert.equal(eventsOf('grant_ended').length, 2);
  });

  it('is ended by a poll that finds something else, with nobody asking', async () => {
    new Line(bench.burnin);
    await unlock();
    bench.host.setLocks('A', []);
    await bench.burnin.poll();
    assert.match(eventsOf('grant_ended')[0]?.message ?? '', /no longer those that were seen/);
    bench.host.setLocks('A', [tank]);
    assert.deepEqual(codes(await bench.start('A')), ['locked']);
  });

  it('does not help after a reboot, for another drive, or when its time is over', async () => {
    new Line(bench.burnin);
    await unlock();
    bench.host.reboot();
    assert.deepEqual(codes(await bench.start('A')), ['locked']);
    await unlock();
    bench.aheadMs = 10 * minuteMs;
    assert.deepEqual(codes(await bench.start('A')), ['locked']);
    bench.host.addDrive('B', [tank]);
    await unlock();
    assert.deepEqual(codes(await bench.start(['A', 'B'])), ['ok', 'locked']);
  });

  it('is kept when the start is refused for another reason', async () => {
    assert.deepEqual(codes(await unlock()), ['ok']);
    assert.deepEqual(codes(await bench.start('A')), ['no_gate']);
    new Line(bench.burnin);
    assert.deepEqual(codes(await bench.start('A')), ['ok']);
    await unlock();
    assert.deepEqual(codes(await bench.start('A')), ['already_live']);
    assert.ok(viewOf('A')?.grant);
  });

  it('is not given when it cannot be written down, and a start that uses it neither', async () => {
    new Line(bench.burnin);
    const database = new Database(bench.file);
    const trigger = `CREATE TRIGGER broken BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'no room'); END`;
    database.exec(trigger);
    assert.deepEqual(codes(await unlock()), ['not_ready']);
    assert.equal(viewOf('A')?.grant, null);
    database.exec('DROP TRIGGER broken');
    await unlock();
    database.exec(trigger);
    assert.deepEqual(codes(await bench.start('A')), ['not_ready']);
    assert.equal(bench.burnin.view().queued + bench.burnin.view().running, 0);
    database.close();
  });

  it('is refused as every request: retained, replayed, malformed, unknown drive, another drive in the topic', async () => {
    assert.deepEqual(codes(await unlock('tank', {}, { isRetained: true })), ['retained']);
    assert.deepEqual(codes(await unlock('tank', { serial: 'nobody' })), ['unknown_drive']);
    assert.deepEqual(codes(await unlock('tank', {}, { topicDrive: 'free' })), ['malformed']);
    assert.deepEqual(codes(await unlock('tank', { serials: ['A'] })), ['malformed']);
    assert.equal(viewOf('A')?.grant ?? null, null);
    const transaction = 'same';
    assert.deepEqual(codes(await unlock('wrong', { transaction })), ['wrong_phrase']);
    assert.deepEqual(codes(await unlock('tank', { transaction })), ['ok']);
    assert.deepEqual(codes(await unlock('tank', { transaction })), ['replayed']);
    assert.equal(eventsOf('unlock_refused').length, 6);
  });

  it('of a free drive needs no phrase and gives no permission', async () => {
    assert.deepEqual(codes(await unlock('anything', { serial: 'free' })), ['ok']);
    assert.equal(viewOf('free')?.grant, null);
    assert.deepEqual(eventsOf('unlocked'), []);
  });

  it('is refused where nothing overrides a lock, and no phrase is counted', async () => {
    bench.host.setLocks('A', [tank, { kind: 'self_test', detail: 'long, 40 % left' }]);
    for (let count = 0; count < 7; count += 1) assert.deepEqual(codes(await unlock()), ['no_override']);
    assert.match(messageOf(await unlock()), /self-test: long, 40 % left\. No phrase overrides that\. Wait/);
  });

  describe('with a wrong phrase', () => {
    it('is refused, audited with the asker, and the phrase is nowhere to be found', async () => {
      const answers = await unlock('hunter2');
      assert.deepEqual(codes(answers), ['wrong_phrase']);
      const [refused] = eventsOf('unlock_refused');
      assert.match(refused?.message ?? '', /^wrong_phrase: .* 4 tries left\. Asked by ann\.$/);
      await bench.burnin.close();
      const traces = JSON.stringify([answers, events, bench.logs]);
      const files = ['', '-wal'].map((end) => {
        try {
          return readFileSync(bench.file + end, 'latin1');
        } catch {
          return '';
        }
      });
      assert.ok(files.join('').includes('wrong_phrase'));
      assert.doesNotMatch(traces + files.join(''), /hunter2/);
    });

    it('is taken five times; then not even the right one is, for ten minutes', async () => {
      for (let left = 4; left >= 0; left -= 1) {
        assert.match(messageOf(await unlock('wrong')), new RegExp(`${left} tr(y|ies) left`));
      }
      assert.deepEqual(codes(await unlock()), ['too_many_tries']);
      assert.equal(viewOf('A')?.grant, null);
      bench.host.addDrive('B', [tank]);
      assert.deepEqual(codes(await unlock('tank', { serial: 'B' })), ['ok']);
      bench.aheadMs = 10 * minuteMs;
      assert.deepEqual(codes(await unlock()), ['ok']);
    });

    it('cannot be tried more often all at once', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => unlock('wrong')));
      assert.equal(answers.flatMap(codes).filter((code) => code === 'wrong_phrase').length, 5);
    });

    it('is forgiven by the right one', async () => {
      for (let count = 0; count < 4; count += 1) await unlock('wrong');
      await unlock();
      for (let count = 0; count < 4; count += 1)
        assert.deepEqual(codes(await unlock('wrong')), ['wrong_phrase']);
    });
  });

  describe('and a lock', () => {
    it('takes the permission back, with the name of who did, and needs no phrase', async () => {
      new Line(bench.burnin);
      await unlock();
      assert.deepEqual(codes(await bench.request('lock', { serial: 'A', operator: 'bob' })), ['ok']);
      assert.match(eventsOf('grant_ended')[0]?.message ?? '', /of ann .*: bob took it back/);
      assert.equal(viewOf('A')?.grant, null);
      assert.deepEqual(codes(await bench.start('A')), ['locked']);
    });

    it('works while the NAS is away', async () => {
      await unlock();
      bench.host.isReachable = false;
      assert.deepEqual(codes(await lock()), ['ok']);
      assert.equal(viewOf('A')?.grant, null);
    });

    it('has nothing to do for a drive without one, and refuses one that nobody knows', async () => {
      await bench.burnin.poll();
      assert.match(messageOf(await lock('free')), /no permission to end/);
      assert.deepEqual(codes(await lock('nobody')), ['unknown_drive']);
      assert.deepEqual(eventsOf('grant_ended'), []);
    });

    it('is refused as a replay once it has done something', async () => {
      await unlock();
      const ask = () => bench.request('lock', { serial: 'A', transaction: 'same' });
      assert.deepEqual([codes(await ask()), codes(await ask())], [['ok'], ['replayed']]);
    });

    it('tells that a job which started with one keeps it', async () => {
      new Line(bench.burnin);
      await unlock();
      const job = jobOf(await bench.start('A')) ?? '';
      assert.match(messageOf(await lock()), new RegExp(`Job ${job} started with one and keeps it: cancel`));
    });
  });

  it('of one of two twins is asked for by its WWN, and starts that one', async () => {
    new Line(bench.burnin);
    const [a, b] = twins();
    bench.host.drives.push(a, b);
    const ask = (phrase: string) => bench.request('unlock', { serial: 'A1', phrase });
    assert.deepEqual(codes(await bench.start('A1')), ['locked']);
    assert.deepEqual(codes(await ask('0x5000c500')), ['wrong_phrase']);
    for (const twin of [a, b]) {
      assert.deepEqual(codes(await ask(twin.drive.wwn ?? '')), ['ok']);
      await bench.burnin.poll();
      assert.equal(viewOf('A1')?.drive.wwn, twin.drive.wwn);
      assert.ok(viewOf('A1')?.grant);
    }
    const job = bench.burnin.job(jobOf(await bench.start('A1')) ?? '')?.job;
    assert.equal(job?.drive.wwn, b.drive.wwn);
  });
});
